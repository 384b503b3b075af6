/** Which command starts the server: every place in its order, with a file system and trial runs made of plain data. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asList,
  type Command,
  expand,
  type Inputs,
  type Look,
  missingMessage,
  onPath,
  program,
  readFailure,
  readVersion,
  resolve,
  type Surroundings,
} from "../src/interpreter";

const around: Surroundings = {
  folders: [
    { name: "shop", path: "/projects/shop" },
    { name: "api", path: "/projects/api" },
  ],
  home: "/home/ada",
  env: { PATH: "/usr/bin:bin:/opt/bin", TOOLS: "/tools" },
  platform: "linux",
};

const windows: Surroundings = {
  folders: [{ name: "shop", path: "C:\\shop" }],
  home: "C:\\Users\\ada",
  env: { Path: "C:\\Windows;C:\\Tools" },
  platform: "win32",
};

function inputs(changes: Partial<Inputs> = {}): Inputs {
  return { ...around, interpreter: [], path: [], trusted: true, selected: async () => undefined, ...changes };
}

/** `installed` maps a command line to the version it prints; any other command fails. Its keys are also the files. */
function look(installed: Record<string, string>, ran: string[] = []): Look {
  return {
    isFile: (path) => Object.keys(installed).some((each) => each === path || each.startsWith(`${path} `)),
    version: async (command: Command) => {
      ran.push(command.join(" "));
      const version = installed[command.join(" ")];
      return version ? { version } : { reason: "isolint is not installed there" };
    },
  };
}

test("a setting is a list or one string that is never split", () => {
  assert.deepEqual(asList("/with space/python"), ["/with space/python"]);
  assert.deepEqual(asList(["uv", "run", "python"]), ["uv", "run", "python"]);
  for (const empty of ["", " ", [], undefined, null, 3, {}]) {
    assert.deepEqual(asList(empty), []);
  }
  assert.deepEqual(asList(["a", 1, "", "b"]), ["a", "b"]);
});

test("variables are expanded, unknown ones stay visible", () => {
  const expected: Record<string, string> = {
    "${workspaceFolder}/.venv/bin/python": "/projects/shop/.venv/bin/python",
    "${workspaceFolder:api}/x": "/projects/api/x",
    "${workspaceFolder:gone}/x": "${workspaceFolder:gone}/x",
    "${userHome}/x": "/home/ada/x",
    "${env:TOOLS}/x": "/tools/x",
    "${env:NOT_SET}/x": "/x",
    "${command:python.interpreterPath}": "${command:python.interpreterPath}",
    "~/x": "/home/ada/x",
    "~": "/home/ada",
    "~ada/x": "~ada/x",
    "/a/~/x": "/a/~/x",
  };
  for (const [text, result] of Object.entries(expected)) {
    assert.equal(expand(text, around), result);
  }
  assert.equal(expand("~\\venv", windows), "C:\\Users\\ada\\venv");
});

test("a relative program belongs to the first folder, a bare name to PATH", () => {
  assert.equal(program(".venv/bin/python", around), "/projects/shop/.venv/bin/python");
  assert.equal(program("../py", around), "/projects/py");
  assert.equal(program("/usr/bin/python3", around), "/usr/bin/python3");
  assert.equal(program("python3", around), "python3");
  assert.equal(program(".venv\\Scripts\\python.exe", windows), "C:\\shop\\.venv\\Scripts\\python.exe");
  assert.equal(program("bin/python", { ...around, folders: [] }), "bin/python");
});

test("PATH is searched in order, its relative entries are not", () => {
  const files = (...paths: string[]) => ({ isFile: (path: string) => paths.includes(path) }).isFile;
  assert.equal(onPath("isolint", around, files("/opt/bin/isolint")), "/opt/bin/isolint");
  assert.equal(onPath("isolint", around, files("/opt/bin/isolint", "/usr/bin/isolint")), "/usr/bin/isolint");
  assert.equal(onPath("isolint", around, files("bin/isolint", "/projects/shop/bin/isolint")), undefined);
  assert.equal(onPath("isolint", windows, files("C:\\Tools\\isolint.exe")), "C:\\Tools\\isolint.exe");
  assert.equal(onPath("isolint", { ...around, env: {} }, files("/isolint")), undefined);
});

test("isolint.interpreter wins, with its arguments, and keeps the folder off the import path", async () => {
  const installed = { "uv run --project /projects/shop python -P -m isolint": "1.2", "/usr/bin/isolint": "1.0" };
  const interpreter = ["uv", "run", "--project", "${workspaceFolder}", "python"];
  assert.deepEqual(await resolve(inputs({ interpreter, path: ["/usr/bin/isolint"] }), look(installed)), {
    kind: "found",
    command: ["uv", "run", "--project", "/projects/shop", "python", "-P", "-m", "isolint"],
    version: "1.2",
    origin: "the setting isolint.interpreter",
  });
});

test("an interpreter that does not work is reported, and nothing else is run", async () => {
  const ran: string[] = [];
  const all = look({ "/usr/bin/isolint": "1.0", "/projects/shop/.venv/bin/python -P -m isolint": "1.0" }, ran);
  const result = await resolve(inputs({ interpreter: ["old/python"], path: ["/usr/bin/isolint"] }), all);
  assert.equal(result.kind, "missing");
  assert.deepEqual(ran, ["/projects/shop/old/python -P -m isolint"]);
  assert.match(missingMessage(result), /old\/python.*isolint is not installed there\n.*Correct the setting/s);
});

test("isolint.path takes the first that works and never falls back", async () => {
  const installed = { "/opt/bin/isolint": "1.0", "/broken/isolint": "", "/usr/bin/other": "2.0" };
  const found = await resolve(inputs({ path: ["gone/isolint", "/broken/isolint", "isolint"] }), look(installed));
  assert.deepEqual(found.kind === "found" && [found.command, found.origin], [
    ["/opt/bin/isolint"],
    "the setting isolint.path",
  ]);
  const missing = await resolve(inputs({ path: ["gone/isolint", "nowhere"] }), look(installed));
  assert.deepEqual(missing, {
    kind: "missing",
    configured: true,
    tried: [
      "the setting isolint.path: /projects/shop/gone/isolint: no such file",
      "the setting isolint.path: nowhere: not on PATH",
    ],
  });
});

test("without settings: the selected interpreter, then .venv of each folder, then PATH", async () => {
  const installed: Record<string, string> = {
    "/conda/python -P -m isolint": "4.0",
    "/projects/shop/.venv/bin/python -P -m isolint": "3.0",
    "/projects/api/venv/bin/python -P -m isolint": "2.0",
    "/opt/bin/isolint": "1.0",
  };
  const selected = async (): Promise<Command> => ["/conda/python"];
  const origins: string[] = [];
  for (const command of Object.keys(installed)) {
    const result = await resolve(inputs({ selected }), look(installed));
    assert.equal(result.kind === "found" && result.command.join(" "), command);
    origins.push(result.kind === "found" ? result.origin : "");
    installed[command] = "";
  }
  assert.deepEqual(origins, [
    "the interpreter selected in VS Code",
    "the workspace's virtual environment",
    "the workspace's virtual environment",
    "PATH",
  ]);
  const nothing = await resolve(inputs({ selected }), look(installed));
  assert.equal(nothing.kind === "missing" && nothing.tried.length, 4);
  assert.match(nothing.kind === "missing" ? missingMessage(nothing) : "", /pip install isolint/);
});

test("an interpreter that is both selected and the folder's is run once", async () => {
  const ran: string[] = [];
  const own = "/projects/shop/.venv/bin/python";
  const selected = async (): Promise<Command> => [own];
  await resolve(inputs({ selected }), look({ [`${own} -P -m isolint`]: "" }, ran));
  assert.deepEqual(ran, [`${own} -P -m isolint`]);
});

test("in Restricted Mode nothing of the workspace is run", async () => {
  const ran: string[] = [];
  const installed = { "/projects/shop/.venv/bin/python -P -m isolint": "3.0", "/projects/shop/bin/isolint": "2.0" };
  const result = await resolve(
    inputs({
      trusted: false,
      env: { PATH: "/projects/shop/bin" },
      selected: () => assert.fail("the selected interpreter may be the workspace's"),
    }),
    look(installed, ran),
  );
  assert.equal(result.kind, "missing");
  assert.deepEqual(ran, []);

  const outside = await resolve(inputs({ trusted: false }), look({ ...installed, "/usr/bin/isolint": "1.0" }, ran));
  assert.equal(outside.kind === "found" && outside.origin, "PATH");
  assert.deepEqual(ran, ["/usr/bin/isolint"]);
});

test("what a trial run printed", () => {
  assert.equal(readVersion("isolint 0.1.0\n"), "0.1.0");
  assert.equal(readVersion("warning\nisolint 1.0.dev3+g12 (Python 3.12)\n"), "1.0.dev3+g12");
  assert.equal(readVersion("Python 3.12.1\n"), undefined);
  assert.equal(readFailure("ENOENT", ""), "no such file");
  assert.equal(readFailure("EACCES", ""), "not executable");
  assert.equal(readFailure(1, "/usr/bin/python3: No module named isolint\n"), "isolint is not installed there");
  const old = "Unknown option: -P\nusage: python3 [option] ...\nTry `python -h' for more information.\n";
  assert.equal(readFailure(2, old), "isolint needs Python 3.11 or newer");
  assert.equal(readFailure(1, "Traceback:\n  x\nImportError: y\n"), "ImportError: y");
  assert.equal(readFailure(3, ""), "no version printed (exit 3)");
});

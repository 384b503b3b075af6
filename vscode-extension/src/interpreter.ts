/**
 * Which command starts the server: the order of the places where isolint is looked for, and the expansion of what the
 * user wrote. Plain data in, plain data out; nothing here imports vscode or runs a program, so that all of it is tested
 * with node alone. The file system and the trial run of a command come in as `Look`.
 */

import * as nodePath from "node:path";

/** A command line: the program, then its arguments. Never empty. */
export type Command = readonly [string, ...string[]];

export interface Folder {
  readonly name: string;
  readonly path: string;
}

/** What an expansion may mention: the folder that owns the setting, all folders by name, the environment. */
export interface Surroundings {
  readonly folders: readonly Folder[];
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** What decides the command. `selected` asks the Python extensions for the chosen interpreter, and may take a while. */
export interface Inputs extends Surroundings {
  readonly interpreter: readonly string[];
  readonly path: readonly string[];
  readonly trusted: boolean;
  readonly selected: () => Promise<Command | undefined>;
}

export interface Look {
  readonly isFile: (path: string) => boolean;
  /** Runs `command --version` and gives isolint's version, or why there is none, in a few words. */
  readonly version: (command: Command) => Promise<{ version: string } | { reason: string }>;
}

export interface Found {
  readonly kind: "found";
  /** The program and the arguments before `server`. */
  readonly command: Command;
  readonly version: string;
  /** Where the command came from, for people: "the setting isolint.interpreter". */
  readonly origin: string;
}

export interface Missing {
  readonly kind: "missing";
  /** One line for each place that was looked at, and what was wrong with it. */
  readonly tried: readonly string[];
  /** True when a setting names something that does not work: then nothing else is tried. */
  readonly configured: boolean;
}

export type Resolution = Found | Missing;

/** `-P` keeps the working directory off the import path: a `logging.py` in the workspace must never be run. */
const MODULE = ["-P", "-m", "isolint"] as const;

/** A setting that is a string or a list of strings, as a list; a string is one element and is never split. */
export function asList(value: unknown): string[] {
  if (typeof value === "string") {
    return value.trim() === "" ? [] : [value.trim()];
  }
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string" && item !== "") : [];
}

/**
 * Expands `~`, `${workspaceFolder}`, `${workspaceFolder:name}`, `${userHome}` and `${env:NAME}`. What is unknown stays
 * as it was written, so that the message about a missing file shows it.
 */
export function expand(text: string, around: Surroundings): string {
  const replaced = text.replace(/\$\{(\w+)(?::([^}]*))?\}/g, (whole, name: string, argument: string | undefined) => {
    switch (name) {
      case "workspaceFolder": {
        const folder =
          argument === undefined ? around.folders[0] : around.folders.find((each) => each.name === argument);
        return folder?.path ?? whole;
      }
      case "userHome":
        return around.home;
      case "env":
        return argument === undefined ? whole : (around.env[argument] ?? "");
      default:
        return whole;
    }
  });
  return replaced === "~" || /^~[/\\]/.test(replaced) ? around.home + replaced.slice(1) : replaced;
}

/** A program as written in a setting: a bare name is left to PATH, a relative path belongs to the first folder. */
export function program(text: string, around: Surroundings): string {
  const path = pathsOf(around);
  const expanded = expand(text, around);
  const folder = around.folders[0];
  if (!/[/\\]/.test(expanded) || path.isAbsolute(expanded) || folder === undefined) {
    return expanded;
  }
  return path.join(folder.path, expanded);
}

/** The first file of this name on PATH, or undefined. Relative entries are skipped: they follow the working directory. */
export function onPath(name: string, around: Surroundings, isFile: Look["isFile"]): string | undefined {
  const path = pathsOf(around);
  const windows = around.platform === "win32";
  const entries = (around.env[windows ? "Path" : "PATH"] ?? around.env.PATH ?? "").split(path.delimiter);
  // Batch files need a shell to start them; pip, pipx and uv all make a .exe.
  const file = windows && !name.toLowerCase().endsWith(".exe") ? `${name}.exe` : name;
  return entries
    .filter((entry) => path.isAbsolute(entry))
    .map((entry) => path.join(entry, file))
    .find(isFile);
}

/** The interpreters of the folders' own virtual environments, in order. */
export function folderInterpreters(around: Surroundings, isFile: Look["isFile"]): string[] {
  const path = pathsOf(around);
  const inside = around.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  return around.folders
    .flatMap((folder) => [".venv", "venv"].map((name) => path.join(folder.path, name, ...inside)))
    .filter(isFile);
}

/**
 * Finds the command, in this order: `isolint.interpreter`, `isolint.path`, the interpreter selected in VS Code, the
 * folder's `.venv`, PATH. What a setting names is used or reported, never replaced by something else: a server from
 * another environment than the one asked for would be the harder surprise. In Restricted Mode nothing that lies in the
 * workspace is run; VS Code itself then withholds the workspace's values of the two settings.
 */
export async function resolve(inputs: Inputs, look: Look): Promise<Resolution> {
  const tried: string[] = [];

  const attempt = async (command: Command, origin: string): Promise<Found | undefined> => {
    const answer = await look.version(command);
    if ("version" in answer) {
      return { kind: "found", command, version: answer.version, origin };
    }
    tried.push(`${origin}: ${command.join(" ")}: ${answer.reason}`);
    return undefined;
  };

  const [interpreter, ...rest] = inputs.interpreter;
  if (interpreter !== undefined) {
    const expanded = rest.map((each) => expand(each, inputs));
    const command: Command = [program(interpreter, inputs), ...expanded, ...MODULE];
    const found = await attempt(command, "the setting isolint.interpreter");
    return found ?? { kind: "missing", tried, configured: true };
  }

  if (inputs.path.length > 0) {
    for (const each of inputs.path) {
      const executable = program(each, inputs);
      const bare = !/[/\\]/.test(executable);
      const file = bare ? onPath(executable, inputs, look.isFile) : look.isFile(executable) ? executable : undefined;
      if (file === undefined) {
        tried.push(`the setting isolint.path: ${executable}: ${bare ? "not on PATH" : "no such file"}`);
        continue;
      }
      const found = await attempt([file], "the setting isolint.path");
      if (found !== undefined) {
        return found;
      }
    }
    return { kind: "missing", tried, configured: true };
  }

  if (inputs.trusted) {
    const selected = await inputs.selected();
    if (selected === undefined) {
      tried.push("the interpreter selected in VS Code: none");
    } else {
      const found = await attempt([...selected, ...MODULE], "the interpreter selected in VS Code");
      if (found !== undefined) {
        return found;
      }
    }
    const own = folderInterpreters(inputs, look.isFile);
    if (own.length === 0) {
      tried.push("a .venv in the workspace: none");
    }
    for (const each of own.filter((one) => one !== selected?.[0])) {
      const found = await attempt([each, ...MODULE], "the workspace's virtual environment");
      if (found !== undefined) {
        return found;
      }
    }
  } else {
    tried.push("the workspace's environments: not used in Restricted Mode");
  }

  const console = onPath("isolint", inputs, look.isFile);
  if (console === undefined) {
    tried.push("isolint on PATH: not there");
  } else if (!inputs.trusted && inputs.folders.some((folder) => isInside(console, folder.path, inputs))) {
    tried.push(`isolint on PATH: ${console}: inside the workspace, not used in Restricted Mode`);
  } else {
    const found = await attempt([console], "PATH");
    if (found !== undefined) {
      return found;
    }
  }
  return { kind: "missing", tried, configured: false };
}

/** isolint's version out of what `--version` printed, or undefined. */
export function readVersion(output: string): string | undefined {
  return /^isolint\s+(\d\S*)/m.exec(output)?.[1];
}

/** Why a trial run gave no version, in a few words, out of its exit and its stderr. */
export function readFailure(code: string | number | undefined, stderr: string): string {
  if (code === "ENOENT") {
    return "no such file";
  }
  if (code === "EACCES") {
    return "not executable";
  }
  if (stderr.includes("No module named isolint")) {
    return "isolint is not installed there";
  }
  if (/unknown option:? -P/i.test(stderr)) {
    return "isolint needs Python 3.11 or newer";
  }
  const last = stderr.trim().split(/\r?\n/).at(-1) ?? "";
  return last === "" ? `no version printed (exit ${code ?? "unknown"})` : last;
}

/** The message of the output channel when no server was found. */
export function missingMessage(missing: Missing): string {
  const hint = missing.configured
    ? "Correct the setting, or remove it to let isolint be looked for."
    : "Install it into your project's environment (pip install isolint), or anywhere (pipx install isolint, " +
      "uv tool install isolint), or name it in the setting isolint.interpreter or isolint.path. " +
      'Then run "isolint: Restart Server".';
  return ["isolint was not found. Looked for, in order:", ...missing.tried.map((line) => `  - ${line}`), hint].join(
    "\n",
  );
}

function pathsOf(around: Surroundings): nodePath.PlatformPath {
  return around.platform === "win32" ? nodePath.win32 : nodePath.posix;
}

function isInside(file: string, folder: string, around: Surroundings): boolean {
  const path = pathsOf(around);
  const relative = path.relative(folder, file);
  return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
}

/**
 * Drives the real VS Code as a user does: installs the packaged extension, opens the project, reads the Problems panel,
 * applies the quick fix through its menu, saves. Everything that was seen is printed as one JSON object; judging it is
 * the caller's business (test_vscode.py).
 *
 *   node drive.mjs PLAN.json
 *
 * The plan (all paths absolute): `folder` the empty folder for this run's state, `vsix`, `workspace`, `file` to open,
 * `line` a text of the line with the finding, `word` a text of that line inside the finding, `message` a text of its
 * message once all is known, `title` how the quick fix's title begins, `machine` the machine settings, `program` the file
 * that those name as the server's program (it is moved away and back), `chromium`, `images` a folder for pictures or
 * null, `limit` milliseconds that any one wait may take.
 *
 * With `suite` in the plan (a CommonJS file beside the package.json of an extension without anything in it) that file's
 * `run` is called in the extension host instead, as VS Code calls a test suite, and nothing of the above is done: it
 * finds the plan's path in ISOLINT_PLAN, and what it writes to `seen.json` in the plan's folder is what was seen.
 */

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const here = dirname(fileURLToPath(import.meta.url));
const entry = join(here, "node_modules/code-server/out/node/entry.js");
const began = Date.now();
const seen = { steps: [] };

/** Notes when a step was reached: in a failure, the last one says how far it came. */
function step(name) {
  seen.steps.push(`${((Date.now() - began) / 1000).toFixed(1)} s ${name}`);
}

/** Asks until the answer is something, and fails after the limit with what was waited for. */
async function until(what, ask) {
  const end = Date.now() + plan.limit;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${plan.limit / 1000} s for ${what}`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

const data = join(plan.folder, "data");
const directories = ["--user-data-dir", data, "--extensions-dir", join(plan.folder, "extensions")];
const config = ["--config", join(plan.folder, "config.yaml")];
const env = {
  ...process.env,
  HOME: join(plan.folder, "home"),
  XDG_CONFIG_HOME: join(plan.folder, "home/.config"),
  XDG_CACHE_HOME: join(plan.folder, "home/.cache"),
  XDG_DATA_HOME: join(plan.folder, "home/.local/share"),
  XDG_RUNTIME_DIR: join(plan.folder, "tmp"), // sockets
  TMPDIR: join(plan.folder, "tmp"),
  EXTENSIONS_GALLERY: "{}", // no gallery, so no calls to one
  ISOLINT_PLAN: process.argv[2],
};

function prepare() {
  for (const each of ["home", "tmp", "data/User", "data/Machine", "extensions"]) {
    mkdirSync(join(plan.folder, each), { recursive: true });
  }
  writeFileSync(join(plan.folder, "config.yaml"), "");
  const quiet = {
    "workbench.startupEditor": "none",
    "workbench.colorTheme": "Default Light Modern",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.tips.enabled": false,
    "workbench.reduceMotion": "on",
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "extensions.autoUpdate": false,
    "extensions.autoCheckUpdates": false,
    "extensions.ignoreRecommendations": true,
    "security.workspace.trust.enabled": false,
    "chat.disableAIFeatures": true,
    "git.enabled": false,
    "files.autoSave": "off",
    "editor.quickSuggestions": "off",
    "editor.minimap.enabled": false,
    "editor.stickyScroll.enabled": false,
    "editor.fontFamily": "'DejaVu Sans Mono', monospace",
    "editor.hover.above": false,
    "window.commandCenter": false,
    "window.title": "${rootName}",
  };
  writeFileSync(join(data, "User/settings.json"), JSON.stringify(quiet));
  // A browser's window is a remote one: settings of machine scope count only here.
  writeFileSync(join(data, "Machine/settings.json"), JSON.stringify(plan.machine));
  const installed = spawnSync(process.execPath, [entry, ...config, ...directories, "--install-extension", plan.vsix], {
    env,
    encoding: "utf8",
  });
  if (installed.status !== 0)
    throw new Error(`the extension was not installed: ${installed.stdout}${installed.stderr}`);
}

function startServer(port) {
  const log = openSync(join(plan.folder, "code-server.log"), "w");
  const options = ["--auth", "none", "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"];
  options.push("--disable-getting-started-override", "--ignore-last-opened");
  if (plan.suite) options.push("--vscode-option", "enable-smoke-test-driver"); // else a built VS Code runs no suite
  return spawn(process.execPath, [entry, ...config, ...directories, "--bind-addr", `127.0.0.1:${port}`, ...options], {
    env,
    stdio: ["ignore", log, log],
  });
}

/** The place on the screen of the first `word` in the editor's line that contains `line`, or null. */
function placeOf(page, line, word) {
  return page.evaluate(
    ([lineText, wordText]) => {
      const plain = (text) => text.replaceAll("\u00a0", " ");
      for (const row of document.querySelectorAll(".monaco-editor .view-line")) {
        if (!plain(row.textContent).includes(lineText)) continue;
        const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const start = plain(node.data).indexOf(wordText);
          if (start < 0) continue;
          const range = document.createRange();
          range.setStart(node, start);
          range.setEnd(node, start + wordText.length);
          const box = range.getBoundingClientRect();
          return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
        }
      }
      return null;
    },
    [line, word],
  );
}

async function editorText(page) {
  const lines = await page.evaluate(() =>
    [...document.querySelectorAll(".editor-instance .monaco-editor .view-line")]
      .map((row) => [Number.parseFloat(row.style.top), row.textContent])
      .sort((one, other) => one[0] - other[0])
      .map((pair) => pair[1]),
  );
  return lines.join("\n").replaceAll("\u00a0", " ");
}

/** The findings in the part of the Problems panel that is in sight, without the rows of files and related places. */
async function problems(page) {
  const rows = await page.locator(".markers-panel .monaco-list-row").allInnerTexts();
  return rows.map((row) => row.replace(/\s+/g, " ").trim()).filter((row) => /\[Ln \d+, Col \d+\]$/.test(row));
}

/** Rows without their positions: those may still be moving when the rows are read. */
function unplaced(rows) {
  return rows.map((row) => row.replace(/ \[Ln \d+, Col \d+\]$/, "")).join("\n");
}

async function runCommand(page, title) {
  await page.keyboard.press("Escape");
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input[type=text]").first();
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
}

/** The processes of the servers that run in this run's home. */
function servers() {
  const numbers = readdirSync("/proc").filter((each) => /^\d+$/.test(each));
  return numbers.filter((number) => {
    try {
      const words = readFileSync(`/proc/${number}/cmdline`, "utf8").split("\0");
      const ours = readFileSync(`/proc/${number}/environ`, "utf8").includes(`HOME=${env.HOME}\0`);
      return ours && words.slice(-3, -1).join(" ") === "isolint server";
    } catch {
      return false; // it ended while it was looked at
    }
  });
}

async function statusText(page) {
  await runCommand(page, "isolint: Show Status");
  return until("the status page", async () => {
    const text = await editorText(page);
    return text.includes("isolint for VS Code") && text;
  });
}

async function picture(page, name) {
  if (plan.images !== null) await page.screenshot({ path: join(plan.images, name) });
}

async function drive(page, port) {
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(plan.workspace)}`);
  await page.locator(".monaco-workbench .part.editor").waitFor();
  step("workbench");
  await page.keyboard.press("Control+B"); // the room is needed for the editor

  // As a terminal inside VS Code does it: the file opens in the window that is already there.
  await until("the file to open", () => {
    const opened = spawnSync(process.execPath, [entry, ...directories, "-r", plan.file], { env, encoding: "utf8" });
    return opened.status === 0;
  });
  await until("the file's text", () => placeOf(page, plan.line, plan.word));
  step("file open");

  await page.locator(".squiggly-error, .squiggly-warning").first().waitFor();
  seen.squiggles = await page.locator(".squiggly-error, .squiggly-warning").count();
  step("squiggle");

  await page.keyboard.press("Control+Shift+M");
  seen.problems = await until(`"${plan.message}" in the Problems panel`, async () => {
    const rows = await problems(page);
    return rows.some((row) => row.includes(plan.message)) && rows;
  });
  step("problems");

  const first = await placeOf(page, plan.line, plan.word);
  await page.mouse.click(first.x, first.y);
  // The link to the quick fix comes when the server has answered for it.
  const hover = page.locator(".monaco-hover:visible", { hasText: "Quick Fix" }).first();
  await until("the hover with its quick fix", async () => {
    const place = await placeOf(page, plan.line, plan.word); // a lens above the test moves it, when it comes
    await page.mouse.move(place.x + 40, place.y + 60);
    await page.mouse.move(place.x, place.y, { steps: 4 });
    return hover.waitFor({ timeout: 4000 }).then(
      () => true,
      () => false,
    );
  });
  seen.hover = (await page.locator(".monaco-hover:visible .hover-row").allInnerTexts())
    .join("\n")
    .replaceAll("\u00a0", " ");
  await picture(page, "vscode.png");
  step("hover");

  const row = page.locator(".action-widget .monaco-list-row", { hasText: plan.title });
  const menu = () =>
    until("the quick fix menu", async () => {
      // The first Ctrl+. after a panel had the focus is sometimes swallowed: click into the line, and ask again.
      await page.keyboard.press("Escape");
      const now = await placeOf(page, plan.line, plan.word);
      await page.mouse.click(now.x, now.y);
      await page.keyboard.press("Control+.");
      return row
        .first()
        .waitFor({ timeout: 5000 })
        .then(
          () => true,
          () => false,
        );
    });
  await menu();
  seen.actions = (await page.locator(".action-widget .monaco-list-row.action").allInnerTexts()).map((each) =>
    each.trim(),
  );
  await picture(page, "vscode-fix.png");
  const isChanged = async () => (await placeOf(page, plan.line, plan.word)) === null;
  await until("the line to change", async () => {
    // In a project that was never opened, on a slow machine, jedi may not have answered by then, and the fix is refused
    // with that reason: a user asks again.
    if (!(await row.first().isVisible())) await menu();
    await row.first().click();
    for (const end = Date.now() + plan.limit / 6; Date.now() < end; ) {
      if (await isChanged()) return true;
      await new Promise((next) => setTimeout(next, 50));
    }
    return false;
  });
  step("fixed");

  const before = readFileSync(plan.file, "utf8");
  await page.keyboard.press("Control+S");
  await until("the file on disk to change", () => readFileSync(plan.file, "utf8") !== before);
  step("saved");
  // The neighbour's findings stay: a panel that is empty for a moment does not count.
  seen.problemsAfter = await until("the finding to leave the Problems panel", async () => {
    const rows = await problems(page);
    return rows.length > 0 && !rows.some((row) => row.includes(plan.message)) && rows;
  });

  seen.status = await statusText(page);
  step("status page");

  // A server that cannot be found: said on the status page, and by no message box. (Not by editing the settings' file:
  // this build has no compiled file watcher, and a change behind its back is noticed late or never.)
  renameSync(plan.program, `${plan.program}.away`);
  await runCommand(page, "isolint: Restart Server");
  seen.missing = await until("the status page to say so", async () => {
    const text = await editorText(page);
    return text.includes("was not found") && text;
  });
  await until("the findings of the stopped server to go", async () => (await problems(page)).length === 0);
  step("missing server");

  renameSync(`${plan.program}.away`, plan.program);
  await runCommand(page, "isolint: Restart Server");
  seen.problemsBack = await until("the findings to come back", async () => {
    const rows = await problems(page);
    return unplaced(rows) === unplaced(seen.problemsAfter) && rows;
  });
  await until("the old server to be gone", () => servers().length === 1);
  step("server back");

  const [crashed] = servers();
  process.kill(Number(crashed), "SIGKILL");
  await until("a new server after a crash", () => servers().length === 1 && !servers().includes(crashed));
  await until("the status page to say that it runs", async () => /state +running/.test(await editorText(page)));
  seen.messageBoxes = await page.locator(".notification-toast").allInnerTexts();
  step("server back after a crash");
}

/** Runs the plan's suite in the extension host. */
async function runSuite(page, port) {
  let code;
  await page.exposeFunction("codeAutomationLog", () => undefined);
  await page.exposeFunction("codeAutomationExit", (number) => {
    code = number;
  });
  const remote = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
  const payload = [
    ["extensionDevelopmentPath", remote(dirname(plan.suite))],
    ["extensionTestsPath", remote(plan.suite)],
    ["skipWelcome", "true"],
  ];
  const query = `folder=${encodeURIComponent(plan.workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  await page.goto(`http://127.0.0.1:${port}/?${query}`);
  await until("the suite to end", () => code !== undefined);
  step(`suite ended with ${code}`);
  Object.assign(seen, JSON.parse(readFileSync(join(plan.folder, "seen.json"), "utf8")));
}

let failure;
let browser;
let page;
try {
  prepare();
  step("extension installed");
  const port = await freePort();
  startServer(port);
  await until("code-server", () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    ),
  );
  step("code-server up");
  browser = await chromium.launch({ executablePath: plan.chromium, args: ["--no-sandbox", "--disable-gpu"] });
  page = await browser.newPage({ viewport: { width: 1060, height: 760 } });
  page.setDefaultTimeout(plan.limit);
  await (plan.suite ? runSuite(page, port) : drive(page, port));
} catch (error) {
  failure = error;
  seen.failure = String(error?.stack ?? error);
  await page?.screenshot({ path: join(plan.folder, "failure.png") }).catch(() => undefined);
  // What the extension itself says of its server is worth more than any log.
  page?.setDefaultTimeout(5000);
  if (page !== undefined && !plan.suite) seen.statusThen = await statusText(page).catch(() => undefined);
}
await browser?.close().catch(() => undefined);
process.stdout.write(`${JSON.stringify(seen, undefined, 2)}\n`);
// code-server has children of its own: whoever started this run ends its process group.
process.exit(failure === undefined ? 0 : 1);

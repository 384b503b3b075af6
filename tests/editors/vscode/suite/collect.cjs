/**
 * Runs in VS Code's extension host: opens the plan's `files` one beside the other, waits until the server has nothing
 * more to find out, and writes down the findings that VS Code holds for each, and its hovers at `places` ({file, line,
 * character}, from 0, in UTF-16). How it is started, and where the plan is, says drive.mjs.
 */

const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const vscode = require("vscode");

const plan = JSON.parse(readFileSync(process.env.ISOLINT_PLAN, "utf8"));

/** What the status page says: it is a document, made anew each time it is shown. */
async function status() {
  await vscode.commands.executeCommand("isolint.showStatus");
  const page = vscode.workspace.textDocuments.find((each) => each.getText().startsWith("isolint for VS Code"));
  return page?.getText() ?? "";
}

function findings(file) {
  return vscode.languages
    .getDiagnostics(vscode.Uri.file(file))
    .filter((found) => found.source === "isolint")
    .map(({ range, severity, code, message, data }) => ({
      start: [range.start.line, range.start.character],
      end: [range.end.line, range.end.character],
      severity: vscode.DiagnosticSeverity[severity].toLowerCase(),
      code: typeof code === "object" ? code.value : code,
      message,
      fix: data?.fix ?? null,
    }));
}

const state = () => Object.fromEntries(plan.files.map((file) => [file, findings(file)]));

/** The server has answers to all questions, and between two looks it has computed nothing and nothing has changed. */
async function settled() {
  const end = Date.now() + plan.limit;
  for (let before = ""; ; ) {
    const said = await status();
    const now = JSON.stringify([said, state()]);
    if (/unanswered questions: 0$/m.test(said) && now === before) return;
    if (Date.now() > end) throw new Error(`not settled after ${plan.limit / 1000} s: ${now}`);
    before = now;
    await new Promise((next) => setTimeout(next, 1000));
  }
}

async function hover({ file, line, character }) {
  const position = new vscode.Position(line, character);
  const found = await vscode.commands.executeCommand("vscode.executeHoverProvider", vscode.Uri.file(file), position);
  return found.flatMap((each) => each.contents.map((content) => content.value ?? content)).join("\n");
}

exports.run = async () => {
  for (const file of plan.files) {
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document, { preview: false });
  }
  await settled();
  const hovers = [];
  for (const place of plan.places) hovers.push(await hover(place));
  writeFileSync(join(plan.folder, "seen.json"), JSON.stringify({ findings: state(), hovers, status: await status() }));
};

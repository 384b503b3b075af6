/**
 * The extension's beginning and end: commands, settings, and the one server of this window. Everything that starts or
 * stops the server goes through one queue, so that two never run at once.
 */

import { homedir } from "node:os";
import * as vscode from "vscode";
import { State as ClientState, type LanguageClient } from "vscode-languageclient/node";
import { createClient, serverSettings } from "./client";
import { asList, type Command, type Found, missingMessage, resolve, type Surroundings } from "./interpreter";
import { RestartQueue } from "./restartQueue";
import { selectedInterpreter, watchSelection } from "./selectedInterpreter";
import { Status, StatusPage } from "./status";
import { lookFrom } from "./trial";

const COMMANDS = ["isolint.restart", "isolint.showOutput", "isolint.showStatus"] as const;

/** The server's own report, when the installed version offers one. */
const SERVER_STATUS = "isolint.showStatus";

let stop: (() => Promise<void>) | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("isolint", { log: true });
  const status = new Status();
  let client: LanguageClient | undefined;
  const page = new StatusPage(() => report(context, status, client));
  let running: Found | undefined;
  /** True: start again even when the same command would be used. */
  let forced = false;

  const halt = async (): Promise<void> => {
    const old = client;
    client = undefined;
    running = undefined;
    if (old === undefined) {
      return;
    }
    try {
      await old.dispose();
    } catch (error) {
      // A server that crashed or never came up cannot be asked to leave; the library ends its process.
      log.debug(`Stopping the server: ${error}`);
    }
  };

  const settle = async (): Promise<void> => {
    const force = forced;
    forced = false;
    const configuration = vscode.workspace.getConfiguration("isolint");
    if (!configuration.get<boolean>("enable", true)) {
      await halt();
      status.show({ kind: "disabled" });
      log.info("isolint is off: the setting isolint.enable is false.");
      return;
    }
    const around = surroundings();
    const folder = vscode.workspace.workspaceFolders?.[0];
    const cwd = folder?.uri.scheme === "file" ? folder.uri.fsPath : undefined;
    if (running === undefined || force) {
      status.show({ kind: "starting" });
    }
    const resolution = await resolve(
      {
        ...around,
        interpreter: asList(configuration.get("interpreter")),
        path: asList(configuration.get("path")),
        trusted: vscode.workspace.isTrusted,
        selected: () => selectedInterpreter(folder?.uri, log),
      },
      lookFrom(cwd),
    );
    if (
      resolution.kind === "found" &&
      !force &&
      running !== undefined &&
      sameCommand(running.command, resolution.command)
    ) {
      return;
    }
    await halt();
    if (resolution.kind === "missing") {
      const message = missingMessage(resolution);
      status.show({ kind: "missing", message });
      log.error(message);
      return;
    }
    const { command, version, origin } = resolution;
    log.info(`Starting isolint ${version} from ${origin}: ${command.join(" ")} server`);
    const fresh = createClient({
      command,
      cwd,
      around: surroundings,
      log,
      commands: COMMANDS,
      gaveUp: (why) => {
        if (client === fresh) {
          running = undefined;
          status.show({ kind: "failed", why });
        }
      },
    });
    client = fresh;
    running = resolution;
    fresh.onDidChangeState(({ newState }) => {
      if (client !== fresh) {
        return;
      }
      if (newState === ClientState.Running) {
        const told = fresh.initializeResult?.serverInfo?.version ?? version;
        status.show({ kind: "running", version: told, command: command.join(" "), origin });
      } else if (newState === ClientState.Starting) {
        status.show({ kind: "starting" });
      }
    });
    try {
      await fresh.start();
    } catch (error) {
      running = undefined;
      status.show({ kind: "failed", why: "it did not start; see the output" });
      log.error(`The server did not start: ${error}`);
    }
  };

  const queue = new RestartQueue(settle, (error) => {
    status.show({ kind: "failed", why: String(error) });
    log.error(`Starting the server failed: ${error}`);
  });
  const restart = (): Promise<void> => {
    forced = true;
    return queue.request();
  };
  stop = halt;

  context.subscriptions.push(
    log,
    status,
    page,
    status.onDidChange(() => page.refresh()),
    vscode.commands.registerCommand("isolint.restart", restart),
    vscode.commands.registerCommand("isolint.showOutput", () => log.show(true)),
    vscode.commands.registerCommand("isolint.showStatus", () => page.show()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (["enable", "interpreter", "path"].some((key) => event.affectsConfiguration(`isolint.${key}`))) {
        void queue.request();
      }
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void queue.request()),
    // Trust decides what the server may do: it is told when it starts.
    vscode.workspace.onDidGrantWorkspaceTrust(() => void restart()),
  );
  void queue.request();
  void watchSelection(() => void queue.request(), log).then((listener) => context.subscriptions.push(listener));
}

export async function deactivate(): Promise<void> {
  await stop?.();
}

function surroundings(): Surroundings {
  const folders = (vscode.workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === "file")
    .map((folder) => ({ name: folder.name, path: folder.uri.fsPath }));
  return { folders, home: homedir(), env: process.env, platform: process.platform };
}

function sameCommand(one: Command, other: Command): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

/** The page of `isolint: Show Status`: what this extension knows, then what the server knows. */
async function report(
  context: vscode.ExtensionContext,
  status: Status,
  client: LanguageClient | undefined,
): Promise<string> {
  const state = status.state;
  const lines = [
    `isolint for VS Code ${context.extension.packageJSON.version}, VS Code ${vscode.version}, ${process.platform}`,
    `state       ${state.kind}`,
  ];
  if (state.kind === "running") {
    lines.push(
      `server      isolint ${state.version}`,
      `command     ${state.command} server`,
      `found by    ${state.origin}`,
    );
  }
  if (state.kind === "failed") {
    lines.push(`why         ${state.why}`);
  }
  if (state.kind === "missing") {
    lines.push("", state.message, "");
  }
  lines.push(
    `trusted     ${vscode.workspace.isTrusted}`,
    `folders     ${(vscode.workspace.workspaceFolders ?? []).map((each) => each.uri.fsPath).join(", ") || "none"}`,
    `settings    ${JSON.stringify(serverSettings(undefined, surroundings()))}`,
  );
  if (client?.isRunning()) {
    const offered = client.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
    if (offered.includes(SERVER_STATUS)) {
      lines.push("", await serverReport(client));
    }
  }
  return `${lines.join("\n")}\n`;
}

async function serverReport(client: LanguageClient): Promise<string> {
  try {
    const answer = await client.sendRequest("workspace/executeCommand", { command: SERVER_STATUS, arguments: [] });
    return typeof answer === "string" ? answer : JSON.stringify(answer, undefined, 2);
  } catch (error) {
    return `The server did not answer: ${error}`;
  }
}

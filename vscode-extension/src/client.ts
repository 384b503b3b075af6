/**
 * The language client: vscode-languageclient, without its message boxes, told what isolint's server needs to know.
 * Where the server is found and when it is restarted is decided elsewhere.
 */

import { createInterface } from "node:readline";
import * as vscode from "vscode";
import {
  CloseAction,
  type CloseHandlerResult,
  DidChangeConfigurationNotification,
  ErrorAction,
  type ExecuteCommandRegistrationOptions,
  LanguageClient,
  type LanguageClientOptions,
  type RegistrationData,
  RevealOutputChannelOn,
  type ServerOptions,
} from "vscode-languageclient/node";
import { type Command, expand, type Surroundings } from "./interpreter";

/** The settings that are the server's business; the others say how it is started. */
const SERVER_SETTINGS = ["environment", "select", "ignore", "severity", "features", "diagnosticMode"];

/** After this many crashes within `CRASH_MINUTES` the server stays down, and the status item says so. */
const CRASHES = 4;
const CRASH_MINUTES = 3;

export interface ClientSetup {
  readonly command: Command;
  readonly cwd: string | undefined;
  /** Asked anew each time: folders come and go while the server runs. */
  readonly around: () => Surroundings;
  readonly log: vscode.LogOutputChannel;
  /** Commands of this extension: a server that announces one of them too must not keep the client from starting. */
  readonly commands: readonly string[];
  /** Called when the server has crashed too often and is not started again. */
  readonly gaveUp: (why: string) => void;
}

export function createClient(setup: ClientSetup): LanguageClient {
  const [program, ...args] = setup.command;
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "python" },
      { scheme: "untitled", language: "python" },
    ],
    outputChannel: setup.log,
    traceOutputChannel: setup.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // stderr is the server's log, and not a list of errors.
    stdioOptions: {
      stdout: (input, channel) => createInterface({ input }).on("line", (line) => channel.info(line)),
      stderr: (input, channel) => createInterface({ input }).on("line", (line) => channel.info(line)),
    },
    initializationOptions: () => ({
      settings: serverSettings(undefined, setup.around()),
      trusted: vscode.workspace.isTrusted,
    }),
    synchronize: { configurationSection: "isolint" },
    initializationFailedHandler: (error) => {
      setup.log.error(`The server refused to start: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: crashCounter(setup.gaveUp),
    },
    middleware: {
      workspace: {
        configuration: (params) =>
          params.items.map((item) => {
            const scope = item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri);
            return item.section === "isolint"
              ? serverSettings(scope, setup.around())
              : (vscode.workspace.getConfiguration(undefined, scope).get(item.section ?? "") ?? null);
          }),
        didChangeConfiguration: () =>
          client.sendNotification(DidChangeConfigurationNotification.type, {
            settings: { isolint: serverSettings(undefined, setup.around()) },
          }),
      },
    },
  };
  const client = new QuietClient(
    { command: program, args: [...args, "server"], options: setup.cwd === undefined ? {} : { cwd: setup.cwd } },
    options,
    setup.commands,
  );
  return client;
}

/** What the user set, as the server reads it: nothing that was left unset, so that pyproject.toml decides there. */
export function serverSettings(scope: vscode.Uri | undefined, around: Surroundings): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration("isolint", scope);
  const owner = scope && vscode.workspace.getWorkspaceFolder(scope);
  const folders = owner ? [{ name: owner.name, path: owner.uri.fsPath }, ...around.folders] : around.folders;
  const settings: Record<string, unknown> = {};
  for (const key of SERVER_SETTINGS) {
    const value = configuration.get<unknown>(key);
    if (value !== null && value !== undefined) {
      settings[key] = typeof value === "string" ? expand(value, { ...around, folders }) : value;
    }
  }
  return settings;
}

function crashCounter(gaveUp: (why: string) => void): () => CloseHandlerResult {
  const crashes: number[] = [];
  return () => {
    const now = Date.now();
    crashes.push(now);
    if (crashes.filter((each) => now - each <= CRASH_MINUTES * 60_000).length < CRASHES) {
      return { action: CloseAction.Restart, handled: true };
    }
    const message = `The server ended ${CRASHES} times in ${CRASH_MINUTES} minutes and is not started again.`;
    gaveUp(message);
    return { action: CloseAction.DoNotRestart, message, handled: true };
  };
}

class QuietClient extends LanguageClient {
  constructor(server: ServerOptions, options: LanguageClientOptions, taken: readonly string[]) {
    super("isolint", "isolint", server, options);
    const commands = this.getFeature("workspace/executeCommand");
    if (commands !== undefined) {
      const register = commands.register.bind(commands);
      commands.register = (data: RegistrationData<ExecuteCommandRegistrationOptions>) => {
        const free = data.registerOptions.commands.filter((each) => !taken.includes(each));
        register({ ...data, registerOptions: { ...data.registerOptions, commands: free } });
      };
    }
  }

  /** The library shows a message box for some errors whatever its options say; ours go to the output channel only. */
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/**
 * The interpreter that the user selected in VS Code, from the Python Environments extension or else the Python
 * extension. Neither is needed: without them there is no selected interpreter. Only the few members that are used are
 * described here, so that isolint depends on no package of theirs.
 */

import * as vscode from "vscode";
import type { Command } from "./interpreter";

interface EnvironmentsApi {
  getEnvironment(
    scope: vscode.Uri | undefined,
  ): Promise<{ execInfo?: { run?: { executable: string; args?: readonly string[] } } } | undefined>;
  onDidChangeEnvironment: vscode.Event<unknown>;
}

interface PythonApi {
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** The other extensions start at their own pace; isolint does not wait for ever before it looks elsewhere. */
const PATIENCE_MILLISECONDS = 10_000;

/** The selected interpreter of a folder, or undefined. A broken environment or extension is no error of isolint's. */
export async function selectedInterpreter(
  folder: vscode.Uri | undefined,
  log: vscode.LogOutputChannel,
): Promise<Command | undefined> {
  try {
    return await withPatience(ask(folder));
  } catch (error) {
    log.warn(`The selected interpreter is not known: ${error}`);
    return undefined;
  }
}

/** Calls `changed` whenever another interpreter is selected; sees only extensions that are already installed. */
export async function watchSelection(changed: () => void, log: vscode.LogOutputChannel): Promise<vscode.Disposable> {
  const listeners: vscode.Disposable[] = [];
  try {
    const environments = await activated<EnvironmentsApi>("ms-python.vscode-python-envs");
    if (environments?.onDidChangeEnvironment) {
      listeners.push(environments.onDidChangeEnvironment(changed));
    }
    const python = await activated<PythonApi>("ms-python.python");
    if (python?.environments) {
      listeners.push(python.environments.onDidChangeActiveEnvironmentPath(changed));
    }
  } catch (error) {
    log.warn(`A change of the selected interpreter will not be noticed: ${error}`);
  }
  return vscode.Disposable.from(...listeners);
}

async function ask(folder: vscode.Uri | undefined): Promise<Command | undefined> {
  const environments = await activated<EnvironmentsApi>("ms-python.vscode-python-envs");
  const run = (await environments?.getEnvironment(folder))?.execInfo?.run;
  if (run?.executable) {
    return [run.executable, ...(run.args ?? [])];
  }
  const python = (await activated<PythonApi>("ms-python.python"))?.environments;
  const environment = await python?.resolveEnvironment(python.getActiveEnvironmentPath(folder));
  const executable = environment?.executable.uri?.fsPath;
  return executable ? [executable] : undefined;
}

async function activated<Api>(id: string): Promise<Api | undefined> {
  const extension = vscode.extensions.getExtension<Api>(id);
  return extension === undefined ? undefined : await extension.activate();
}

function withPatience<Value>(answer: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const message = `no answer in ${PATIENCE_MILLISECONDS / 1000} seconds`;
    timer = setTimeout(() => reject(new Error(message)), PATIENCE_MILLISECONDS);
  });
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
}

/**
 * The file system and the trial run behind `interpreter.ts`: asks a command for isolint's version. Imports no vscode.
 */

import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { type Command, type Look, readFailure, readVersion } from "./interpreter";

/** An interpreter command may have to build its environment first (`uv run python`): be patient, but not for ever. */
const TRIAL_MILLISECONDS = 30_000;

/** `cwd` is the first workspace folder, so that a command such as `uv run python` finds its project. */
export function lookFrom(cwd: string | undefined): Look {
  return {
    isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
    version: (command) => versionOf(command, cwd),
  };
}

function versionOf(command: Command, cwd: string | undefined): Promise<{ version: string } | { reason: string }> {
  const [file, ...rest] = command;
  return new Promise((done) => {
    execFile(
      file,
      [...rest, "--version"],
      { cwd, timeout: TRIAL_MILLISECONDS, windowsHide: true },
      (error, stdout, stderr) => {
        const version = readVersion(stdout);
        if (error === null && version !== undefined) {
          done({ version });
        } else if (error?.killed) {
          done({ reason: `no answer to --version in ${TRIAL_MILLISECONDS / 1000} seconds` });
        } else {
          done({ reason: readFailure(error?.code ?? 0, stderr) });
        }
      },
    );
  });
}

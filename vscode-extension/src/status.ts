/**
 * What the user sees of the server's state: the language status item beside "Python" in the status bar, and the page of
 * `isolint: Show Status`, made for bug reports. No message boxes: a missing server is shown here, in red.
 */

import * as vscode from "vscode";

export type State =
  | { readonly kind: "starting" }
  | { readonly kind: "disabled" }
  | { readonly kind: "running"; readonly version: string; readonly command: string; readonly origin: string }
  | { readonly kind: "missing"; readonly message: string }
  | { readonly kind: "failed"; readonly why: string };

export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("isolint", { language: "python" });
  private readonly changed = new vscode.EventEmitter<void>();
  private current: State = { kind: "starting" };
  readonly onDidChange = this.changed.event;

  constructor() {
    this.item.name = "isolint";
    this.show({ kind: "starting" });
  }

  get state(): State {
    return this.current;
  }

  show(state: State): void {
    this.current = state;
    const { text, detail, severity, command } = face(state);
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = severity;
    this.item.busy = state.kind === "starting";
    this.item.command = command;
    this.changed.fire();
  }

  dispose(): void {
    this.item.dispose();
    this.changed.dispose();
  }
}

interface Face {
  readonly text: string;
  readonly detail: string;
  readonly severity: vscode.LanguageStatusSeverity;
  readonly command: vscode.Command;
}

function face(state: State): Face {
  const normal = vscode.LanguageStatusSeverity.Information;
  const status = { title: "Show Status", command: "isolint.showStatus" };
  const output = { title: "Show Output", command: "isolint.showOutput" };
  switch (state.kind) {
    case "starting":
      return { text: "isolint", detail: "starting", severity: normal, command: output };
    case "disabled":
      return { text: "isolint", detail: "off (isolint.enable)", severity: normal, command: status };
    case "running":
      return { text: `isolint ${state.version}`, detail: state.command, severity: normal, command: status };
    case "missing":
      return {
        text: "isolint not found",
        detail: "pip install isolint, or set isolint.interpreter",
        severity: vscode.LanguageStatusSeverity.Error,
        command: status,
      };
    case "failed":
      return {
        text: "isolint stopped",
        detail: state.why,
        severity: vscode.LanguageStatusSeverity.Error,
        command: output,
      };
  }
}

/** A read-only page whose text is made when it is shown, and again at each `refresh` while it is open. */
export class StatusPage implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly uri = vscode.Uri.parse("isolint-status:/isolint%20status");
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  // After `onDidChange`: it is read at the registration.
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(this.uri.scheme, this);

  constructor(private readonly text: () => Promise<string>) {}

  provideTextDocumentContent(): Promise<string> {
    return this.text();
  }

  refresh(): void {
    this.changed.fire(this.uri);
  }

  async show(): Promise<void> {
    this.refresh();
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(this.uri), { preview: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}

"""Code actions: which of the fixes of a file's findings fit the place and the kinds that the client asks for.

The edits come from the engine; what is decided here is only what is offered, under which kind, and when it is refused.
A fix belongs to a test, so the findings of one test share one action.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from isolint.check.report import FileReport, PlacedFinding
from isolint.lsp.analysis import Analysis
from isolint.lsp.buffers import Buffer
from isolint.lsp.capabilities import FIX_ALL, Client
from isolint.lsp.convert import Json, diagnostic, text_edits, workspace_edit

REQUEST_FAILED = -32803


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the client asks for: a span of bytes, and the kinds it wants (None: what fits a light bulb)."""

    start: int
    end: int
    only: tuple[str, ...] | None

    def wants(self, kind: str) -> bool:
        """Whether a kind was asked for by its name or by the name of a group it belongs to."""
        return any(name in ("", kind) or kind.startswith(name + ".") for name in self.only or ())


def code_actions(
    analysis: Analysis, buffer: Buffer, params: types.CodeActionParams, cancelled: Callable[[], bool]
) -> list[Json]:
    """The actions for a range of an open document, as the protocol's JSON: literals, or commands for old clients."""
    report = analysis.engine_for(buffer.path).report(buffer.path, cancelled)
    encoding = analysis.client.encoding
    at, to = params.range.start, params.range.end
    wanted = Wanted(
        buffer.lines.offset(at.line, at.character, encoding),
        buffer.lines.offset(to.line, to.character, encoding),
        tuple(str(getattr(kind, "value", kind)) for kind in params.context.only)
        if params.context.only is not None
        else None,
    )
    result: list[Json] = []
    touched = [f for f in report.findings if f.location.start <= wanted.end and wanted.start <= f.location.end]
    if wanted.only is None or wanted.wants("quickfix"):
        for findings in _by_fix(touched):
            result += _fix_action(analysis, buffer, findings, "quickfix")
        if analysis.client.literals:
            result += [a for finding in touched for a in _ignore_action(analysis, buffer, finding)]
    asked = wanted.wants("refactor.rewrite")
    if asked or wanted.only is None:
        tests = _tests_around(report, wanted)
        here = [f for f in report.findings if f in touched or (f.test is not None and f.test in tests)]
        if not asked:  # then the conversion is offered on the rest of a test only, where no quick fix is
            already = {f.test for f in touched}
            here = [f for f in here if f.test not in already]
        for findings in _by_fix(here):
            result += _fix_action(analysis, buffer, findings, "refactor.rewrite")
    fixable = [fs for fs in _by_fix(report.findings) if fs[0].fix and fs[0].fix.applicability == "safe"]
    if fixable and (wanted.wants(FIX_ALL) or (wanted.only is None and touched and len(fixable) > 1)):
        result += _fix_all_action(analysis, buffer, [f for fs in fixable for f in fs])
    return result


def _tests_around(report: FileReport, wanted: Wanted) -> set[str | None]:
    return {t.test for t in report.tests if t.location.start <= wanted.end and wanted.start <= t.location.end}


def _by_fix(findings: Sequence[PlacedFinding]) -> list[list[PlacedFinding]]:
    """Findings that say something about a fix, grouped by the fix they share."""
    groups: dict[object, list[PlacedFinding]] = {}
    for finding in findings:
        if finding.fix is not None:
            shared = finding.test if finding.test is not None else finding.key
            groups.setdefault((shared, finding.fix.title, finding.fix.applicability), []).append(finding)
    return list(groups.values())


def _diagnostics(analysis: Analysis, buffer: Buffer, findings: Sequence[PlacedFinding]) -> list[Json]:
    return [diagnostic(finding, buffer.lines, analysis.client, analysis.places) for finding in findings]


def _fix_action(analysis: Analysis, buffer: Buffer, findings: list[PlacedFinding], kind: str) -> list[Json]:
    client, finding = analysis.client, findings[0]
    fix = finding.fix
    assert fix is not None
    if fix.applicability == "none":
        return _disabled(client, fix.title or "Convert to a sync test", fix.reason)
    title = fix.title
    if fix.applicability == "unsafe":
        title += f" (unsafe: {fix.reason})" if fix.reason else " (unsafe)"
    if not client.literals:
        return [_command(title, "isolint.applyFix", buffer.uri, finding.key)] if client.applies_edits else []
    action: Json = {"title": title, "kind": kind, "diagnostics": _diagnostics(analysis, buffer, findings)}
    if client.preferred and kind == "quickfix" and fix.applicability == "safe":
        action["isPreferred"] = True
    if client.resolves_edits:
        action["data"] = {"uri": buffer.uri, "key": finding.key}
        return [action]
    edits = analysis.engine_for(buffer.path).fix(buffer.path, finding.key)
    if isinstance(edits, str):
        return _disabled(client, title, edits)
    action["edit"] = workspace_edit(edits, client, analysis.places)
    return [action] if action["edit"] is not None else []


def _fix_all_action(analysis: Analysis, buffer: Buffer, findings: list[PlacedFinding]) -> list[Json]:
    client = analysis.client
    title = "Fix all isolint findings that have a safe fix"
    if not client.literals:
        return [_command(title, "isolint.fixAll", buffer.uri)] if client.applies_edits else []
    action: Json = {"title": title, "kind": FIX_ALL, "diagnostics": _diagnostics(analysis, buffer, findings)}
    if client.resolves_edits:
        action["data"] = {"uri": buffer.uri, "key": None}
        return [action]
    edits = analysis.engine_for(buffer.path).fix_all(buffer.path)
    if isinstance(edits, str):
        return []
    action["edit"] = workspace_edit(edits, client, analysis.places)
    return [action] if action["edit"] is not None else []


def _disabled(client: Client, title: str, reason: str) -> list[Json]:
    """A refused fix: shown with its reason where the client can (editors show it in the menu of rewrites only)."""
    if not (client.literals and client.disabled and reason):
        return []
    return [{"title": title, "kind": "refactor.rewrite", "disabled": {"reason": reason}}]


def _command(title: str, command: str, *arguments: object) -> Json:
    return {"title": title, "command": command, "arguments": list(arguments)}


def _ignore_action(analysis: Analysis, buffer: Buffer, finding: PlacedFinding) -> list[Json]:
    change = analysis.engine_for(buffer.path).ignoring(buffer.path, finding.location, finding.name)
    if change is None:
        return []
    span = analysis.places.range(buffer.lines, change.start, change.end)
    return [
        {
            "title": f"Ignore {finding.name} on this line",
            "kind": "quickfix",
            "diagnostics": _diagnostics(analysis, buffer, [finding]),
            "edit": text_edits([{"range": span, "newText": change.text}], buffer.uri, buffer.version, analysis.client),
        }
    ]


def resolve(analysis: Analysis, action: Json, cancelled: Callable[[], bool]) -> Json:
    """Add the edits to an action that was sent without. They are made for the text as it is now."""
    data = action.get("data")
    uri, key = (data.get("uri"), data.get("key")) if isinstance(data, dict) else (None, None)
    return {**action, "edit": edit_for(analysis, uri, key, cancelled)}


def edit_for(analysis: Analysis, uri: object, key: object, cancelled: Callable[[], bool]) -> Json:
    """The edits of the fix `key`, or of all safe fixes for None. A refusal, with its reason, fails the request."""
    buffer = analysis.buffer_of_uri(uri) if isinstance(uri, str) else None
    if buffer is None:
        raise JsonRpcException("the document is not open", REQUEST_FAILED)
    engine = analysis.engine_for(buffer.path)
    engine.report(buffer.path, cancelled)
    edits = engine.fix_all(buffer.path) if key is None else engine.fix(buffer.path, str(key))
    edit = edits if isinstance(edits, str) else workspace_edit(edits, analysis.client, analysis.places)
    if edit is None or isinstance(edit, str):
        raise JsonRpcException(edit or "the file cannot be read any more", REQUEST_FAILED)
    return edit

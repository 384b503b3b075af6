"""Code actions: which of the fixes of a file's findings fit the place and the kinds that the client asks for.

The edits come from the engine; what is decided here is only what is offered, under which kind, and when it is refused.
A fix belongs to a test, so the findings of one test share one action.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from isolint.check.report import FileReport, FixEdits, Location, PlacedFinding, Unproven
from isolint.lsp.analysis import Analysis
from isolint.lsp.asking import NotYet
from isolint.lsp.buffers import Buffer
from isolint.lsp.capabilities import FIX_ALL, Client
from isolint.lsp.convert import Json, diagnostic, text_edits, workspace_edit

REQUEST_FAILED = -32803
_LEAKS = frozenset({"ISO101", "ISO102", "ISO103", "ISO104", "ISO105"})
"""The rules about work of a test on another connection: what it leaves there would go if the tables were flushed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the client asks for: a span of bytes, and the kinds it wants (None: what fits a light bulb)."""

    start: int
    end: int
    only: tuple[str, ...] | None

    def touches(self, location: Location) -> bool:
        """Whether the span meets a place in the document."""
        return location.start <= self.end and self.start <= location.end

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
    touched = [f for f in report.findings if wanted.touches(f.location)]
    if wanted.only is None or wanted.wants("quickfix"):
        for findings in _by_fix(touched):
            result += _fix_action(analysis, buffer, findings, "quickfix")
        if analysis.client.literals:
            result += _flush_actions(analysis, buffer, touched)
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
        if analysis.client.literals:
            for test in sorted(tests):
                result += _offer_actions(analysis, buffer, test, "unused-mark", "refactor.rewrite", ())
            classes = {owner for f in here + touched if (owner := _class_of(f.test))} | _classes_at(
                analysis, buffer, report, wanted
            )
            for owner in sorted(classes):
                result += _class_action(analysis, buffer, report, owner)
    fixable = [fs for fs in _by_fix(report.findings) if fs[0].fix and fs[0].fix.applicability == "safe"]
    if fixable and (wanted.wants(FIX_ALL) or (wanted.only is None and touched and len(fixable) > 1)):
        result += _fix_all_action(analysis, buffer, [f for fs in fixable for f in fs])
    return result


def _tests_around(report: FileReport, wanted: Wanted) -> set[str]:
    return {t.test for t in report.tests if wanted.touches(t.location)}


def _class_of(test: str | None) -> str:
    """The node id of the class of a test, "" for a function of the module."""
    owner = (test or "").rpartition("::")[0]
    return owner if "::" in owner else ""


def _classes_at(analysis: Analysis, buffer: Buffer, report: FileReport, wanted: Wanted) -> set[str]:
    """The node ids of the classes whose name is pointed at."""
    module = next((t.test.partition("::")[0] for t in report.tests if "::" in t.test), "")
    found: set[str] = set()
    if not module or not any(_class_of(t.test) for t in report.tests):
        return found
    todo = [(module, s) for s in analysis.engine_for(buffer.path).document_symbols(buffer.path)]
    while todo:
        owner, symbol = todo.pop()
        if symbol.kind == "class":
            name = f"{owner}::{symbol.name}"
            todo += [(name, child) for child in symbol.children]
            if wanted.touches(symbol.name_place):
                found.add(name)
    return found


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
    edits = _known(analysis.engine_for(buffer.path).fix(buffer.path, finding.key))
    if isinstance(edits, str):
        return _disabled(client, title, edits)
    action["edit"] = workspace_edit(edits, client, analysis.places)
    return [action] if action["edit"] is not None else []


def _fix_all_action(analysis: Analysis, buffer: Buffer, findings: list[PlacedFinding]) -> list[Json]:
    title = "Fix all isolint findings that have a safe fix"
    if not analysis.client.literals:
        return [_command(title, "isolint.fixAll", buffer.uri)] if analysis.client.applies_edits else []
    action: Json = {"title": title, "kind": FIX_ALL, "diagnostics": _diagnostics(analysis, buffer, findings)}
    return _with_edits(analysis, buffer, action, {"key": None})


def _class_action(analysis: Analysis, buffer: Buffer, report: FileReport, owner: str) -> list[Json]:
    """All safe fixes of a class at once, where there is more than one."""
    groups = _by_fix([f for f in report.findings if (f.test or "").startswith(f"{owner}::")])
    fixable = [fs for fs in groups if fs[0].fix and fs[0].fix.applicability == "safe"]
    if len(fixable) < 2:
        return []
    action: Json = {
        "title": f"Fix all {len(fixable)} tests of {owner.rpartition('::')[2]} that have a safe fix",
        "kind": "refactor.rewrite",
        "diagnostics": _diagnostics(analysis, buffer, [f for fs in fixable for f in fs]),
    }
    return _with_edits(analysis, buffer, action, {"key": None, "below": owner})


def _flush_actions(analysis: Analysis, buffer: Buffer, touched: Sequence[PlacedFinding]) -> list[Json]:
    """To each test that works on another connection: that it could be flushed."""
    result: list[Json] = []
    leaking = [f for f in touched if f.test is not None and f.rule in _LEAKS]
    for test in dict.fromkeys(f.test for f in leaking if f.test is not None):
        findings = [f for f in leaking if f.test == test]
        result += _offer_actions(analysis, buffer, test, "transaction", "quickfix", findings)
    return result


def _offer_actions(
    analysis: Analysis, buffer: Buffer, test: str, what: str, kind: str, findings: Sequence[PlacedFinding]
) -> list[Json]:
    result: list[Json] = []
    for offer in analysis.engine_for(buffer.path).offers(buffer.path, test):
        if offer.kind == what:
            action: Json = {"title": offer.title, "kind": kind}
            if findings:
                action["diagnostics"] = _diagnostics(analysis, buffer, findings)
            result += _with_edits(analysis, buffer, action, {"test": test, "offer": what})
    return result


def _with_edits(analysis: Analysis, buffer: Buffer, action: Json, data: Json) -> list[Json]:
    """An action with what its edits are found by later, or with the edits where the client cannot ask for them."""
    if analysis.client.resolves_edits:
        return [{**action, "data": {"uri": buffer.uri, **data}}]
    edits = _known(_edits(analysis, buffer, data))
    edit = None if isinstance(edits, str) else workspace_edit(edits, analysis.client, analysis.places)
    return [] if edit is None else [{**action, "edit": edit}]


def _edits(analysis: Analysis, buffer: Buffer, data: Json) -> FixEdits | Unproven | str:
    engine, path = analysis.engine_for(buffer.path), buffer.path
    if "offer" in data:
        return engine.offered(path, str(data.get("test")), str(data["offer"]))
    if data.get("key") is None:
        return engine.fix_all(path, below=str(data.get("below") or ""))
    return engine.fix(path, str(data["key"]))


def _known(edits: FixEdits | Unproven | str) -> FixEdits | str:
    """What there is of a fix for somebody who does not wait: what is proven, or the reason."""
    return (edits.proven or edits.reason) if isinstance(edits, Unproven) else edits


def _disabled(client: Client, title: str, reason: str) -> list[Json]:
    """A refused fix: shown with its reason where the client can (editors show it in the menu of rewrites only)."""
    if not (client.literals and client.disabled and reason):
        return []
    return [{"title": title, "kind": "refactor.rewrite", "disabled": {"reason": reason}}]


def _command(title: str, command: str, *arguments: object) -> Json:
    return {"title": title, "command": command, "arguments": list(arguments)}


def _ignore_action(analysis: Analysis, buffer: Buffer, finding: PlacedFinding) -> list[Json]:
    changes = analysis.engine_for(buffer.path).ignore(buffer.path, finding)
    if not changes:
        return []
    edits: list[Json] = [
        {"range": analysis.places.range(buffer.lines, one.start, one.end), "newText": one.text} for one in changes
    ]
    return [
        {
            "title": f"Ignore {finding.name} on this line",
            "kind": "quickfix",
            "diagnostics": _diagnostics(analysis, buffer, [finding]),
            "edit": text_edits([(buffer.uri, buffer.version, edits)], analysis.client),
        }
    ]


def resolve(analysis: Analysis, action: Json, cancelled: Callable[[], bool]) -> Json:
    """Add the edits to an action that was sent without. They are made for the text as it is now."""
    data = action.get("data")
    try:
        return {**action, "edit": edit_for(analysis, data if isinstance(data, dict) else {}, cancelled)}
    except NotYet as waiting:
        meanwhile = waiting.meanwhile
        raise NotYet(lambda: {**action, "edit": meanwhile()}, waiting.buffer) from waiting


def edit_for(analysis: Analysis, data: Json, cancelled: Callable[[], bool]) -> Json:
    """The edits of the fix `key`, of an `offer` for a `test`, or of all safe fixes. A refusal, with its reason, fails
    the request."""
    uri = data.get("uri")
    buffer = analysis.buffer_of_uri(uri) if isinstance(uri, str) else None
    if buffer is None:
        raise JsonRpcException("the document is not open", REQUEST_FAILED)
    engine = analysis.engine_for(buffer.path)
    engine.report(buffer.path, cancelled)
    edits = _edits(analysis, buffer, data)
    if isinstance(edits, Unproven):
        # The answers are on their way: it is made again when there are some, for this very text.
        raise NotYet(lambda: _workspace_edit(analysis, _known(edits)), buffer)
    return _workspace_edit(analysis, edits)


def _workspace_edit(analysis: Analysis, edits: FixEdits | str) -> Json:
    edit = edits if isinstance(edits, str) else workspace_edit(edits, analysis.client, analysis.places)
    if edit is None or isinstance(edit, str):
        raise JsonRpcException(edit or "the file cannot be read any more", REQUEST_FAILED)
    return edit

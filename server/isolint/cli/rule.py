"""`isolint rule`: prints the page of a rule, or the table of all rules. Reads docstrings; analyses nothing."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, TypedDict

from isolint.cli.errors import CommandError
from isolint.cli.terminal import Style, style_for
from isolint.rules import registry

if TYPE_CHECKING:
    import argparse


class RuleObject(TypedDict):
    """A rule in JSON; `explanation` is its page as Markdown."""

    code: str
    name: str
    default_severity: str
    summary: str
    fixable: bool
    url: str
    explanation: str


def run(options: argparse.Namespace) -> int:
    """Print one rule, or the list. An unknown name is a usage error that names the nearest rules."""
    if options.rule is not None and options.all:
        raise CommandError("give a rule or --all, not both")
    if options.rule is None:
        rules = registry.rules()
        print(_json([_object(rule) for rule in rules]) if options.output_format == "json" else _table(rules))
        return 0
    rule = registry.find(options.rule)
    if rule is None:
        raise CommandError(f"no rule {options.rule!r}{suggestion(options.rule)}")
    if options.output_format == "json":
        print(_json(_object(rule)))
    else:
        print(_styled(registry.markdown(rule), style_for(sys.stdout)), end="")
    return 0


def suggestion(text: str) -> str:
    """The end of a complaint about an unknown rule: the name or code nearest to it, or how to list all."""
    import difflib

    names = {rule.name: rule.name for rule in registry.rules()} | {r.code.lower(): r.code for r in registry.rules()}
    near = difflib.get_close_matches(text.lower().replace("_", "-"), names, n=1, cutoff=0.6)
    if not near:
        return "; isolint rule --all lists them"
    return f"; did you mean {names[near[0]]}?"


def _object(rule: registry.Rule) -> RuleObject:
    return RuleObject(
        code=rule.code,
        name=rule.name,
        default_severity=rule.default_severity,
        summary=rule.summary,
        fixable=rule.fixable,
        url=rule.url,
        explanation=registry.markdown(rule),
    )


def _json(value: object) -> str:
    import json

    return json.dumps(value, indent=2)


def _table(rules: tuple[registry.Rule, ...]) -> str:
    style = style_for(sys.stdout)
    name_width = max((len(rule.name) for rule in rules), default=0)
    lines = []
    for rule in rules:
        severity = style.severity(rule.default_severity, f"{rule.default_severity:<7}")
        fix = "fix" if rule.fixable else "   "
        lines.append(f"{style.bold(rule.code)}  {rule.name:<{name_width}}  {severity}  {fix}  {rule.summary}")
    return "\n".join(lines)


def _styled(markdown: str, style: Style) -> str:
    # A whole Markdown renderer costs a tenth of a second to import; headings and code are enough to read a page.
    if not style.colour:
        return markdown
    lines = []
    in_code = False
    for line in markdown.splitlines():
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            lines.append(f"    {style.code(line)}" if line else "")
        elif line.startswith("#"):
            lines.append(style.bold(line.lstrip("# ")))
        else:
            lines.append(re.sub(r"`([^`]+)`", lambda found: style.code(found[1]), line))
    return "\n".join(lines) + "\n"

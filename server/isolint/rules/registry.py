"""The rules as a whole: what a rule is, which ones exist, and how one is found by name, code or prefix.

A rule is one module of this package, named after the rule, with a module-level `RULE` and a function `findings` that
takes what the rule is about (`Rule.about`); its docstring is its page. Here live the metadata, the discovery and the
reading of those pages, and nothing that looks at a test: that is in the rule's own module. Rules are read as source, so
that naming them and showing their pages never loads the engine they need.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Literal

_PACKAGE = "isolint.rules"
_PAGES = "https://github.com/isolint/isolint/blob/main/docs/rules/"

SECTIONS = ("What it does", "Why", "Example", "Use instead", "Fix safety", "References")
"""The headings of a rule's page, in their order."""


About = Literal["test", "dropped", "suppression"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `code` is `ISO` and three digits, `name` lower case words with dashes (its module has underscores).

    `summary` is one sentence without a final stop; `fixable` says whether isolint offers a conversion for at least some
    of its findings. `about` is what the rule's `findings` takes: "test" a `Subject`, "dropped" a `TestItem` that pytest
    does not collect though it is named like a test, "suppression" a `Suppression` that turns nothing off."""

    code: str
    name: str
    default_severity: Literal["error", "warning", "info", "hint"]
    summary: str
    fixable: bool
    about: About = "test"

    @property
    def url(self) -> str:
        """Where the rule's page stands on the web."""
        return f"{_PAGES}{self.name}.md"


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's page: the sentence it starts with and its sections, as (heading, Markdown text) in their order."""

    headline: str
    sections: tuple[tuple[str, str], ...]


@cache
def _read() -> tuple[tuple[Rule, str, str], ...]:
    """Every rule with its module's name and docstring, sorted by code.

    Read from the source, not by importing: a rule's module needs the engine, and whoever asks for a name or a page must
    not wait for that. `RULE` is a call with literal arguments; a test holds it against the imported one."""
    package = importlib.import_module(_PACKAGE)
    found = []
    for entry in pkgutil.iter_modules(package.__path__, f"{_PACKAGE}."):
        source = _source(entry)
        if "\nRULE = Rule(" not in source:
            continue
        tree = ast.parse(source)
        for statement in tree.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id="RULE")], value=ast.Call(args=args, keywords=keywords)):
                    rule = Rule(
                        *(ast.literal_eval(arg) for arg in args),
                        **{keyword.arg: ast.literal_eval(keyword.value) for keyword in keywords if keyword.arg},
                    )
                    found.append((rule, entry.name, ast.get_docstring(tree) or ""))
    return tuple(sorted(found, key=lambda item: item[0].code))


def _source(entry: pkgutil.ModuleInfo) -> str:
    # Asked of the folder (or archive) that has the module, not of `sys.meta_path`: a hook there may have another loader
    # for it, as pytest has for names that look like tests, and rules are called `..._test`.
    finder: Any = entry.module_finder
    spec = finder.find_spec(entry.name)
    # By name: to ask whether the loader is an `InspectLoader` costs an import that takes longer than all the rest.
    source: str | None = spec.loader.get_source(entry.name)
    if source is None:
        raise ImportError(f"the source of {entry.name} is missing; rules are read from it", name=entry.name)
    return source


def rules() -> tuple[Rule, ...]:
    """All rules, sorted by code."""
    return tuple(rule for rule, _, _ in _read())


@cache
def modules(about: About) -> tuple[ModuleType, ...]:
    """The modules of the rules about this, imported, sorted by the rule's code."""
    return tuple(importlib.import_module(name) for rule, name, _ in _read() if rule.about == about)


def module(rule: Rule) -> ModuleType:
    """The imported module of a rule. Raises LookupError when the rule has none."""
    for known, name, _ in _read():
        if known == rule:
            return importlib.import_module(name)
    raise LookupError(f"no module for {rule.name}")


def find(text: str) -> Rule | None:
    """The rule with this name or code, in any case, with dashes or underscores; None when there is none."""
    wanted = text.strip().lower().replace("_", "-")
    return next((rule for rule in rules() if wanted in (rule.name, rule.code.lower())), None)


def matches(rule: Rule, selector: str) -> bool:
    """Whether a selector of the settings or the command line means this rule: `ALL`, its name, its code, or the first
    letters of its code (`ISO1`)."""
    wanted = selector.strip()
    return wanted.upper() == "ALL" or wanted.lower().replace("_", "-") == rule.name or _is_prefix(wanted, rule.code)


def page(rule: Rule) -> Page:
    """The rule's page, read from the docstring of its module.

    The docstring starts with one sentence; headings are lines that start with `## `. Raises LookupError when the rule
    has no module."""
    docstring = next((text for known, _, text in _read() if known == rule), None)
    if docstring is None:
        raise LookupError(f"no module for {rule.name}")
    headline, *parts = ("\n" + docstring).split("\n## ")
    sections = []
    for part in parts:
        heading, _, text = part.partition("\n")
        sections.append((heading.strip(), text.strip("\n")))
    return Page(" ".join(headline.split()), tuple(sections))


def markdown(rule: Rule) -> str:
    """The rule's page as one Markdown document, as it stands in `docs/rules/`. Ends with a newline."""
    content = page(rule)
    fix = "isolint can convert some of these tests" if rule.fixable else "no automatic fix"
    lines = [f"# {rule.name} ({rule.code})", "", f"Default severity: {rule.default_severity}; {fix}.", ""]
    lines += [content.headline, ""]
    for heading, text in content.sections:
        lines += [f"## {heading}", "", text, ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _is_prefix(text: str, code: str) -> bool:
    return len(text) >= 3 and code.startswith(text.upper())

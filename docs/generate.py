"""Writes the rule pages, `docs/rules/*.md`, from the docstrings of the rules: run it after changing one.

A test compares what this would write with what is there. Nothing else in `docs/` is generated here.
"""

from __future__ import annotations

import sys
from pathlib import Path

_FIX = {True: "yes", False: "no"}
DOCS = Path(__file__).resolve().parent


def pages() -> dict[str, str]:
    """File name to content, for every file in `docs/rules/`."""
    from isolint.rules import registry

    result = {f"{rule.name}.md": registry.markdown(rule) for rule in registry.rules()}
    rows = []
    for rule in registry.rules():
        cells = (rule.code, f"[{rule.name}]({rule.name}.md)", rule.default_severity, _FIX[rule.fixable], rule.summary)
        rows.append(f"| {' | '.join(cells)} |")
    head = ["| Code | Name | Severity | Fix | What it reports |", "|---|---|---|---|---|"]
    about = "Generated from the rules themselves by `docs/generate.py`; `isolint rule NAME` shows the same pages."
    return result | {"README.md": "\n".join(["# Rules", "", about, "", *head, *rows]) + "\n"}


def main() -> None:
    """Write what differs, remove the pages of rules that are gone, and say which files those were."""
    folder = DOCS / "rules"
    folder.mkdir(exist_ok=True)
    wanted = pages()
    for path in folder.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
            print(f"removed {path}")
    for name, content in wanted.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8", newline="\n")
            print(f"wrote {path}")


if __name__ == "__main__":
    sys.path.insert(0, str(DOCS.parent / "server"))
    main()

"""Facts that follow their text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from isolint.syntax.facts import Name
from isolint.syntax.moved import moved
from isolint.syntax.parse import parse
from isolint.text.edits import Edit, apply
from tests.syntax.walking import facts_in

CODE = b"@d\ndef f(aa, bb):\n    cc(dd)\n    if ee:\n        ff.gg = hh\n"


def names(facts: object, text: bytes) -> dict[str, str]:
    return {
        fact.id: text[slice(*fact.span)].decode("utf-8", "replace")
        for fact in facts_in(facts)
        if isinstance(fact, Name)
    }


def test_names_behind_and_before_an_edit_are_still_where_they_stand() -> None:
    facts = parse(CODE, "function", 0)
    edit = Edit(CODE.index(b"    if"), CODE.index(b"    if"), b"    new(\n")
    assert all(name == found for name, found in names(moved(facts, edit), apply(CODE, [edit])).items())


@given(st.integers(0, len(CODE)), st.integers(0, 12), st.binary(max_size=12))
def test_spans_stay_in_the_text_and_untouched_names_stay_themselves(start: int, length: int, new: bytes) -> None:
    edit = Edit(start, min(start + length, len(CODE)), new)
    text = apply(CODE, [edit])
    before = parse(CODE, "function", 0)
    after = moved(before, edit)
    for fact in facts_in(after):
        low, high = fact.span if hasattr(fact, "span") else (0, 0)
        assert 0 <= low <= high <= len(text)
    old = {fact.id: fact.span for fact in facts_in(before) if isinstance(fact, Name)}
    for name, found in names(after, text).items():
        if old[name][1] <= edit.start or old[name][0] >= edit.end:
            assert found == name

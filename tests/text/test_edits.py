"""Applying edits, and finding the one between two texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolint.text.edits import Composed, Edit, apply, difference

texts = st.text(alphabet="ab\né€😀\r", max_size=30)


@given(texts, texts)
def test_the_difference_applied_to_the_old_text_is_the_new(old: str, new: str) -> None:
    edit = difference(old.encode(), new.encode())
    if old == new:
        assert edit is None
        return
    assert edit is not None
    assert apply(old.encode(), [edit]) == new.encode()


@given(texts, texts)
def test_the_difference_never_cuts_a_character(old: str, new: str) -> None:
    edit = difference(old.encode(), new.encode())
    if edit is not None:
        for piece in (old.encode()[: edit.start], old.encode()[edit.start : edit.end], edit.text):
            piece.decode()


def test_the_difference_is_the_smallest() -> None:
    assert difference(b"x = 1\ny = 2\n", b"x = 1\ny = 23\n") == Edit(11, 11, b"3")
    assert difference(b"aaa", b"aa") == Edit(2, 3, b"")
    assert difference("é".encode(), "è".encode()) == Edit(0, 2, "è".encode())  # they share their first byte
    assert difference("€".encode(), "₭".encode()) == Edit(0, 3, "₭".encode())


def test_edits_count_in_the_offsets_of_the_given_text_and_come_in_any_order() -> None:
    edits = [Edit(4, 5, b"Y"), Edit(0, 1, b"X"), Edit(2, 2, b"1"), Edit(2, 2, b"2")]
    assert apply(b"a b c", edits) == b"X 12b Y"


@pytest.mark.parametrize(
    "edits",
    [[Edit(0, 3, b""), Edit(2, 4, b"")], [Edit(4, 9, b"")], [Edit(3, 2, b"")], [Edit(-1, 2, b"")]],
    ids=["overlap", "outside", "reversed", "negative"],
)
def test_edits_that_make_no_sense_are_an_error(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply(b"abcdef", edits)


def test_shift_is_what_follows_moves_by() -> None:
    assert Edit(2, 5, b"x").shift == -2


_TEXT = st.binary(max_size=12).map(lambda raw: bytes(b"abcdefgh"[byte % 8] for byte in raw))


@given(_TEXT, st.lists(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), _TEXT), max_size=4), max_size=4))
def test_edits_one_after_the_other_are_edits_at_once(text: bytes, steps: list[list[tuple[int, int, bytes]]]) -> None:
    composed, now = Composed.of(text), text
    for step in steps:
        edits, last = [], -1
        for start, size, new in sorted(step):
            end = min(start + size, len(now))
            if last < start <= end:
                edits.append(Edit(start, end, new))
                last = end
        composed, now = composed.then(edits), apply(now, edits)
    assert apply(text, composed.edits(len(text))) == now

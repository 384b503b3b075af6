"""Files in other encodings, and files that are no text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolint.text.encoding import Decoded, Encoding, Undecodable, decode, encode


@pytest.mark.parametrize(
    "raw, text, encoding",
    [
        (b"x = 1\n", "x = 1\n", Encoding()),
        (b"", "", Encoding()),
        ("é".encode(), "é", Encoding()),
        (codecs.BOM_UTF8 + "é".encode(), "é", Encoding("utf-8", bom=True)),
        (codecs.BOM_UTF8 + b"# coding: utf-8\n", "# coding: utf-8\n", Encoding("utf-8", bom=True)),
        (b"# -*- coding: latin-1 -*-\n# \xe9\n", "# -*- coding: latin-1 -*-\n# é\n", Encoding("iso8859-1")),
        (b"#!/a\n# vim: fileencoding=cp1252 :\n'\x80'", "#!/a\n# vim: fileencoding=cp1252 :\n'€'", Encoding("cp1252")),
        (b"\n# coding=latin-1\n\xe9", "\n# coding=latin-1\né", Encoding("iso8859-1")),
        ("x = 1\n# coding: latin-1\né".encode(), "x = 1\n# coding: latin-1\né", Encoding()),
        ("\n\n# coding: latin-1\né".encode(), "\n\n# coding: latin-1\né", Encoding()),
        (b"'\f\x0b'\r\n", "'\f\x0b'\r\n", Encoding()),
    ],
)  # fmt: skip
def test_read_as_python_reads_it_and_written_back_as_it_was(raw: bytes, text: str, encoding: Encoding) -> None:
    decoded = decode(raw)
    assert decoded == Decoded(text.encode(), encoding)
    assert encode(text.encode(), encoding) == raw


@pytest.mark.parametrize(
    "raw, reason, line",
    [
        (b"a\n\xe9\n", "byte 0xe9 is not UTF-8", 2),
        (b"a\r\nb\rc\n\xff", "byte 0xff is not UTF-8", 4),
        (b"a\n\0", "NUL", 2),
        (b"# coding: nonsense\n", "unknown encoding, 'nonsense'", 1),
        (b"#\n# coding: rot13\n", "unknown encoding, 'rot13'", 2),
        (b"# coding: hex\n", "unknown encoding", 1),
        (b"# coding: unicode_escape\n", "unknown encoding", 1),
        (b"# coding: ascii\n\n\xe9", "byte 0xe9 is not ascii", 3),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", "byte order mark", 1),
        (codecs.BOM_UTF16_LE + "x".encode("utf-16-le"), "UTF-16", 1),
    ],
)
def test_what_is_no_text_is_an_error_value_with_its_line(raw: bytes, reason: str, line: int) -> None:
    result = decode(raw)
    assert isinstance(result, Undecodable)
    assert reason in result.reason
    assert result.line == line


def test_a_character_that_the_encoding_does_not_have() -> None:
    result = encode("a\n€".encode(), Encoding("iso8859-1"))
    assert isinstance(result, Undecodable)
    assert result.line == 2
    assert "€" in result.reason


@given(st.binary(max_size=60), st.sampled_from([b"", b"# coding: ", b"# coding: latin-1\n", b"# coding: shift_jis\n"]))
def test_no_bytes_make_it_raise(raw: bytes, head: bytes) -> None:
    result = decode(head + raw)
    if isinstance(result, Decoded):
        result.text.decode()
        assert isinstance(encode(result.text, result.encoding), bytes)

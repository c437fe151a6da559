"""Positions against what the encodings themselves count."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.editors.positions import Buffer, Encoding

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
CODEC = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
TEXTS = st.text(st.sampled_from("ab: é日🎉\u2028\f\n\r"), max_size=40)


def lines_of(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def units(text: str, encoding: Encoding) -> int:
    return len(text.encode(CODEC[encoding])) // UNIT[encoding]


@given(text=TEXTS, encoding=st.sampled_from(ENCODINGS), data=st.data())
def test_a_position_is_line_and_units_before_it(
    text: str, encoding: Encoding, data: st.DataObject
) -> None:
    lines = lines_of(text)
    line = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[line])))
    place = Buffer(text).place(line, column, encoding)
    assert place == (line, units(lines[line][:column], encoding))
    offset = Buffer(text).offset(place, encoding)
    assert Buffer(text).position(offset, encoding) == place
    assert lines_of(text[:offset])[line] == lines[line][:column]


@given(text=TEXTS, new=TEXTS, encoding=st.sampled_from(ENCODINGS), data=st.data())
def test_an_edit_replaces_what_stands_between(
    text: str, new: str, encoding: Encoding, data: st.DataObject
) -> None:
    # Never between CR and LF: no editor can put a cursor there.
    stops = [
        offset for offset in range(len(text) + 1) if text[max(offset - 1, 0) : offset + 1] != "\r\n"
    ]
    first, last = sorted((data.draw(st.sampled_from(stops)), data.draw(st.sampled_from(stops))))
    buffer = Buffer(text)
    start, end = buffer.position(first, encoding), buffer.position(last, encoding)
    assert buffer.changed(start, end, new, encoding).text == text[:first] + new + text[last:]


@pytest.mark.parametrize(
    ("position", "offset"),
    [
        ((0, 0), 0),
        ((0, 1), 0),
        ((0, 2), 1),
        ((0, 3), 2),
        ((0, 99), 2),
        ((1, 0), 3),
        ((1, 99), 4),
        ((7, 0), 4),
    ],
)
def test_what_lies_outside_is_clamped_and_no_character_is_split(
    position: tuple[int, int], offset: int
) -> None:
    assert Buffer("🎉a\nb").offset(position, "utf-16") == offset
    assert Buffer("🎉a\nb").position(99, "utf-16") == (1, 1)
    assert Buffer("🎉a\nb").position(-1, "utf-16") == (0, 0)
    assert Buffer("🎉a\nb").place(9, 9, "utf-16") == (1, 1)

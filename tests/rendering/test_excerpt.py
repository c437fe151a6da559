"""The source line with carets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.location import Location
from multillm_gov.rendering.plain.findings import excerpt
from multillm_gov.rendering.plain.width import width


def _at(line: str, start: int, end: int, *, end_line: int = 1) -> Location:
    return Location("a.yaml", 1, start, end_line, end, line)


def test_carets_stand_below_the_span() -> None:
    assert excerpt(_at("owner: growth", 8, 14), 80) == ("owner: growth", "       ^^^^^^")


def test_tabs_are_spaces_and_carets_follow() -> None:
    assert excerpt(_at("\ta: b", 2, 3), 80) == ("    a: b", "    ^")


def test_wide_characters_take_two_cells() -> None:
    assert excerpt(_at("営業: 予算", 5, 7), 80) == ("営業: 予算", "      ^^^^")


def test_combining_marks_take_none() -> None:
    line = "e\u0301: x"
    assert excerpt(_at(line, 5, 6), 80) == (line, "   ^")


def test_control_characters_are_spelt_and_counted() -> None:
    assert excerpt(_at("a\x1b[2J: x", 8, 9), 80) == (r"a\x1b[2J: x", "          ^")


def test_long_lines_are_cropped_around_the_span() -> None:
    line = "x" * 500 + "TARGET" + "y" * 500
    source, carets = excerpt(_at(line, 501, 507), 60) or ("", "")
    assert source.startswith("…")
    assert source.endswith("…")
    assert width(source) <= 60
    assert source[carets.index("^") : carets.rindex("^") + 1] == "TARGET"


def test_a_span_over_lines_ends_with_its_first_line() -> None:
    assert excerpt(_at("route:", 1, 3, end_line=4), 80) == ("route:", "^^^^^^")


def test_a_span_longer_than_the_room_keeps_within_it() -> None:
    source, carets = excerpt(_at("k: " + "v" * 400, 4, 404), 50) or ("", "")
    assert width(source) <= 50
    assert width(carets) <= 50


@pytest.mark.parametrize("line", ["", "   ", "\n"])
def test_nothing_to_show(line: str) -> None:
    assert excerpt(_at(line, 1, 2), 80) is None


@given(
    st.text(max_size=300),
    st.integers(-3, 400),
    st.integers(-3, 400),
    st.integers(20, 120),
)
def test_never_wider_than_the_room_and_never_raw(
    line: str, start: int, end: int, size: int
) -> None:
    shown = excerpt(_at(line.replace("\n", " "), start, end), size)
    if shown is None:
        return
    source, carets = shown
    assert width(source) <= size
    assert width(carets) <= size + 1
    assert "^" in carets
    assert not any(
        ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0x202A <= ord(c) <= 0x202E for c in source
    )

"""Characters of a text are found in their file, however the text is written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.scalar_places import locate_in_text
from multillm_gov.documents.yaml_reader import read_document


def _found(yaml: str, character: str = "X") -> list[tuple[int, int, str]]:
    document, flaws = read_document(SourceFile("policies/p.yaml", yaml.encode()))
    assert document is not None
    assert not flaws
    value = document.data["key"]
    places = []
    for offset, one in enumerate(value):
        if one == character:
            line = value.count("\n", 0, offset) + 1
            column = offset - value.rfind("\n", 0, offset)
            place = locate_in_text(document, ("key",), line, column)
            places.append(
                (
                    place.line,
                    place.column,
                    place.source_line[place.column - 1 : place.end_column - 1],
                )
            )
    return places


@pytest.mark.parametrize(
    ("yaml", "places"),
    [
        ("key: a X b X", [(1, 8), (1, 12)]),
        ("key: 'it''s X'", [(1, 13)]),
        ('key: "a \\"b\\" \\u0041 X"', [(1, 22)]),
        ('key: "a\n  X \\\n   X"', [(2, 3), (3, 4)]),
        ("key: a\n  b X", [(2, 5)]),
        ("key: |\n  a X\n    X\n\n  X\n", [(2, 5), (3, 5), (5, 3)]),
        ("key: >-  # why\n  a X\n  X\n\n  X\n", [(2, 5), (3, 3), (5, 3)]),
        ("a: 1\nkey: |2\n   X\n", [(3, 4)]),
    ],
)
def test_a_character_is_found(yaml: str, places: list[tuple[int, int]]) -> None:
    assert _found(yaml) == [(*place, "X") for place in places]


@given(st.text(st.sampled_from("ab \n\"'\\X:#é"), max_size=40))
def test_every_marked_character_of_a_quoted_text_is_found(text: str) -> None:
    spelled = json.dumps(text, ensure_ascii=False)
    assert len(_found(f"key: {spelled}\n")) == text.count("X")
    assert all(found == "X" for *_, found in _found(f"key: {spelled}\n"))


def test_past_the_end_and_what_is_no_text_stay_in_the_value() -> None:
    document, _ = read_document(SourceFile("policies/p.yaml", b"key: abc\nlist: [1]\nnone: ''\n"))
    assert document is not None
    assert str(locate_in_text(document, ("key",), 7, 99)) == "policies/p.yaml:1:8"
    assert locate_in_text(document, ("list", 0), 1, 1) == document.locate(("list", 0))
    assert locate_in_text(document, ("none",), 1, 1) == document.locate(("none",))

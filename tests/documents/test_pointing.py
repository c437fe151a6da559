"""From an offset back to the route: the inverse of locating."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.pointing import spot_at
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.location import Location, Pointer

KEYS = st.text("abcdeé🎉", min_size=1, max_size=5)
SCALARS = KEYS | st.integers(0, 99) | st.booleans()
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3)
            | st.dictionaries(KEYS, inner, min_size=1, max_size=3)
        ),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


def read(text: str) -> Document:
    document, flaws = read_document(SourceFile("allocations/x.yaml", text.encode()))
    assert document is not None, flaws
    return document


def offset_of(document: Document, line: int, column: int) -> int:
    return document.source.line_starts()[line - 1] + column - 1


def spots(data: Any, pointer: Pointer = ()) -> list[tuple[Pointer, bool]]:
    """Every key and scalar of a tree."""
    found: list[tuple[Pointer, bool]] = []
    for step, inner in data.items() if isinstance(data, dict) else enumerate(data):
        below = (*pointer, step)
        found += [(below, True)] if isinstance(step, str) else []
        found += spots(inner, below) if isinstance(inner, dict | list) else [(below, False)]
    return found


@given(tree=TREES, flow=st.booleans())
def test_every_key_and_scalar_is_found_where_it_stands(tree: dict[str, Any], flow: bool) -> None:
    document = read(
        yaml.safe_dump(
            tree, allow_unicode=True, default_flow_style=flow, sort_keys=False, width=10**6
        )
    )
    for pointer, on_key in spots(document.data):
        place: Location = document.locate(pointer, on_key=on_key)
        start = offset_of(document, place.line, place.column)
        end = offset_of(document, place.end_line, place.end_column)
        for offset in range(start, end):
            spot = spot_at(document, offset)
            assert spot is not None
            assert (spot.pointer, spot.on_key, spot.start, spot.end) == (
                pointer,
                on_key,
                start,
                end,
            )


@pytest.mark.parametrize("offset", [4, 5, 16, 17, 99, -1])
def test_between_things_there_is_nothing(offset: int) -> None:
    #                0123456789012345678
    document = read("ab :  [cd, 12]  # comment\n")
    assert spot_at(document, offset) is None


def test_an_empty_file_has_nothing_anywhere() -> None:
    assert spot_at(read(""), 0) is None
    assert spot_at(read("# only a comment\n"), 3) is None

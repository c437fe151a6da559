"""Where keys and values stand."""

import pytest

from multillm_gov.documents.document import locate
from multillm_gov.location import Location, Place

TEXT = """\
# comment
owner: growth  # who
task_classes:
  long-form:
    route: [{model: "a/b", weight: 70}, {model: c}]
    'quoted key': 'it''s'
    fallbacks:
      - first
      -   second one
    purpose: >-
      two
      lines

    empty:
    last: {x: 1}   # done

other: 1
"""


@pytest.fixture
def document(read):
    found, flaws = read(TEXT)
    assert flaws == ()
    return found


def covered(location):
    if location.line == location.end_line:
        return location.source_line[location.column - 1 : location.end_column - 1]
    lines = TEXT.split("\n")[location.line - 1 : location.end_line]
    return "\n".join(
        [lines[0][location.column - 1 :], *lines[1:-1], lines[-1][: location.end_column - 1]]
    )


TASK = ("task_classes", "long-form")


@pytest.mark.parametrize(
    ("pointer", "key", "value"),
    [
        (("owner",), "owner", "growth"),
        ((*TASK, "route"), "route", '[{model: "a/b", weight: 70}, {model: c}]'),
        ((*TASK, "route", 0), None, '{model: "a/b", weight: 70}'),
        ((*TASK, "route", 0, "model"), "model", '"a/b"'),
        ((*TASK, "route", 0, "weight"), "weight", "70"),
        ((*TASK, "quoted key"), "'quoted key'", "'it''s'"),
        ((*TASK, "fallbacks"), "fallbacks", "- first\n      -   second one"),
        ((*TASK, "fallbacks", 1), None, "second one"),
        ((*TASK, "purpose"), "purpose", ">-\n      two\n      lines"),
        ((*TASK, "empty"), "empty", ""),
        ((*TASK, "last"), "last", "{x: 1}"),
        (("other",), "other", "1"),
    ],
)
def test_a_location_covers_the_whole_key_or_value(document, pointer, key, value):
    assert covered(document.locate(pointer)) == value
    if key is not None:
        assert covered(document.locate(pointer, on_key=True)) == key


def test_a_mapping_ends_where_its_last_entry_ends(document):
    assert covered(document.locate(TASK)).endswith("last: {x: 1}")
    assert covered(document.locate(())).endswith("other: 1")


@pytest.mark.parametrize(
    ("pointer", "where"),
    [
        (("missing",), (2, 1, "owner: growth  # who")),
        ((*TASK, "review"), (4, 3, "long-form")),
        ((*TASK, "review", "last"), (4, 3, "long-form")),
        ((*TASK, "route", 1, "weight"), (5, 41, "{model: c}")),
        ((*TASK, "route", 7), (5, 12, '[{model: "a/b", weight: 70}, {model: c}]')),
        ((*TASK, "route", "model"), (5, 12, '[{model: "a/b", weight: 70}, {model: c}]')),
        (("owner", "name"), (2, 8, "growth")),
    ],
)
def test_a_route_that_ends_early_is_found_at_its_deepest_part(document, pointer, where):
    location = document.locate(pointer)
    assert (location.line, location.column, covered(location)) == where


def test_places_in_unreadable_files_stand_on_the_first_line(document):
    documents = {"a.yaml": document}
    assert locate(Place("b.yaml", ("x",)), documents) == Location("b.yaml")
    assert locate(Location("c.yaml", 3), documents) == Location("c.yaml", 3)
    assert locate(Place("a.yaml", ("owner",)).key(), documents).end_column == 6


@pytest.mark.parametrize("line_break", ["\r\n", "\r"])
def test_other_line_ends_count_too(read, line_break):
    document, flaws = read(f"a: 1{line_break}b:{line_break}  c: 2{line_break}")
    assert flaws == ()
    location = document.locate(("b", "c"))
    assert (location.line, location.column, location.source_line) == (3, 6, "  c: 2")


def test_characters_beyond_the_basic_plane_are_one_column(read):
    document, _ = read("é😀: [😀, x]\n")
    assert document.locate(("é😀", 1)).column == 9
    assert document.locate(("é😀",), on_key=True).end_column == 3


def test_an_absurdly_long_source_line_is_cut(read):
    document, _ = read("a: " + "x" * 100_000)
    location = document.locate(("a",))
    assert location.end_column == 100_004
    assert len(location.source_line) == 2_000

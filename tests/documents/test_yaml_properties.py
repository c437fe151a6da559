"""Round trips, positions and hostile input, over generated files."""

import json
import random
import string

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.documents.decoding import CONTROL, HIDDEN
from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.scalars import AmbiguousScalarError, resolve
from multillm_gov.documents.yaml_reader import read_document

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).filter(
    lambda text: not HIDDEN.search(text) and not CONTROL.search(text)
)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(
    allow_nan=False, allow_infinity=False, allow_subnormal=False
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS | TEXTS.map(lambda text: f"{text}\n")
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=25,
)


class Dumper(yaml.SafeDumper):
    """Quotes every text, in a style of its own choice: what is plain to PyYAML need not be to
    us."""

    def ignore_aliases(self, data):
        return True


def represent(dumper, text):
    chosen = random.Random(text).choice(['"', "'", "|", ">"] if text.strip() else ['"', "'"])
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=chosen)


Dumper.add_representer(str, represent)


def read(text: str) -> Document:
    document, flaws = read_document(SourceFile("a.yaml", text.encode()))
    assert flaws == ()
    assert document is not None
    return document


def places(document):
    """Every key and value as (pointer, is it a key, what it is)."""
    pending = [((), document.data)]
    while pending:
        pointer, value = pending.pop()
        yield pointer, False, value
        if isinstance(value, dict):
            for key, inner in value.items():
                yield (*pointer, key), True, key
                pending.append(((*pointer, key), inner))
        elif isinstance(value, list):
            pending.extend(((*pointer, index), inner) for index, inner in enumerate(value))


def excerpt(document, location):
    """The text a location covers."""
    lines = document.lines
    if location.line == location.end_line:
        return lines[location.line - 1][location.column - 1 : location.end_column - 1]
    first, *rest = lines[location.line - 1 : location.end_line]
    return "\n".join(
        [first[location.column - 1 :], *rest[:-1], rest[-1][: location.end_column - 1]]
    )


def check_inside(location, lines):
    assert 1 <= location.line <= location.end_line <= len(lines)
    assert 1 <= location.column <= len(lines[location.line - 1]) + 1
    assert 1 <= location.end_column <= len(lines[location.end_line - 1]) + 1
    assert (location.line, location.column) <= (location.end_line, location.end_column)
    assert location.source_line == lines[location.line - 1]


@settings(max_examples=150, deadline=None)
@given(DATA, st.booleans() | st.none(), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_what_is_dumped_is_read_back_at_its_place(data, flow, unicode, line_break):
    text = yaml.dump(
        data, Dumper=Dumper, default_flow_style=flow, allow_unicode=unicode, sort_keys=False
    )
    document = read(text.replace("\n", line_break))
    assert document.data == (data if data is not None else {})
    lines = document.lines
    for pointer, is_key, value in places(document):
        location = document.locate(pointer, on_key=is_key)
        check_inside(location, lines)
        covered = excerpt(document, location)
        if is_key:
            assert covered[:1] in {'"', "'", "|", ">"}
            if covered[0] in {'"', "'"} and location.end_line == location.line:
                assert yaml.load(covered, yaml.CSafeLoader) == value
        elif isinstance(value, str) and covered[0] in {'"', "'"}:
            assert yaml.load(covered, yaml.CSafeLoader) == value
        elif isinstance(value, bool | int | float) and pointer:
            assert resolve(covered) == value


@settings(max_examples=100, deadline=None)
@given(DATA, st.sampled_from([None, 2, "\t"]))
def test_json_is_read_as_python_reads_it(data, indent):
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    document = read(text)
    assert document.data == (json.loads(text) if data is not None else {})


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    document, flaws = read_document(SourceFile("a.yaml", data))
    assert document is not None or flaws


PIECES = [
    *"{}[],:-?&*!|>'\"#%@` \n\t~<=.",
    "a",
    "b",
    "no",
    "1",
    "0",
    "_",
    "- ",
    ": ",
    "\n  ",
    "\n- ",
    "a: ",
    "\\",
    "é",
    "---",
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_we_read_what_pyyaml_reads_or_refuse_it(text):
    document, flaws = read_document(SourceFile("a.yaml", text.encode()))
    lines = text.split("\n")
    for flaw in flaws:
        check_inside(flaw.location, lines)
    try:
        expected = yaml.load(text, yaml.CBaseLoader)  # noqa: S506 - makes texts only
    except yaml.YAMLError:
        assert document is None
        return
    if flaws:
        return
    assert document is not None
    if expected is not None or document.data != {}:
        assert as_texts(expected) == (document.data if document.data != {} else as_texts(expected))


def as_texts(value):
    """What the parser that makes everything a text means to us; quoting is lost there, so only
    texts compare."""
    if isinstance(value, dict):
        return {key: as_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_texts(inner) for inner in value]
    return Loose(value)


class Loose:
    """Equal to the text, and to what the text means as a plain scalar."""

    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        if other == self.text:
            return True
        try:
            return resolve(self.text) == other
        except AmbiguousScalarError:
            return False

    __hash__ = None


@settings(max_examples=300, deadline=None)
@given(st.text(string.digits + "+-._:eExob", min_size=1, max_size=12))
def test_a_number_is_a_number_to_json_or_it_is_text(text):
    try:
        value = resolve(text)
    except AmbiguousScalarError:
        value = text
    try:
        expected = json.loads(text, parse_constant=str)
    except ValueError:
        expected = text
    if expected in (float("inf"), float("-inf")) or (expected == 0 and value == text):
        assert value == text
    else:
        assert value == expected


@settings(max_examples=300, deadline=None)
@given(st.text(string.digits + "+-._:eExobnulyaifNOST", min_size=1, max_size=6))
def test_a_silent_text_is_text_to_the_other_parser_too(text):
    """Whatever YAML 1.1 reads as more than text is a value to us or pointed out (dates are data,
    not objects)."""
    try:
        value = resolve(text)
    except AmbiguousScalarError:
        return
    try:
        theirs = yaml.load(text, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return
    if value == text and isinstance(theirs, bool | int | float):
        pytest.fail(f"{text!r} is {theirs!r} to PyYAML")

"""Another program's YAML is read as its safe loader reads it, bounded, with places."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.foreign.reading import read_foreign
from multillm_gov.documents.foreign.scalars import Moment


def as_read(value: object) -> object:
    """Days as text: the reader keeps what stands in the file."""
    if isinstance(value, dict):
        return {str(key): as_read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_read(item) for item in value]
    return str(value) if isinstance(value, dt.date) else value


def corpus_files(corpus: Path) -> Iterator[Path]:
    for folder in ("litellm_configs", "litellm_official", "import_fixtures", "gateway_configs"):
        for path in sorted((corpus / folder).rglob("*")):
            if path.is_file() and path.suffix != ".snap":
                yield path


def test_real_files_are_read_as_the_safe_loader_reads_them(corpus: Path) -> None:
    read = refused = 0
    for path in corpus_files(corpus):
        data = path.read_bytes()
        document, flaws = read_foreign(SourceFile(path.name, data))
        try:
            expected = yaml.load(data, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            assert document is None, path.name
            assert flaws[-1].location.line >= 1
            refused += 1
            continue
        assert document is not None, (path.name, flaws)
        assert as_read(document.data) == as_read(expected), path.name
        read += 1
    assert read >= 120
    assert refused >= 8


def test_the_place_of_a_value_behind_an_alias_or_a_merge_is_where_it_is_written() -> None:
    text = "base: &base\n  model: a\n  rpm: 1\none:\n  <<: *base\n  rpm: 2\ntwo: *base\n"
    document, flaws = read_foreign(SourceFile("x.yaml", text.encode()))
    assert document is not None
    assert not flaws
    assert document.data["one"] == {"model": "a", "rpm": 2}
    assert str(document.locate(("one", "model"))) == "x.yaml:2:10"
    assert str(document.locate(("one", "rpm"))) == "x.yaml:6:8"
    assert str(document.locate(("two", "rpm"), on_key=True)) == "x.yaml:3:3"


def test_the_later_of_two_equal_keys_holds_and_is_reported() -> None:
    document, flaws = read_foreign(SourceFile("x.yaml", b"a: 1\nb: 2\na: 3\n"))
    assert document is not None
    assert document.data == {"a": 3, "b": 2}
    assert str(document.locate(("a",))) == "x.yaml:3:4"
    assert [(flaw.kind, str(flaw.location)) for flaw in flaws] == [
        ("duplicate-key", "x.yaml:3:1"),
    ]


def test_a_day_is_marked_since_the_program_gets_no_text() -> None:
    document, _ = read_foreign(SourceFile("x.yaml", b"a: 2025-01-01\nb: '2025-01-01'\n"))
    assert document is not None
    assert [type(each) for each in document.data.values()] == [Moment, str]


NESTED = "\n".join(
    f"k{level}: &k{level} [{', '.join([f'*k{level - 1}'] * 10) if level else '1'}]"
    for level in range(9)
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &a [*a]", "stands inside what it names"),
        ("a: *b", "names no anchor"),
        ("a: !!python/object/apply:os.system [ls]", "only plain data is read"),
        ("a: b\n---\nc: d", "second document"),
        ("? [a]\n: b", "a key is a mapping or a list"),
        ("a: " + "[" * 80 + "]" * 80, "more than 64 levels"),
        (NESTED, "aliases repeat more than 200,000 values"),
        ("a: b: c", "is not allowed here"),
        ("a:\n  <<: 1", "takes a mapping"),
        ("a: !!int x", "is marked or formed as int"),
    ],
)
def test_what_the_safe_loader_refuses_or_no_bound_allows(text: str, words: str) -> None:
    document, flaws = read_foreign(SourceFile("x.yaml", text.encode()))
    assert document is None
    assert words in flaws[-1].message

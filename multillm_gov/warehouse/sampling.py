"""The beginning of a file, as readers look at it."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from multillm_gov.errors import SourceError
from multillm_gov.usage.reader import Sample
from multillm_gov.warehouse.engine import literal
from multillm_gov.warehouse.files import LARGEST_DOCUMENT, FeedFile

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ROWS = 50
_LONGEST = 2**24
ABSENT = frozenset({"", "NULL", "null", "\\N"})
"""Spellings of nothing in tables."""


def sample_of(file: FeedFile, engine: "DuckDBPyConnection") -> Sample:
    """Columns and first rows of a file, or its whole document where it is nested JSON.

    Raises:
        SourceError: it cannot be read as its format says.
    """
    try:
        if file.format == "parquet":
            return _of_parquet(file, engine)
        if file.format == "csv":
            return _of_csv(file)
        return _of_lines(file) if file.format == "jsonl" else _of_document(file)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, msgspec.DecodeError) as error:
        raise SourceError(
            f"`{file.name}` cannot be read as {file.format}: {error}", "Export it again."
        ) from error


def header_of(file: FeedFile) -> tuple[tuple[str, ...], str]:
    """Column names of a table with delimiters, and the delimiter."""
    with file.open() as stream:
        line = stream.readline(_LONGEST).decode("utf-8-sig")
    delimiter = max(",;\t|", key=line.count)
    names = next(csv.reader(StringIO(line), delimiter=delimiter), [])
    return tuple(name.strip() for name in names), delimiter


def load_document(file: FeedFile) -> Any:  # noqa: ANN401 - a stranger's JSON
    """A whole JSON document, within bounds.

    Raises:
        SourceError: it is too large.
        msgspec.DecodeError: it is no JSON.
    """
    with file.open() as stream:
        data = stream.read(LARGEST_DOCUMENT + 1)
    if len(data) > LARGEST_DOCUMENT:
        raise SourceError(
            f"`{file.name}` has more than {LARGEST_DOCUMENT // 2**20} MiB of one JSON document",
            "Export it as JSON lines, or by month.",
        )
    return msgspec.json.decode(data)


def _of_csv(file: FeedFile) -> Sample:
    names, delimiter = header_of(file)
    with file.open() as stream:
        stream.readline(_LONGEST)
        text = "".join(
            line.decode("utf-8", "replace")
            for line in islice(iter(lambda: stream.readline(_LONGEST), b""), _ROWS)
        )
    rows = []
    for cells in csv.reader(StringIO(text), delimiter=delimiter):
        given = zip(names, cells, strict=False)
        rows.append({name: cell for name, cell in given if cell not in ABSENT})
    return Sample(columns=names, rows=tuple(rows))


def _of_lines(file: FeedFile) -> Sample:
    rows = []
    with file.open() as stream:
        for line in islice(iter(lambda: stream.readline(_LONGEST), b""), _ROWS):
            try:
                value = msgspec.json.decode(line)
            except msgspec.DecodeError:
                continue
            if isinstance(value, dict):
                rows.append(value)
    return _of_rows(rows)


def _of_document(file: FeedFile) -> Sample:
    value = load_document(file)
    if isinstance(value, list):
        rows = [each for each in value[:_ROWS] if isinstance(each, dict)]
        return msgspec.structs.replace(_of_rows(rows), document=value)
    if isinstance(value, dict):
        return Sample(columns=tuple(value), rows=(value,), document=value)
    return Sample()


def _of_rows(rows: Sequence[Mapping[str, Any]]) -> Sample:
    columns = dict.fromkeys(str(name) for row in rows for name in row)
    return Sample(columns=tuple(columns), rows=tuple(rows), document=rows)


def _of_parquet(file: FeedFile, engine: "DuckDBPyConnection") -> Sample:
    import duckdb

    source = f"read_parquet({literal(str(file.path))})"
    try:
        result = engine.execute(f"SELECT * FROM {source} LIMIT {_ROWS}")
        names = tuple(column[0] for column in result.description or ())
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise SourceError(
            f"`{file.name}` cannot be read as Parquet: {reason}", "Export it again."
        ) from error
    return Sample(columns=names, rows=tuple(rows))

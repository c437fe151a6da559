"""Records of a table: fields by lower-case column, with their line."""

import csv
import io
import re
from collections.abc import Iterator
from math import isfinite

from multillm_gov.errors import SourceError
from multillm_gov.words import code

NUMBER = re.compile(r"^\s*\$?\s*(-?[\d,]*\.?\d+(?:[eE][-+]?\d+)?)\s*(%?)\s*$")

MOST = 1e12
"""Largest amount or number of cases that a table may have."""

LEAST = 1e-12
"""Smallest amount above 0."""

_LONGEST = 64
"""Characters of a number: matching a longer text would take time with its square."""

MOST_ROWS = 100_000

Record = tuple[int, dict[str, str]]
"""Line, and fields by lower-case column."""


def csv_records(data: bytes, name: str) -> Iterator[Record]:
    """The rows of a CSV file that are not empty.

    Raises:
        SourceError: no UTF-8 text, no CSV, or too many rows.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{code(name)} is not UTF-8 text", "Export it as CSV.") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for record in reader:
            if reader.line_num > MOST_ROWS:
                raise SourceError(f"{code(name)} has more than {MOST_ROWS:,} rows", "Split it.")
            fields = {
                key.strip().lower(): value or ""
                for key, value in record.items()
                if isinstance(key, str) and not isinstance(value, list)
            }
            if any(value.strip() for value in fields.values()):
                yield reader.line_num, fields
    except csv.Error as error:
        raise SourceError(
            f"{name}:{reader.line_num}: {error}", "Export the table as CSV."
        ) from error


def yaml_records(data: bytes, name: str) -> Iterator[Record]:
    """The mappings of a YAML list.

    Raises:
        SourceError: the file is no list.
    """
    from multillm_gov.documents.document import SourceFile
    from multillm_gov.documents.yaml_reader import read_document

    document, flaws = read_document(SourceFile(name, data))
    if document is None or not isinstance(document.data, list):
        reason = flaws[0].message if flaws else "it is no list"
        raise SourceError(
            f"{code(name)} is not a list of runs: {reason}", "Name a leaderboard, or a CSV table."
        )
    for position, entry in enumerate(document.data[:MOST_ROWS]):
        if isinstance(entry, dict):
            line = document.locate((position,)).line
            yield line, {str(key).strip().lower(): _spelt(value) for key, value in entry.items()}


def _spelt(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)


def match_number(text: str) -> re.Match[str] | None:
    """The number that a text is, with its percent sign; ``None``: it is none."""
    return NUMBER.match(text) if len(text) <= _LONGEST else None


def _number(text: str, place: str) -> tuple[float, bool]:
    match = match_number(text)
    value = float(match[1].replace(",", "")) if match else float("nan")
    if match is None or not isfinite(value):
        raise SourceError(f"{place}: {code(text[:_LONGEST])} is no number", "Correct the table.")
    return value, bool(match[2])


def read_share(text: str, place: str, *, is_percent: bool) -> float:
    """A share in 0..1, from a share or a percentage.

    Raises:
        SourceError: no number, or outside 0 to 1.
    """
    value, signed = _number(text, place)
    share = value / 100 if signed or is_percent else value
    if not 0 <= share <= 1:
        raise SourceError(f"{place}: an accuracy of {code(text)} is outside 0 to 1", "Correct it.")
    return share


def read_cost(text: str, place: str) -> float | None:
    """An amount; ``None``: empty or 0, which is not known.

    Raises:
        SourceError: no number, below 0, or beyond any price.
    """
    if not text or text.upper() in {"N/A", "NA", "-"}:
        return None
    value, _ = _number(text, place)
    if value < 0:
        raise SourceError(f"{place}: a cost of {code(text)} is below 0", "Correct the table.")
    if value and not LEAST <= value <= MOST:
        raise SourceError(f"{place}: a cost of {code(text)} is beyond any price", "Correct it.")
    return value or None


def read_count(text: str, place: str) -> int | None:
    """A number of cases; ``None``: not known.

    Raises:
        SourceError: no number, or more cases than any benchmark has.
    """
    if not text:
        return None
    value, _ = _number(text, place)
    if value > MOST:
        raise SourceError(f"{place}: {code(text)} cases are too many", "Correct the table.")
    return int(value) if value >= 1 else None

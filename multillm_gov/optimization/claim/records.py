"""Records of a table: fields by lower-case column, with their line."""

import csv
import io
from collections.abc import Iterator

from multillm_gov.errors import SourceError
from multillm_gov.words import code

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

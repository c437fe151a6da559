"""Tables with the columns start, end, weight, title: one outage a row, times with their zone."""

from collections.abc import Mapping
from csv import DictReader, Error
from datetime import datetime
from io import StringIO

from multillm_gov.evidence.importing import IncidentExport, title_of
from multillm_gov.evidence.incident import Incident
from multillm_gov.units import Share

ENDINGS = (".csv",)


def read(data: bytes, components: frozenset[str]) -> IncidentExport:
    """Incidents in the order of the rows; ``weight`` (0..1) and ``title`` may be left out.

    Raises:
        ValueError: not UTF-8, a column is missing, or a value is not what it should be: row and
            column are named.
    """
    if components:
        raise ValueError(
            "a table does not say which component an outage was of: leave `--component` out"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from error
    rows = DictReader(StringIO(text, newline=""), strict=True)
    try:
        missing = [name for name in ("start", "end") if name not in (rows.fieldnames or ())]
        if missing:
            raise ValueError(
                f"row 1 names no column `{missing[0]}`; expected start,end,weight,title"
            )
        return IncidentExport(
            incidents=tuple(_incident(row, rows.line_num) for row in rows if any(row.values()))
        )
    except Error as error:
        raise ValueError(f"row {rows.line_num}: {error}") from error


def _incident(row: Mapping[str | None, str | list[str] | None], line: int) -> Incident:
    if None in row:
        raise ValueError(f"row {line} has more columns than row 1")
    start, end = _moment(row, line, "start"), _moment(row, line, "end")
    if end < start:
        raise ValueError(
            f"row {line}, column `end`: {end.isoformat()} is before `start`, {start.isoformat()}"
        )
    return Incident(
        start=start, end=end, weight=_weight(row, line), title=title_of(_cell(row, "title"))
    )


def _cell(row: Mapping[str | None, str | list[str] | None], column: str) -> str:
    value = row.get(column)
    return value.strip() if isinstance(value, str) else ""


def _moment(row: Mapping[str | None, str | list[str] | None], line: int, column: str) -> datetime:
    text = _cell(row, column)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"row {line}, column `{column}`: {title_of(text)[:60]!r} is not a time: write "
            "2026-06-01T10:00:00Z"
        ) from None
    if moment.tzinfo is None:
        raise ValueError(
            f"row {line}, column `{column}`: {text} has no time zone: write 2026-06-01T10:00:00Z"
        )
    return moment


def _weight(row: Mapping[str | None, str | list[str] | None], line: int) -> Share:
    text = _cell(row, "weight")
    try:
        return Share.decode(float(text) if text else 1)
    except ValueError:
        raise ValueError(
            f"row {line}, column `weight`: {title_of(text)[:60]!r} is not a number from 0 to 1"
        ) from None

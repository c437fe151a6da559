"""Tables: one answer per row (model, case, accepted, score, seconds, usd, task_class)."""

from csv import DictReader, Error
from io import StringIO

from multillm_gov.evidence.results import COLUMNS, CaseResult, result_of

ENDINGS = (".csv",)


def read(data: bytes) -> tuple[CaseResult, ...]:
    """Results in the order of the rows; other columns are passed over.

    Raises:
        ValueError: not UTF-8, a column is missing, or a value is not what it should be: row and
            column are named.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from error
    rows = DictReader(StringIO(text, newline=""), strict=True)
    try:
        names = rows.fieldnames or ()
        for needed in (("model",), ("case",), ("accepted", "score")):
            if not any(name in names for name in needed):
                raise ValueError(
                    f"row 1 names no column `{'` or `'.join(needed)}`; known are "
                    f"{', '.join(COLUMNS)}"
                )
        return tuple(result_of(row, f"row {rows.line_num}") for row in rows)
    except Error as error:
        raise ValueError(f"row {rows.line_num}: {error}") from error

"""Results as rows of named columns, as tables and JSON lines have them."""

from collections.abc import Mapping
from math import isfinite

from multillm_gov.evidence.results import CaseResult, settled

COLUMNS = ("model", "case", "accepted", "score", "seconds", "usd", "task_class")
_TRUE = frozenset({"true", "yes", "1", "pass", "passed", "accepted"})
_FALSE = frozenset({"false", "no", "0", "fail", "failed", "rejected"})


def result_of(row: Mapping[str, object], place: str) -> CaseResult:
    """One row: ``model``, ``case``, and ``accepted`` or ``score``, either of which may be empty.

    Raises:
        ValueError: a column is missing or its value is not what it should be; ``place`` names the
            row.
    """
    score = _number(row, "score", place, most=1.0)
    accepted = _truth(row, place)
    return CaseResult(
        model=_text(row, "model", place),
        case=_text(row, "case", place),
        outcome=settled(accepted, score),
        score=score,
        seconds=_number(row, "seconds", place),
        usd=_number(row, "usd", place),
        task_class=_spelled(row.get("task_class")),
    )


def _text(row: Mapping[str, object], column: str, place: str) -> str:
    text = _spelled(row.get(column))
    if not text:
        raise ValueError(f"{place} has no `{column}`")
    return text


def _truth(row: Mapping[str, object], place: str) -> bool | None:
    text = _spelled(row.get("accepted")).lower()
    if text in _TRUE | _FALSE:
        return text in _TRUE
    if text:
        raise ValueError(f"{place}, column `accepted`: {text[:60]!r} is neither true nor false")
    return None


def _number(row: Mapping[str, object], column: str, place: str, most: float = 1e12) -> float | None:
    text = _spelled(row.get(column))
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or not 0 <= value <= most:
        raise ValueError(
            f"{place}, column `{column}`: {text[:60]!r} is not a number from 0 to {most:g}"
        )
    return value


def _spelled(value: object) -> str:
    return "" if value is None else str(value).strip()

"""Reading the results of an evaluation tool in one of the formats that are there."""

from collections.abc import Callable, Mapping
from math import isfinite
from pathlib import Path
from typing import Literal

from msgspec import Struct

from multillm_gov.errors import SourceError
from multillm_gov.plugins import load_plugin, plugin_for_file, plugin_names

COLUMNS = ("model", "case", "accepted", "score", "seconds", "usd", "task_class")
_TRUE = frozenset({"true", "yes", "1", "pass", "passed", "accepted"})
_FALSE = frozenset({"false", "no", "0", "fail", "failed", "rejected"})
MOST_RESULTS = 1_000_000
_FORMATS = "multillm_gov.evidence.result_formats"


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


class CaseResult(Struct, frozen=True, kw_only=True):
    """What one model made of one case."""

    model: str
    """As the tool spells it."""
    case: str
    """The same for every model that was given the case: what pairs them."""
    outcome: Literal["accepted", "rejected", "unknown"]
    """``unknown``: the model gave no answer, or nobody could judge it."""
    score: float | None = None
    """0..1; ``None``: none was given."""
    seconds: float | None = None
    usd: float | None = None
    task_class: str = ""
    """Empty where the export has none."""


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


Read = Callable[[bytes], tuple[CaseResult, ...]]
"""``read`` of a format. Raises ``ValueError`` with the place of the fault."""


def result_formats() -> tuple[str, ...]:
    """Names of all formats, sorted; none of them is imported."""
    return plugin_names(_FORMATS)


def result_format_of(file: Path) -> str:
    """The format that a file's ending means.

    Raises:
        UsageError: no format has that ending.
    """
    return plugin_for_file(_FORMATS, file, "--from")


def read_results(data: bytes, format_name: str) -> tuple[CaseResult, ...]:
    """Results in the export's order; only the module of its format is imported.

    Raises:
        UsageError: there is no such format.
        SourceError: the export is not of that format, with the row and column or the field of the
            fault.
    """
    read: Read = load_plugin(_FORMATS, format_name, "format").read
    try:
        results = read(data)
    except ValueError as error:
        raise SourceError(
            f"The results cannot be read as {format_name}: {error}",
            "Correct the file, or name its format with `--from`.",
        ) from error
    if len(results) > MOST_RESULTS:
        raise SourceError(
            f"The file has more than {MOST_RESULTS:,} results", "Import it in several files."
        )
    return results


def settled(
    accepted: bool | None, score: float | None
) -> Literal["accepted", "rejected", "unknown"]:
    """The outcome by the tool's own verdict, else by a full score."""
    if accepted is None:
        if score is None:
            return "unknown"
        accepted = score >= 1
    return "accepted" if accepted else "rejected"

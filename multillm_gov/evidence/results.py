"""Reading the results of an evaluation tool in one of the formats that are there."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Literal

from msgspec import Struct

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.evidence import result_formats

MOST_RESULTS = 1_000_000


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
    """Empty where the export tells none."""


Read = Callable[[bytes], tuple[CaseResult, ...]]
"""``read`` of a format. Raises ``ValueError`` with the place of the fault."""


@cache
def result_formats_known() -> tuple[str, ...]:
    """Names of all formats, in order, read from file names alone."""
    names = {file.stem for folder in result_formats.__path__ for file in Path(folder).glob("*.py")}
    return tuple(sorted(names - {"__init__"}))


def read_results(data: bytes, format_name: str) -> tuple[CaseResult, ...]:
    """Results in the export's order; only the module of its format is imported.

    Raises:
        UsageError: there is no such format.
        SourceError: the export is not of that format, with the row and column or the field of the
            fault.
    """
    if format_name not in result_formats_known():
        raise UsageError(
            f"There is no format `{format_name}`",
            f"Use one of: {', '.join(result_formats_known())}.",
        )
    read: Read = import_module(f"{result_formats.__name__}.{format_name}").read
    try:
        results = read(data)
    except ValueError as error:
        raise SourceError(
            f"The results cannot be read as {format_name}: {error}",
            "Mend the file, or name its `--from`.",
        ) from error
    if len(results) > MOST_RESULTS:
        raise SourceError(
            f"The file has more than {MOST_RESULTS:,} results", "Import it in several files."
        )
    return results


def settled(
    accepted: bool | None, score: float | None
) -> Literal["accepted", "rejected", "unknown"]:
    """The outcome from what a tool tells: its own verdict, else a full score."""
    if accepted is None:
        if score is None:
            return "unknown"
        accepted = score >= 1
    return "accepted" if accepted else "rejected"

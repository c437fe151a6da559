"""Reading the results of an evaluation tool in one of the formats that are there."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from multillm_gov.errors import SourceError
from multillm_gov.plugins import load_plugin, plugin_for_file, plugin_names

MOST_RESULTS = 1_000_000
_FORMATS = "multillm_gov.evidence.result_formats"


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

"""``govern optimize --claim``: the diversification claim, on a table or on own data."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.errors import UsageError, missing_extra
from multillm_gov.report import Report, judge_counts
from multillm_gov.sources.given_file import read_given
from multillm_gov.sources.output import write_bytes
from multillm_gov.words import code, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from multillm_gov.optimization.claim.scores import Scores
    from multillm_gov.optimization.claim.table import ClaimRow
    from multillm_gov.optimization.problem import Floats
    from multillm_gov.reporting.optimization.claim_tables import ClaimResult


class ClaimOptions(Struct, frozen=True, kw_only=True):
    """What a call of ``govern optimize --claim TABLE`` requests."""

    incumbent: str = ""
    """The model that answers today; empty: not named."""
    floor: float | None = None
    """Of every task class; ``None``: the best single model's accuracy there."""
    saving: float = 0.25
    margin: float = 0.01
    cases: int | None = None
    requests: float | None = None
    """Of each task class; ``None``: 1,000, or one run of the benchmark."""
    sub_scores: bool = False
    seed: int = 1


def require_solver() -> None:
    """Raise where the solver is not installed.

    Raises:
        MissingExtraError: the extra ``optimize`` is missing.
    """
    try:
        import highspy  # noqa: F401
        import numpy  # noqa: F401, ICN001
    except ImportError as error:
        raise missing_extra("Optimizing", "highspy", "optimize") from error


def try_claim_on_table(
    file: Path, options: ClaimOptions, *, as_of: date
) -> "tuple[Report, ClaimResult]":
    """Read a table, test the claim on it and report.

    Raises:
        MissingExtraError: the extra ``optimize`` is missing.
        SourceError: the file is no table.
        UsageError: a column is missing, or no model is called as the incumbent is.
    """
    require_solver()
    from multillm_gov.optimization.claim.cascades import cascade_savings
    from multillm_gov.optimization.claim.scores import scores_of
    from multillm_gov.optimization.claim.table import read_claim_table

    data = read_given(file)
    rows = read_claim_table(data, file.name, sub_scores=options.sub_scores)
    scores = scores_of(rows, requests=options.requests, cases=options.cases)
    incumbent = _incumbent(scores, options.incumbent)
    basis = ClaimBasis(source=file.name, currency="USD", incumbent=incumbent)
    result = conclude(scores, options, basis)
    routers = read_claim_table(data, file.name, routers=True)
    result = replace(
        result,
        per="",
        cascades=cascade_savings(scores, routers),
        assumptions=_assumptions(rows, options),
    )
    return report_claim(result, scores, as_of), result


def _assumptions(rows: "Sequence[ClaimRow]", options: ClaimOptions) -> tuple[str, ...]:
    """What a table does not say and the test takes for granted."""
    assumptions = []
    if options.sub_scores:
        assumptions.append(
            "Assumed: a case costs the same in every task class; the table has one total."
        )
    if options.cases is not None and any(row.selection.cases is None for row in rows):
        assumptions.append(
            f"Assumed: {options.cases:,} cases where the table has no number of cases."
        )
    return tuple(assumptions)


class ClaimBasis(Struct, frozen=True, kw_only=True):
    """What the data says besides scores."""

    source: str
    currency: str
    incumbent: "Floats | None" = None
    """Share of each model that answers today, by task class; ``None``: not known."""
    floors: "Floats | None" = None
    """Of each task class; ``None``: the best single model's accuracy there."""
    extra_costs: float = 0.0
    """What the portfolio costs beside its calls, per period of the scores' requests."""


def conclude(scores: "Scores", options: ClaimOptions, basis: ClaimBasis) -> "ClaimResult":
    """Test the claim on scores at hand; a floor that is requested replaces declared ones."""
    import numpy as np

    from multillm_gov.optimization.claim.figures import table_figures
    from multillm_gov.optimization.claim.trial import run_trial
    from multillm_gov.optimization.claim.verdict import Terms
    from multillm_gov.reporting.optimization.claim_tables import ClaimResult

    floors = basis.floors
    if options.floor is not None:
        floors = np.full(len(scores.tasks), options.floor)
    terms = Terms(
        saving=options.saving,
        margin=options.margin,
        seed=options.seed,
        extra_costs=basis.extra_costs,
    )
    return ClaimResult(
        source=basis.source,
        currency=basis.currency,
        trial=run_trial(scores, terms, floors=floors, incumbent=basis.incumbent),
        figures=table_figures(scores, floors),
    )


def _incumbent(scores: "Scores", name: str) -> "Floats | None":
    if not name:
        return None
    import numpy as np

    if name not in scores.models:
        raise UsageError(
            f"The table has no model {code(name)}{did_you_mean(name, scores.models)}",
            "Name one that it has a cost of.",
        )
    if not scores.complete[scores.models.index(name)]:
        raise UsageError(
            f"{code(name)} was not measured in every task class",
            "Name an incumbent that has a row in each.",
        )
    shares = np.zeros((len(scores.tasks), len(scores.models)))
    shares[:, scores.models.index(name)] = 1.0
    return shares


def report_claim(result: "ClaimResult", scores: "Scores", as_of: date) -> Report:
    """The report of a tested claim."""
    from multillm_gov.report import TOOL_VERSION
    from multillm_gov.reporting.optimization.claim import (
        claim_metrics,
        claim_sections,
        claim_summary,
    )

    return Report(
        kind="optimize",
        title="Diversification claim",
        organization=result.source,
        as_of=as_of.isoformat(),
        verdict=judge_counts((), None),
        currency=result.currency,
        summary=claim_summary(result, scores),
        headline=claim_metrics(result),
        sections=claim_sections(result, scores),
        provenance=(("govern", TOOL_VERSION), ("table", result.source)),
        checked=(("task classes", len(scores.tasks)), ("models", len(scores.models))),
    )


def write_data(path: Path, value: msgspec.Struct) -> None:
    """Write a result as JSON, amounts and shares unrounded.

    Raises:
        OutputError: the file may not be written.
    """
    write_bytes(path, msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2))

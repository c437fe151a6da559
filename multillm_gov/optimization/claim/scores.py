"""A table of scores and costs as arrays: task classes x models, selection and held-out part."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from multillm_gov.catalog.parties.vendors import vendor_of
from multillm_gov.errors import SourceError
from multillm_gov.optimization.claim.table import ClaimRow
from multillm_gov.optimization.problem import Flags, Floats

CASES = 1_000.0
"""Requests of each task class that a table's costs are stated for."""


class Scores(Struct, frozen=True, kw_only=True):
    """Every matrix is task classes x models; ``nan`` where a model was not measured."""

    tasks: tuple[str, ...]
    models: tuple[str, ...]
    vendors: tuple[str, ...]
    requests: Floats
    """By task class: requests a month; the weights of every mean."""
    chosen: Floats
    """Accuracy on the part that selects (0..1)."""
    chosen_costs: Floats
    """US dollars per request there."""
    chosen_cases: Floats
    """Cases there; 0: not known."""
    scored: Floats
    """Accuracy on the part that scores."""
    scored_costs: Floats
    scored_cases: Floats
    held_out: bool
    """Whether the two parts are different data."""
    per_run: bool = False
    """Whether costs are of whole runs of a benchmark, not of a request."""
    without_cost: tuple[str, ...] = ()
    """Models left out: their cost is not known."""

    @property
    def has_cases(self) -> bool:
        """Whether every sample size is known, which every interval needs."""
        measured = ~np.isnan(self.chosen)
        return bool(
            np.all(self.chosen_cases[measured] > 0) and np.all(self.scored_cases[measured] > 0)
        )

    @property
    def complete(self) -> Flags:
        """By model: whether it was measured in every task class, as a single model must be."""
        return np.asarray(~np.isnan(self.chosen).any(axis=0))


def scores_of(
    rows: Sequence[ClaimRow],
    *,
    requests: Mapping[str, float] | float | None = None,
    cases: int | None = None,
) -> Scores:
    """Arrange rows by task class and model, both in alphabetical order.

    Args:
        rows: Of a table; those without a cost, or without one of two parts, are left out and named.
        requests: Of each task class; ``None``: 1,000, or one run where costs are of whole runs.
        cases: Sample size to assume where the table has none.

    Raises:
        SourceError: nothing is left, costs of cases and of whole runs are mixed, or no model was
            measured in every task class.
    """
    held_out = any(row.held_out is not None and row.held_out.cost is not None for row in rows)
    priced = [row for row in rows if _counts(row, held_out=held_out)]
    left_out = sorted({row.model for row in rows if not _counts(row, held_out=held_out)})
    per_run = {row.per_run for row in priced}
    _require_comparable(priced, per_run)
    tasks = tuple(sorted({row.task for row in priced}))
    models = tuple(sorted({row.model for row in priced}))
    arrays = _arranged(priced, tasks, models, cases, held_out=held_out)
    vendors = {row.model: row.vendor or _vendor(row.model) for row in priced}
    if np.isnan(arrays[0]).any(axis=0).all():
        raise SourceError(
            "No model was measured in every task class: there is no single model to compare with",
            "Name a table in which one model has a row in each task class.",
        )
    each = _requests_of(tasks, requests, per_run=per_run == {True})
    return Scores(
        tasks=tasks,
        models=models,
        vendors=tuple(vendors[model] for model in models),
        requests=np.array([each[task] for task in tasks], dtype=np.float64),
        chosen=arrays[0],
        chosen_costs=arrays[1],
        chosen_cases=np.nan_to_num(arrays[2]),
        scored=arrays[3],
        scored_costs=arrays[4],
        scored_cases=np.nan_to_num(arrays[5]),
        held_out=held_out,
        per_run=per_run == {True},
        without_cost=tuple(left_out),
    )


def _requests_of(
    tasks: tuple[str, ...], requests: Mapping[str, float] | float | None, *, per_run: bool
) -> Mapping[str, float]:
    number = requests if requests is not None else 1.0 if per_run else CASES
    return number if isinstance(number, Mapping) else dict.fromkeys(tasks, number)


def _arranged(
    rows: Sequence[ClaimRow],
    tasks: tuple[str, ...],
    models: tuple[str, ...],
    cases: int | None,
    *,
    held_out: bool,
) -> Floats:
    """Accuracy, cost and cases of either part, by task class and model; not a number: no row."""
    arrays = np.full((6, len(tasks), len(models)), np.nan)
    for row in rows:
        at = (slice(None), tasks.index(row.task), models.index(row.model))
        parts = (row.selection, row.held_out if held_out and row.held_out else row.selection)
        arrays[at] = [
            value
            for part in parts
            for value in (part.accuracy, part.cost or np.nan, part.cases or cases or 0)
        ]
    return arrays


def _counts(row: ClaimRow, *, held_out: bool) -> bool:
    """Whether a row has all that a comparison needs: a cost, in both parts where there are two."""
    if row.selection.cost is None:
        return False
    return not held_out or (row.held_out is not None and row.held_out.cost is not None)


def _require_comparable(priced: Sequence[ClaimRow], per_run: set[bool]) -> None:
    if not priced:
        raise SourceError("No row has a cost", "Add a column `cost`: US dollars per case.")
    if len(per_run) > 1:
        raise SourceError(
            "Some costs are of a case and some of a whole run",
            "Give the number of cases, `n`, of every row.",
        )


def _vendor(model: str) -> str:
    """The vendor that the name suggests; a model of which nothing is known is one of its own."""
    family = vendor_of(model.lower().replace(" ", "-").replace("_", "-"))
    return family.vendor if family is not None and family.vendor else model


def mean_quality(scores: Floats, requests: Floats) -> Floats:
    """Mean over task classes, weighted by requests; of a vector or by column."""
    return np.asarray(requests @ scores / requests.sum(), dtype=np.float64)

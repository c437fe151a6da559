"""Three single models to compare a portfolio with, and the portfolio itself, by whole classes."""

import numpy as np
from msgspec import Struct

from multillm_gov.optimization.claim.scores import Scores
from multillm_gov.optimization.problem import Flags, Floats, Integers

HAIR = 1e-12
"""Floors are met by what equals them, whatever the last digit of a sum."""


class Selection(Struct, frozen=True, kw_only=True):
    """Models chosen on the selection data; numbers of columns of `Scores`."""

    best: int
    """The single model of the highest mean quality; of equals, the cheapest."""
    cheapest: int | None
    """The cheapest single model that meets every floor; ``None``: none does."""
    comparable: int
    """The cheapest single model whose mean quality is within the margin of the best's."""
    floors: Floats
    """By task class."""
    portfolio: Integers
    """By task class: the cheapest model that meets its floor."""


def select(
    scores: Scores,
    accuracy: Floats,
    floors: Floats | None = None,
    margin: float = 0.01,
) -> Selection:
    """Choose on accuracies (task classes x models) and the selection part's costs.

    Without declared floors, every task class must do as well as the best single model does there.
    Raises nothing: a floor that no model meets takes the best model of that task class.
    """
    costs, requests = scores.chosen_costs, scores.requests
    single = scores.complete
    means = np.where(single, requests @ np.nan_to_num(accuracy), -np.inf)
    totals = np.where(single, requests @ np.nan_to_num(costs), np.inf)
    best = int(np.lexsort((totals, -means))[0])
    least = accuracy[:, best] if floors is None else floors
    meets = np.nan_to_num(accuracy, nan=-np.inf) >= least[:, None] - HAIR
    whole = np.where(single & meets.all(axis=0), totals, np.inf)
    cheapest = int(np.argmin(whole)) if np.isfinite(whole).any() else None
    close = np.where(means >= means[best] - margin - HAIR, totals, np.inf)
    return Selection(
        best=best,
        cheapest=cheapest,
        comparable=int(np.argmin(close)),
        floors=least,
        portfolio=_portfolio(accuracy, costs, meets),
    )


def _portfolio(accuracy: Floats, costs: Floats, meets: Flags) -> Integers:
    """By task class the cheapest that meets the floor; of equals, the more accurate."""
    allowed = np.where(meets, costs, np.inf)
    chosen = []
    for task in range(len(accuracy)):
        if np.isfinite(allowed[task]).any():
            chosen.append(int(np.lexsort((-np.nan_to_num(accuracy[task]), allowed[task]))[0]))
        else:
            chosen.append(int(np.nanargmax(accuracy[task])))
    return np.array(chosen, dtype=np.int64)


class AllocationResult(Struct, frozen=True, kw_only=True):
    """What an allocation costs a month, and its mean quality."""

    cost: float
    quality: float


def outcome(
    models: Integers | Floats | int, accuracy: Floats, costs: Floats, requests: Floats
) -> AllocationResult:
    """Of all task classes at one model, whole ones at one each, or shares of a matrix."""
    if isinstance(models, int) or models.ndim == 1:
        rows = np.arange(len(requests))
        columns = np.full(len(requests), models) if isinstance(models, int) else models
        cost, quality = costs[rows, columns], accuracy[rows, columns]
    else:
        used = models > 0
        cost = np.where(used, models * costs, 0.0).sum(axis=1)
        quality = np.where(used, models * accuracy, 0.0).sum(axis=1)
    return AllocationResult(
        cost=float(requests @ cost), quality=float(requests @ quality / requests.sum())
    )

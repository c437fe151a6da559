"""Routers that choose request by request, where a table has some: beside the claim, not in it.

A cascade asks a cheap model first and a dearer one where the first answer is doubted. Nothing here
allocates such a router; what a table measured of it is compared with the best single model.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from multillm_gov.optimization.claim.scores import Scores
from multillm_gov.optimization.claim.table import ClaimRow


class CascadeSaving(Struct, frozen=True, kw_only=True):
    """The cheapest router of a task class that is as accurate as its best single model."""

    task: str
    best: str
    """The single model of the highest accuracy on the part that scores; of equals, the cheapest."""
    best_cost: float
    """US dollars per request."""
    router_cost: float | None
    """``None``: no router of the table is as accurate."""

    @property
    def saving(self) -> float | None:
        """1 - router / best single model; negative: the router costs more."""
        return None if self.router_cost is None else 1 - self.router_cost / self.best_cost


def cascade_savings(scores: Scores, routers: Sequence[ClaimRow]) -> tuple[CascadeSaving, ...]:
    """By task class; empty where the table has no router with a cost.

    Best model and router are both picked on the data that scores them: what a router saves on data
    that did not pick it is not known.
    """
    by_task: dict[str, list[tuple[float, float]]] = {}
    for row in routers:
        part = row.held_out if scores.held_out and row.held_out is not None else row.selection
        if part.cost is not None:
            by_task.setdefault(row.task, []).append((part.accuracy, part.cost))
    if not by_task:
        return ()
    savings = []
    for number, task in enumerate(scores.tasks):
        accuracy = np.nan_to_num(scores.scored[number], nan=-1.0)
        costs = np.nan_to_num(scores.scored_costs[number], nan=np.inf)
        best = int(np.lexsort((costs, -accuracy))[0])
        enough = [cost for score, cost in by_task.get(task, ()) if score >= accuracy[best]]
        savings.append(
            CascadeSaving(
                task=task,
                best=scores.models[best],
                best_cost=float(costs[best]),
                router_cost=min(enough, default=None),
            )
        )
    return tuple(savings)


def total_saving(savings: Sequence[CascadeSaving]) -> float | None:
    """Over one request of each task class; ``None``: some has no router as accurate."""
    routers = [cascade_saving.router_cost for cascade_saving in savings]
    known = [cost for cost in routers if cost is not None]
    if not savings or len(known) < len(routers):
        return None
    return 1 - sum(known) / sum(cascade_saving.best_cost for cascade_saving in savings)

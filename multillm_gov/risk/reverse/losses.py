"""The smallest set of vendors, or of clouds, whose loss breaches the value appetite: brute force up to three."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from math import comb

from msgspec.structs import replace

from multillm_gov.dimensions import UNKNOWN
from multillm_gov.risk.reverse.breaking_point import BreakingPoint, shocks_of, tolerated_loss
from multillm_gov.risk.stress.entities import entities_of
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import StressContext

LEVELS = ("vendor", "cloud")
MOST_TOGETHER = 3
_MOST_TRIED = 60
"""Entities combined at most: those with most value at stake."""
_MOST_RUNS = 200_000
"""Forward stresses times task classes, of one size of set: more task classes, fewer combinations."""


def losses_of_all(context: StressContext) -> Iterator[BreakingPoint]:
    """One answer a level: all of a set withdrawn for as long as a migration takes, what failovers miss unanswered.

    Of the smallest sets that breach, the one that costs most.
    """
    days = Decimal(max(context.settings.migration_lead_days, 1))
    for level in LEVELS:
        names = _names(context, level)
        if names:
            yield _smallest(context, level, names, days)


def _names(context: StressContext, level: str) -> list[str]:
    """Those with most value at stake first; then those that only stand by, which matter once others are lost."""
    routed = [entity.name for entity in entities_of(context, level)]
    standing = {name: len(users) for (kind, name), users in context.users.items() if kind == level}
    others = standing.keys() - {UNKNOWN, *routed}
    return routed + sorted(others, key=lambda name: (-standing[name], name))


def _smallest(context: StressContext, level: str, names: list[str], days: Decimal) -> BreakingPoint:
    bound = tolerated_loss(context)
    common = BreakingPoint(
        question="loss of all",
        limit="value",
        verdict="cannot break",
        subject="portfolio",
        bound=bound,
        size=days,
    )
    left_out = False
    for count in range(1, MOST_TOGETHER + 1):
        most = _most_combined(count, len(context.tasks))
        left_out = left_out or len(names) > most
        costs = []
        for chosen in combinations(names[:most], count):
            tried = replace(common, entities=tuple((level, name) for name in chosen))
            costs.append((-stress(context, shocks_of(tried, days)).value_at_risk, tried.entities))
        worst = min(costs, default=None)
        if worst is not None and -worst[0] > bound:
            note = (
                "Among those with most value at stake; others were not combined."
                if left_out
                else ""
            )
            return replace(common, verdict="breaks", entities=worst[1], figure=-worst[0], note=note)
    together = min(MOST_TOGETHER, len(names))
    said = f"No {together} of them together" + (
        ", among those with most value at stake." if left_out else "."
    )
    return replace(common, entities=((level, "any"),), size=days, note=said)


def _most_combined(count: int, tasks: int) -> int:
    """Entities of which every set of a size can be tried within bounds; never fewer than 8."""
    runs = _MOST_RUNS // max(tasks, 1)
    return next((most for most in range(_MOST_TRIED, 8, -1) if comb(most, count) <= runs), 8)

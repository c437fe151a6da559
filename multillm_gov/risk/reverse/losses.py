"""The smallest set of vendors or clouds whose loss breaches the appetite; sets of up to three."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from math import comb

from msgspec.structs import replace

from multillm_gov.dimensions import UNKNOWN
from multillm_gov.risk.reverse.breaking_point import BreakingPoint, shocks_of, tolerated_loss
from multillm_gov.risk.stress.entities import routed_entities
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.system.priors import REROUTE_HOURS

REROUTED = f"Assumed: rerouted by hand after {REROUTE_HOURS} hours."
LEVELS = ("vendor", "cloud")
MOST_TOGETHER = 3
_MOST_TRIED = 60
"""Entities combined at most: those with most value at stake."""
_MOST_RUNS = 200_000
"""Forward stresses times task classes per size of set: more classes, fewer combinations."""


def losses_of_all(context: StressContext) -> Iterator[BreakingPoint]:
    """One answer a level: all of a set withdrawn for as long as a migration takes.

    Of the smallest sets that breach, the one that costs most. As in a scenario of a withdrawal,
    people reroute by hand what failovers miss.
    """
    days = Decimal(max(context.settings.migration_lead_days, 1))
    for level in LEVELS:
        names = _names(context, level)
        if names:
            yield _smallest(context, level, names, days)


def _names(context: StressContext, level: str) -> list[str]:
    """Those with most value at stake first; then standby ones, which matter after losses."""
    routed = [entity.name for entity in routed_entities(context, level)]
    users = {name: len(tasks) for (kind, name), tasks in context.users.items() if kind == level}
    standby = users.keys() - {UNKNOWN, *routed}
    return routed + sorted(standby, key=lambda name: (-users[name], name))


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
    is_partial = False
    for count in range(1, MOST_TOGETHER + 1):
        most = _most_combined(count, len(context.tasks))
        is_partial = is_partial or len(names) > most
        costs = []
        for chosen in combinations(names[:most], count):
            tried = replace(common, entities=tuple((level, name) for name in chosen))
            costs.append((-stress(context, shocks_of(tried, days)).value_at_risk, tried.entities))
        worst = min(costs, default=None)
        if worst is not None and -worst[0] > bound:
            scope = "Among those with most value at stake; others were not combined. "
            note = (scope if is_partial else "") + REROUTED
            return replace(common, verdict="breaks", entities=worst[1], figure=-worst[0], note=note)
    scope = ", among those with most value at stake" if is_partial else ""
    note = f"No {min(MOST_TOGETHER, len(names))} of them together{scope}. {REROUTED}"
    return replace(common, entities=((level, "any"),), size=days, note=note)


def _most_combined(count: int, tasks: int) -> int:
    """Entities of which every set of a size can be tried within bounds; never fewer than 8."""
    runs = _MOST_RUNS // max(tasks, 1)
    return next((most for most in range(_MOST_TRIED, 8, -1) if comb(most, count) <= runs), 8)

"""Reverse stress: for each limit the smallest shock that breaks it (method 9).

Every answer can be tried: the forward stress just above its size breaks the limit, just below it
does not.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from math import comb

from msgspec.structs import replace

from multillm_gov.dimensions import UNKNOWN
from multillm_gov.risk.reverse.breaking_point import BreakingPoint, shocks_of, tolerated_loss
from multillm_gov.risk.reverse.demand import demand_growths
from multillm_gov.risk.reverse.prices import price_rises
from multillm_gov.risk.stress.entities import routed_entities
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.system.priors import REROUTE_HOURS

REROUTED = f"Assumed: rerouted by hand after {REROUTE_HOURS} hours."

LOST_LEVELS = ("vendor", "cloud")

MOST_TOGETHER = 3

_MOST_TRIED = 60
"""Entities combined at most: those with most value at stake."""

_MOST_RUNS = 200_000
"""Forward stresses times task classes per size of set: more classes, fewer combinations."""

_Drop = tuple[Decimal, str, Decimal]
"""Score less floor, task class, floor."""

LEVELS = ("provider", "cloud", "gateway", "dependency")

HOURS_PER_YEAR = Decimal(8_760)

_HOUR = Decimal(1)


def quality_drops(context: StressContext) -> Iterator[BreakingPoint]:
    """Per routed model with a quality floor, by its newest internal score; least drop first."""
    drops: defaultdict[str, list[_Drop]] = defaultdict(list)
    unproved: defaultdict[str, list[str]] = defaultdict(list)
    for task in context.tasks:
        quality = task.figures.task.declared.quality
        for hop in {
            chain.hops[0].model: chain.hops[0] for chain in task.chains if chain.share
        }.values():
            if quality is None or hop.retired:
                continue
            if hop.evidence:
                drops[hop.model].append(
                    (hop.evidence[0].score - quality.floor, task.name, Decimal(quality.floor))
                )
            else:
                unproved[hop.model].append(task.name)
    for model in sorted({*drops, *unproved}):
        yield _model(model, drops[model], unproved[model])


def _model(model: str, drops: list[_Drop], unproved: list[str]) -> BreakingPoint:
    common = BreakingPoint(
        question="quality drop",
        limit="quality floor",
        entities=(("model", model),),
        verdict="not known",
    )
    if not drops:
        return replace(
            common, subject=min(unproved), note="No internal result can be compared with the floor."
        )
    untold = (
        f"No internal result in {len(unproved)} of its task classes with a floor."
        if unproved
        else ""
    )
    holding = [drop for drop in drops if drop[0] >= 0]
    least, subject, floor = min(holding or drops, key=lambda drop: (drop[0], drop[1]))
    point = replace(common, subject=subject, bound=floor)
    if not holding:
        return replace(point, verdict="already broken", figure=floor + least, note=untold)
    broken = sorted(task for drop, task, _ in drops if drop < 0)
    below = (
        f"Below the floor without any drop: {', '.join(f'`{name}`' for name in broken[:3])}."
        if broken
        else ""
    )
    note = " ".join(part for part in (below, untold) if part)
    return replace(point, verdict="breaks", size=least, figure=floor, note=note)


def reverse(context: StressContext) -> tuple[BreakingPoint, ...]:
    """All limits: price rises, outages, demand, quality, smallest set of vendors or clouds."""
    return (
        *price_rises(context),
        *outages(context),
        *demand_growths(context),
        *quality_drops(context),
        *losses_of_all(context),
    )


def outages(context: StressContext) -> Iterator[BreakingPoint]:
    """For everything that is down as one: appetite over the value that one hour of it costs."""
    bound = tolerated_loss(context)
    for level in LEVELS:
        for entity in routed_entities(context, level):
            common = BreakingPoint(
                question="outage",
                limit="value",
                entities=((level, entity.name),),
                verdict="cannot break",
                subject="portfolio",
                bound=bound,
            )
            an_hour = stress(context, shocks_of(common, _HOUR)).value_at_risk
            if not an_hour:
                yield replace(
                    common,
                    note="It costs no value: nothing is at stake, or fallbacks take all of it "
                    "over.",
                )
            elif bound / an_hour >= HOURS_PER_YEAR:
                yield replace(
                    common, figure=an_hour * HOURS_PER_YEAR, note="Not by a whole year of it."
                )
            else:
                yield replace(common, verdict="breaks", size=bound / an_hour, figure=bound)


def losses_of_all(context: StressContext) -> Iterator[BreakingPoint]:
    """One answer a level: all of a set withdrawn for as long as a migration takes.

    Of the smallest sets that breach, the one that costs most. As in a scenario of a withdrawal,
    people reroute by hand what failovers miss.
    """
    days = Decimal(max(context.settings.migration_lead_days, 1))
    for level in LOST_LEVELS:
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

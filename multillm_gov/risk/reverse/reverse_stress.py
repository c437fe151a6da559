"""Reverse stress: for each limit the smallest shock that breaks it (method 9).

Every answer can be tried: the forward stress just above its size breaks the limit, just below it
does not.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.risk.reverse.breaking_point import BreakingPoint, shocks_of, tolerated_loss
from multillm_gov.risk.reverse.demand import demand_growths
from multillm_gov.risk.reverse.losses import losses_of_all
from multillm_gov.risk.reverse.prices import price_rises
from multillm_gov.risk.stress.entities import routed_entities
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import StressContext

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
    told = replace(common, subject=subject, bound=floor)
    if not holding:
        return replace(told, verdict="already broken", figure=floor + least, note=untold)
    broken = sorted(task for drop, task, _ in drops if drop < 0)
    below = (
        f"Below the floor without any drop: {', '.join(f'`{name}`' for name in broken[:3])}."
        if broken
        else ""
    )
    note = " ".join(part for part in (below, untold) if part)
    return replace(told, verdict="breaks", size=least, figure=floor, note=note)


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

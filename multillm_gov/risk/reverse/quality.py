"""How much worse a model may get before a quality floor breaks: the score less the floor."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.risk.reverse.breaking_point import BreakingPoint
from multillm_gov.risk.stress.stress_context import StressContext

_Drop = tuple[Decimal, str, Decimal]
"""Score less floor, task class, floor."""


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

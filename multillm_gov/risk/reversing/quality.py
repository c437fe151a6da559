"""How much worse a model may get before a quality floor breaks: the score less the floor."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.risk.reversing.breaking import Breaking
from multillm_gov.risk.stress_context import StressContext


def quality_drops(context: StressContext) -> Iterator[Breaking]:
    """For every routed model of a task class with a floor, by its newest internal score; the least drop first."""
    drops: defaultdict[str, list[tuple[Decimal, str, Decimal]]] = defaultdict(list)
    unproved: defaultdict[str, list[str]] = defaultdict(list)
    for task in context.tasks:
        quality = task.figures.task.declared.quality
        for hop in {chain.hops[0].model: chain.hops[0] for chain in task.chains if chain.share}.values():
            if quality is None or hop.retired:
                continue
            if hop.evidence:
                drops[hop.model].append((hop.evidence[0].score - quality.floor, task.name, Decimal(quality.floor)))
            else:
                unproved[hop.model].append(task.name)
    for model in sorted({*drops, *unproved}):
        yield _model(model, drops[model], unproved[model])


def _model(model: str, drops: list[tuple[Decimal, str, Decimal]], unproved: list[str]) -> Breaking:
    entities = (("model", model),)
    untold = f"No internal result in {len(unproved)} of its task classes with a floor." if unproved else ""
    if not drops:
        return Breaking(
            question="quality drop",
            limit="quality floor",
            entities=entities,
            verdict="not known",
            subject=min(unproved),
            note="No internal result is held against the floor.",
        )
    holding = [drop for drop in drops if drop[0] >= 0]
    least, subject, floor = min(holding or drops, key=lambda drop: (drop[0], drop[1]))
    if not holding:
        return Breaking(
            question="quality drop",
            limit="quality floor",
            entities=entities,
            verdict="already broken",
            subject=subject,
            figure=floor + least,
            bound=floor,
            note=untold,
        )
    broken = sorted(task for drop, task, _ in drops if drop < 0)
    below = f"Below the floor without any drop: {', '.join(f'`{name}`' for name in broken[:3])}." if broken else ""
    return Breaking(
        question="quality drop",
        limit="quality floor",
        entities=entities,
        verdict="breaks",
        size=least,
        subject=subject,
        figure=floor,
        bound=floor,
        note=" ".join(part for part in (below, untold) if part),
    )

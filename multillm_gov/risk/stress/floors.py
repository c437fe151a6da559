"""Which floors break at the models that answer under stress: quality, latency, tone."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.risk.stress.flows import Flow, HopFlow
from multillm_gov.risk.stress.outcome import LimitBreach
from multillm_gov.risk.stress.stress_context import StressedTask

TONE_ALARM = Decimal("1.5")
"""Stylistic distance over a model's noise floor that counts as tone drift (method 7.1)."""


def answering(flows: tuple[Flow, ...]) -> Iterator[HopFlow]:
    """Every model that answers some of a task class's requests."""
    for flow in flows:
        if flow.routed.share:
            yield flow.routed
        yield from flow.fallbacks


def is_below_floor(task: StressedTask, one: HopFlow) -> bool:
    """Whether the newest internal score, less drift, is below the floor; unknown is not below."""
    quality = task.figures.task.declared.quality
    return bool(
        quality
        and one.hop.evidence
        and one.hop.evidence[0].score - one.state.points < quality.floor
    )


def broken_floors(
    task: StressedTask, before: tuple[Flow, ...], after: tuple[Flow, ...]
) -> Iterator[LimitBreach]:
    """Quality floors missed under stress but not before, in the order in which models answer."""
    known = {
        (one.what, one.model) for answer in answering(before) for one in missed_floors(task, answer)
    }
    for answer in answering(after):
        for one in missed_floors(task, answer):
            if (one.what, one.model) not in known:
                known.add((one.what, one.model))
                yield one


def is_unproved(task: StressedTask, before: tuple[Flow, ...], after: tuple[Flow, ...]) -> bool:
    """Whether a new or drifting model answers without a result to compare with the floor."""
    if task.figures.task.declared.quality is None:
        return False
    calm = {one.hop.model for one in answering(before)}
    return any(
        not one.hop.evidence and (one.hop.model not in calm or one.state.points)
        for one in answering(after)
    )


def missed_floors(task: StressedTask, one: HopFlow) -> Iterator[LimitBreach]:
    """Floors that one model misses in a task class."""
    declared, hop = task.figures.task.declared, one.hop
    if declared.quality is not None and is_below_floor(task, one):
        yield LimitBreach(
            what="quality",
            subject=task.name,
            model=hop.model,
            figure=hop.evidence[0].score - one.state.points,
            limit=Decimal(declared.quality.floor),
        )
    seconds = next(
        (record.p95_seconds for record in hop.evidence if record.p95_seconds is not None), None
    )
    if (
        declared.latency is not None
        and seconds is not None
        and seconds > declared.latency.p95_seconds
    ):
        yield LimitBreach(
            what="latency",
            subject=task.name,
            model=hop.model,
            figure=Decimal(seconds),
            limit=Decimal(declared.latency.p95_seconds),
        )
    if one.state.tone_ratio > TONE_ALARM:
        yield LimitBreach(
            what="tone",
            subject=task.name,
            model=hop.model,
            figure=one.state.tone_ratio,
            limit=TONE_ALARM,
        )

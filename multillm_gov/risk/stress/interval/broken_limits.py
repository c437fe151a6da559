"""Which floors break at the models that answer under stress: quality, latency, tone."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from multillm_gov.risk.stress.interval.costs import Costs
from multillm_gov.risk.stress.interval.flows import Flow, HopFlow
from multillm_gov.risk.stress.outcome import LimitBreach
from multillm_gov.risk.stress.shock_effect import UNSTRESSED
from multillm_gov.risk.stress.stress_context import StressContext, StressedTask

_PORTFOLIO = "portfolio"
TONE_ALARM = Decimal("1.5")
"""Stylistic distance over a model's noise floor that counts as tone drift (method 7.1)."""


def broken_month(task: StressedTask, added: Decimal) -> LimitBreach | None:
    """The task class's monthly cap, if what a month adds to the forecast breaks it."""
    cap, spend = task.figures.task.declared.spend_cap.monthly, task.figures.spend_per_month
    if cap is None or spend is None or not spend <= cap < spend + added:
        return None
    return LimitBreach(
        what="monthly cap", subject=task.name, figure=spend + added, limit=Decimal(cap)
    )


def broken_request(
    task: StressedTask, before: tuple[Flow, ...], after: tuple[Flow, ...], costs: Costs
) -> LimitBreach | None:
    """The cap on one request, where the largest declared request costs more than before."""
    cap = task.figures.task.declared.spend_cap.per_request
    if cap is None:
        return None
    dear = [
        (cost, flow.hop.model)
        for flow in answering(after)
        if (cost := costs.largest(task, flow.hop, flow.state)) is not None and cost > cap
    ]
    if not dear:
        return None
    known = [costs.largest(task, flow.hop, UNSTRESSED) for flow in answering(before)]
    if any(cost is not None and cost > cap for cost in known):
        return None
    cost, model = max(dear)
    return LimitBreach(
        what="request cap", subject=task.name, model=model, figure=cost, limit=Decimal(cap)
    )


def broken_ceilings(
    context: StressContext, added: Decimal, *, repriced: bool
) -> Iterator[LimitBreach]:
    """The portfolio's ceiling, and where prices rose the tolerated rise of the bill."""
    appetite, spend = context.settings.appetite, context.figures.spend_per_month
    ceiling, shock = appetite.max_monthly_spend, appetite.max_price_shock_share
    if ceiling is not None and spend <= ceiling < spend + added:
        yield LimitBreach(
            what="portfolio ceiling",
            subject=_PORTFOLIO,
            figure=spend + added,
            limit=Decimal(ceiling),
        )
    if repriced and spend and added > spend * shock:
        yield LimitBreach(
            what="price shock", subject=_PORTFOLIO, figure=added / spend, limit=Decimal(shock)
        )


def without_repeats(breaches: Iterable[LimitBreach]) -> tuple[LimitBreach, ...]:
    """Keep the largest breach per kind, subject and model, in order of first appearance."""
    worst: dict[tuple[str, str, str], LimitBreach] = {}
    for breach in breaches:
        key = breach.what, breach.subject, breach.model
        if key not in worst or _is_worse(breach, worst):
            worst[key] = breach
    return tuple(worst.values())


def _is_worse(breach: LimitBreach, worst: Mapping[tuple[str, str, str], LimitBreach]) -> bool:
    known = worst[breach.what, breach.subject, breach.model]
    return (
        breach.figure < known.figure if breach.what == "quality" else breach.figure > known.figure
    )


def answering(flows: tuple[Flow, ...]) -> Iterator[HopFlow]:
    """Every model that answers some of a task class's requests."""
    for flow in flows:
        if flow.routed.share:
            yield flow.routed
        yield from flow.fallbacks


def is_below_floor(task: StressedTask, flow: HopFlow) -> bool:
    """Whether the newest internal score, less drift, is below the floor; unknown is not below."""
    quality = task.figures.task.declared.quality
    return bool(
        quality
        and flow.hop.evidence
        and flow.hop.evidence[0].score - flow.state.points < quality.floor
    )


def broken_floors(
    task: StressedTask, before: tuple[Flow, ...], after: tuple[Flow, ...]
) -> Iterator[LimitBreach]:
    """Quality floors missed under stress but not before, in the order in which models answer."""
    known = {
        (missed_floor.what, missed_floor.model)
        for answer in answering(before)
        for missed_floor in missed_floors(task, answer)
    }
    for answer in answering(after):
        for missed_floor in missed_floors(task, answer):
            if (missed_floor.what, missed_floor.model) not in known:
                known.add((missed_floor.what, missed_floor.model))
                yield missed_floor


def is_unproved(task: StressedTask, before: tuple[Flow, ...], after: tuple[Flow, ...]) -> bool:
    """Whether a new or drifting model answers without a result to compare with the floor."""
    if task.figures.task.declared.quality is None:
        return False
    calm = {flow.hop.model for flow in answering(before)}
    return any(
        not flow.hop.evidence and (flow.hop.model not in calm or flow.state.points)
        for flow in answering(after)
    )


def missed_floors(task: StressedTask, flow: HopFlow) -> Iterator[LimitBreach]:
    """Floors that one model misses in a task class."""
    declared, hop = task.figures.task.declared, flow.hop
    if declared.quality is not None and is_below_floor(task, flow):
        yield LimitBreach(
            what="quality",
            subject=task.name,
            model=hop.model,
            figure=hop.evidence[0].score - flow.state.points,
            limit=Decimal(declared.quality.floor),
        )
    yield from _missed_latency(task, flow)
    if flow.state.tone_ratio > TONE_ALARM:
        yield LimitBreach(
            what="tone",
            subject=task.name,
            model=hop.model,
            figure=flow.state.tone_ratio,
            limit=TONE_ALARM,
        )


def _missed_latency(task: StressedTask, flow: HopFlow) -> Iterator[LimitBreach]:
    declared, hop = task.figures.task.declared, flow.hop
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

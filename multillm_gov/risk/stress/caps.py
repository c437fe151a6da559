"""Which caps break under stress that held before."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from multillm_gov.risk.stress.costs import Costs
from multillm_gov.risk.stress.floors import answering
from multillm_gov.risk.stress.flows import Flow
from multillm_gov.risk.stress.hop_state import UNSTRESSED
from multillm_gov.risk.stress.outcome import LimitBreach
from multillm_gov.risk.stress.stress_context import StressContext, StressedTask

_PORTFOLIO = "portfolio"


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
    known = [costs.largest(task, one.hop, UNSTRESSED) for one in answering(before)]
    if any(cost is not None and cost > cap for cost in known):
        return None
    dear = [
        (cost, one.hop.model)
        for one in answering(after)
        if (cost := costs.largest(task, one.hop, one.state)) is not None and cost > cap
    ]
    if not dear:
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


def without_repeats(found: Iterable[LimitBreach]) -> tuple[LimitBreach, ...]:
    """Keep the largest breach per kind, subject and model, in order of first appearance."""
    worst: dict[tuple[str, str, str], LimitBreach] = {}
    for one in found:
        key = one.what, one.subject, one.model
        if key not in worst or _is_worse(one, worst):
            worst[key] = one
    return tuple(worst.values())


def _is_worse(one: LimitBreach, worst: Mapping[tuple[str, str, str], LimitBreach]) -> bool:
    known = worst[one.what, one.subject, one.model]
    return one.figure < known.figure if one.what == "quality" else one.figure > known.figure

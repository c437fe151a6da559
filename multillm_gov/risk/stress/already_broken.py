"""What is broken on a usual day: limits exceeded without a shock, and unanswered requests.

A shock cannot break it again. So it is reported by itself, and nothing is compared with it in
silence: a stress over what is broken already would look calm.
"""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.risk.stress.interval.broken_limits import answering, missed_floors
from multillm_gov.risk.stress.interval.costs import Costs, answered_share
from multillm_gov.risk.stress.interval.flows import Flow, flows
from multillm_gov.risk.stress.outcome import LimitBreach
from multillm_gov.risk.stress.shock_effect import UNSTRESSED
from multillm_gov.risk.stress.stress_context import StressContext, StressedTask

CAPS = frozenset({"monthly cap", "request cap", "portfolio ceiling"})
FLOORS = frozenset({"quality", "latency", "tone"})


def already_broken(context: StressContext) -> tuple[LimitBreach, ...]:
    """Every limit broken without any shock, and every task class with unanswered requests."""
    costs = Costs(context)
    return (
        *(
            breach
            for task, task_flows in zip(context.tasks, flows(context, ()).values(), strict=True)
            for breach in (
                *_unanswered(task, task_flows),
                *_caps(task, task_flows, costs),
                *(b for flow in answering(task_flows) for b in missed_floors(task, flow)),
            )
        ),
        *_ceiling(context),
    )


def _unanswered(task: StressedTask, task_flows: tuple[Flow, ...]) -> Iterator[LimitBreach]:
    """Whose routed model is retired: a fact, not an outage."""
    share = sum(
        (
            flow.demand - answered_share(task, flow)
            for flow in task_flows
            if flow.routed.hop.retired
        ),
        Decimal(0),
    )
    if share > 0:
        models = [flow.routed.hop.model for flow in task_flows if flow.routed.hop.retired]
        yield LimitBreach(
            what="unanswered", subject=task.name, model=models[0], figure=share, limit=Decimal(0)
        )


def _caps(task: StressedTask, task_flows: tuple[Flow, ...], costs: Costs) -> Iterator[LimitBreach]:
    caps, spend = task.figures.task.declared.spend_cap, task.figures.spend_per_month
    if caps.monthly is not None and spend is not None and spend > caps.monthly:
        yield LimitBreach(
            what="monthly cap", subject=task.name, figure=spend, limit=Decimal(caps.monthly)
        )
    if caps.per_request is None:
        return
    known = (
        (costs.largest(task, flow.hop, UNSTRESSED), flow.hop.model)
        for flow in answering(task_flows)
    )
    largest = max(
        ((cost, model) for cost, model in known if cost is not None),
        default=(Decimal(0), ""),
    )
    if largest[0] > caps.per_request:
        yield LimitBreach(
            what="request cap",
            subject=task.name,
            model=largest[1],
            figure=largest[0],
            limit=Decimal(caps.per_request),
        )


def _ceiling(context: StressContext) -> Iterator[LimitBreach]:
    ceiling, spend = context.settings.appetite.max_monthly_spend, context.figures.spend_per_month
    if ceiling is not None and spend > ceiling:
        yield LimitBreach(
            what="portfolio ceiling", subject="portfolio", figure=spend, limit=Decimal(ceiling)
        )

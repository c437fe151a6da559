"""What an interval does to one task class: shares not served or degraded, and their sums."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.risk.stress.interval.broken_limits import TONE_ALARM, is_below_floor
from multillm_gov.risk.stress.interval.costs import answered_share
from multillm_gov.risk.stress.interval.flows import Flow, HopFlow
from multillm_gov.risk.stress.outcome import TaskOutcome
from multillm_gov.risk.stress.stress_context import StressedTask

_ZERO = Decimal(0)


class TaskTotal(Struct):
    """One task class so far."""

    unserved: Decimal = _ZERO
    degraded: Decimal = _ZERO
    value: Decimal = _ZERO
    cost: Decimal = _ZERO
    cost_in_month: Decimal = _ZERO
    unserved_share: Decimal = _ZERO
    hours_to_recover: Decimal = _ZERO
    cost_known: bool = True


def task_outcome(task: StressedTask, total: TaskTotal) -> TaskOutcome:
    """The outcome of one task class, from its sums."""
    return TaskOutcome(
        name=task.name,
        unserved_requests=total.unserved,
        degraded_requests=total.degraded,
        value_at_risk=total.value,
        added_cost=total.cost,
        added_cost_in_month=total.cost_in_month,
        unserved_share=total.unserved_share,
        hours_to_recover=total.hours_to_recover,
        cost_known=total.cost_known,
    )


def unaffected(task: StressedTask) -> TaskOutcome:
    """The outcome of a task class that no effect reaches."""
    return TaskOutcome(name=task.name)


def share_unserved(task: StressedTask, task_flows: tuple[Flow, ...]) -> Decimal:
    """Share of its requests that nobody answers."""
    return sum((flow.demand - answered_share(task, flow) for flow in task_flows), _ZERO)


def share_requested(task_flows: tuple[Flow, ...]) -> Decimal:
    """Share of its requests that arrive; above 1 where retries add to them."""
    return sum((flow.demand for flow in task_flows), _ZERO)


def share_degraded(task: StressedTask, task_flows: tuple[Flow, ...]) -> Decimal:
    """Share of its requests that are answered worse than declared."""
    return sum(
        (
            share_degraded_routed(task, flow.routed) + task.coverage * flow.by_fallbacks
            for flow in task_flows
        ),
        _ZERO,
    )


def share_degraded_routed(task: StressedTask, flow: HopFlow) -> Decimal:
    """All its answers if below the floor or in another style, else the unacceptable ones."""
    lost = (flow.state.points and is_below_floor(task, flow)) or flow.state.tone_ratio > TONE_ALARM
    return flow.share if lost else flow.share * flow.state.points


def share_unacceptable(task: StressedTask, task_flows: tuple[Flow, ...]) -> Decimal:
    """Share of its requests whose answer is not acceptable."""
    return sum(
        (
            flow.routed.share * flow.routed.state.points
            + task.coverage
            * sum((fallback.share * fallback.state.points for fallback in flow.fallbacks), _ZERO)
            for flow in task_flows
        ),
        _ZERO,
    )

"""Demand growth that breaks caps or rate limits: in closed form, else by bisection.

Spend is linear in demand until a deployment is full; from there on fallbacks at other prices
answer. A closed form is kept only where the forward stress agrees with it on both sides; else the
forward stress itself is searched, which is monotone in demand.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.risk.reverse.breaking_point import BreakingPoint, Verdict, breaks_at, shocks_of
from multillm_gov.risk.reverse.prices import (
    already_broken,
    capped_without_cost,
    left_out,
    monthly_caps,
    whole_limits,
)
from multillm_gov.risk.stress.interval.costs import answered_share
from multillm_gov.risk.stress.interval.flows import flows
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import StressContext

MOST_FACTOR = Decimal(1_000)
"""Growth beyond which a limit counts as one that demand does not break."""
_STEP = Decimal("1.001")
_EDGE = Decimal("1e-9")
"""Relative distance at which both sides are tried, and the final width of a search."""
_HALVINGS = 60
_NEAR = Decimal("1.000000001")


def demand_growths(context: StressContext) -> Iterator[BreakingPoint]:
    """Growth of all demand at which caps, the ceiling or rate limits at the peak break."""
    common = BreakingPoint(question="demand growth", limit="cap", verdict="cannot break")
    outcome = stress(context, shocks_of(common, _STEP))
    share = _STEP - 1
    per_unit = {task.name: task.added_cost_in_month / share for task in outcome.tasks}
    reached, broken = monthly_caps(context, per_unit)
    first = min(reached, key=lambda threshold: (threshold.size, threshold.subject), default=None)
    unknown = capped_without_cost(context)
    note = " ".join(part for part in (already_broken(broken), left_out(unknown)) if part)
    if first is not None:
        closed = replace(
            common,
            verdict="breaks",
            size=first.size,
            subject=first.subject,
            figure=first.bound,
            bound=first.bound,
        )
        yield replace(_checked(context, closed), note=note)
    else:
        verdict: Verdict = (
            "already broken" if broken else "not known" if unknown else "cannot break"
        )
        reason = note or "No task class has a cap that its demand moves."
        yield replace(common, verdict=verdict, note=reason)
    for whole in whole_limits(context, "demand growth", (), outcome.added_cost_in_month / share):
        yield _checked(context, whole) if whole.verdict == "breaks" else whole
    yield _rate_limits(context)


def _rate_limits(context: StressContext) -> BreakingPoint:
    common = BreakingPoint(
        question="demand growth", limit="rate limit", verdict="not known", subject="portfolio"
    )
    if not context.limits:
        return replace(common, note="No rate limit is declared for a model in use.")
    peak = context.settings.risk.peak_factor
    for index, task_flows in flows(context, (), peak, context.on_limits).items():
        task = context.tasks[index]
        if any(
            flow.demand > answered_share(task, flow) and not flow.routed.state.down
            for flow in task_flows
        ):
            text = f"At the busiest minute `{task.name}` is not answered in full as it is."
            return replace(common, verdict="already broken", subject=task.name, note=text)
    return _checked(context, replace(common, verdict="breaks", size=_fullest(context), note=""))


def _fullest(context: StressContext) -> Decimal:
    """Growth at which the first deployment is full at the busiest minute with its routed share."""
    peak = context.settings.risk.peak_factor
    rooms = []
    for deployment, limit in context.limits.items():
        requests = tokens = Decimal(0)
        for index in context.on_limits:
            task = context.tasks[index]
            share = sum(
                (c.share for c in task.chains if c.hops[0].deployment == deployment), Decimal(0)
            )
            requests += share * task.requests_per_minute * peak
            tokens += share * task.requests_per_minute * peak * task.tokens_per_request
        for most, amount in ((limit.requests, requests), (limit.tokens, tokens)):
            if most is not None and amount:
                rooms.append(most / amount)
    return min(rooms, default=MOST_FACTOR)


def _checked(context: StressContext, closed: BreakingPoint) -> BreakingPoint:
    """The closed form if the forward stress agrees with it, else the result of a search."""
    size = closed.size or Decimal(1)
    if size <= MOST_FACTOR:
        before = size * (1 - _EDGE)
        holds = before <= 1 or not breaks_at(context, closed, before)
        if holds and breaks_at(context, closed, size * (1 + _EDGE)):
            return closed
    if not breaks_at(context, closed, MOST_FACTOR):
        return replace(
            closed,
            verdict="cannot break",
            size=None,
            figure=None,
            note=f"Not by demand times {MOST_FACTOR:,}.",
        )
    low, high = Decimal(1), MOST_FACTOR
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if breaks_at(context, closed, middle) else (middle, high)
        if high <= low * _NEAR:
            break
    broken = stress(context, shocks_of(closed, high)).caps_broken
    subject = next(
        (breach.subject for breach in broken if breach.what in {"monthly cap", "request cap"}),
        closed.subject,
    )
    return replace(closed, size=low, subject=subject if closed.limit == "cap" else closed.subject)

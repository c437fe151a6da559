"""GOV404: a failover stays within the spend caps."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.figures import FallbackFigures, TaskFigures
from multillm_gov.rules.engine.rule import (
    LimitReading,
    Rule,
    RuleContext,
    RuleLimit,
    fixed,
    of_task,
    part_used,
)
from multillm_gov.units import Share, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """The assumed length of the failover."""

    share_of_month: Annotated[
        Share,
        Meta(
            description=(
                "Part of the month (0..1) in which the fallback carries all requests; 1 is the "
                "worst case"
            )
        ),
    ] = field(default_factory=partial(Share, "1"))


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield fallbacks whose month, or whose mean request, would cost more than the cap."""
    for task in context.tasks:
        cap = task.task.declared.spend_cap
        if not task.fallbacks or (cap.monthly is None and cap.per_request is None):
            continue
        for fallback in task.fallbacks:
            month = _month(task, fallback, parameters.share_of_month)
            if cap.monthly is not None and month is not None and month > cap.monthly:
                yield _monthly(
                    context, task, fallback, (month, cap.monthly), parameters.share_of_month
                )
            cost = fallback.cost_per_request
            if cap.per_request is not None and cost is not None and cost > cap.per_request:
                yield _per_request(context, task, fallback, (cost, cap.per_request))


def _month(task: TaskFigures, fallback: FallbackFigures, part: Decimal) -> Decimal | None:
    """Spend of a month in which the fallback carries a part; ``None``: not known."""
    failover, normal = fallback.failover_spend_per_month, task.spend_per_month
    if failover is None or (normal is None and part < 1):
        return None
    return failover * part + (normal or Decimal(0)) * (1 - part)


def _monthly(
    context: RuleContext,
    task: TaskFigures,
    fallback: FallbackFigures,
    numbers: tuple[Decimal, Decimal],
    part: Decimal,
) -> Violation:
    name = task.task.name
    month, cap = numbers
    length = "a month" if part == 1 else f"{format_share(part)} of a month"
    normal = (
        "not known"
        if task.spend_per_month is None
        else f"{context.money(task.spend_per_month)} a month"
    )
    return Violation(
        message=(
            f"{code(name)} would cost {context.money(month)} a month with {length} of failover to "
            f"{code(fallback.model)}; its cap is {context.money(cap)}"
        ),
        place=task.task.place.at("fallbacks", fallback.index),
        subject=name,
        remedy=(
            "Choose a cheaper fallback, or raise `spend_cap.monthly` to what a failover may cost."
        ),
        risk=(
            f"{context.money(month - cap)} a month over the cap (normal operation: {normal}), or "
            "refused requests."
        ),
        related=(("the cap", task.task.place.at("spend_cap", "monthly")),),
        figures={
            "failover_per_month": month,
            "cap_per_month": cap,
            "normal_per_month": task.spend_per_month,
        },
        distinction=f"monthly: {fallback.model}",
    )


def _per_request(
    context: RuleContext,
    task: TaskFigures,
    fallback: FallbackFigures,
    numbers: tuple[Decimal, Decimal],
) -> Violation:
    name = task.task.name
    cost, cap = numbers
    return Violation(
        message=(
            f"a request of {code(name)} costs {context.money(cost)} on its fallback "
            f"{code(fallback.model)}; its cap is {context.money(cap)}"
        ),
        place=task.task.place.at("fallbacks", fallback.index),
        subject=name,
        remedy=(
            "Choose a cheaper fallback, or raise `spend_cap.per_request` to what a failover may "
            "cost."
        ),
        risk="A gateway that enforces the cap refuses the failover; another one overspends.",
        related=(("the cap", task.task.place.at("spend_cap", "per_request")),),
        figures={"failover_cost_per_request": cost, "cap_per_request": cap},
        distinction=f"per request: {fallback.model}",
    )


def _used(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """What a failover to each fallback uses of the caps, by month and by request."""
    for task in context.tasks:
        cap = task.task.declared.spend_cap
        for fallback in task.fallbacks:
            if cap.monthly is not None:
                month = _month(task, fallback, parameters.share_of_month)
                yield of_task(task, part_used(month, cap.monthly))
            if cap.per_request is not None:
                yield of_task(task, part_used(fallback.cost_per_request, cap.per_request))


RULE = Rule(
    id="GOV404",
    name="failover-cost-over-cap",
    title="Failover would exceed the spend cap",
    one="{subject} would exceed a spend cap during a failover",
    many="{count} task classes would exceed a spend cap during a failover",
    short_title="Failover cost over the cap",
    requirement="A failover stays within the spend caps.",
    why=(
        "A cheap primary model with an expensive fallback overspends a budget that was judged on "
        "the primary alone. The rule costs each fallback as if it carried the whole demand for "
        "`share_of_month`."
    ),
    remediation=(
        "Choose a fallback in the same price class, or set the caps to what a failover may cost."
    ),
    severity=Severity.WARNING,
    check=check,
    limits={
        "cap": RuleLimit(
            words="Cost during a failover, of the cap",
            unit="share",
            limit=fixed(1),
            has_band=False,
            measure=_used,
        ),
    },
    criteria=("share_of_month",),
    parameters=Parameters,
    tighter={"share_of_month": "higher"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    fallbacks: [claude-sonnet-4-6]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
    spend_cap: {monthly: 200}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    fallbacks: [gemini/gemini-2.5-flash]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
    spend_cap: {monthly: 200}
""",
)

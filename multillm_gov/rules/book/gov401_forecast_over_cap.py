"""GOV401: the forecast of a task class stays below its monthly cap."""

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import LegFigures, TaskFigures
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
    """When to warn before the cap is reached."""

    warn_at_share: Annotated[
        Share,
        Meta(
            description="Share of the cap (0..1) above which a forecast within the cap is a warning"
        ),
    ] = field(default_factory=partial(Share, "0.9"))


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield forecasts above the cap, and warnings for those close to it."""
    for task in context.tasks:
        cap, spend = task.task.declared.spend_cap.monthly, task.spend_per_month
        if (
            cap is not None
            and spend is not None
            and (spend > cap or spend > cap * parameters.warn_at_share)
        ):
            enough = (
                spend
                if spend > cap or not parameters.warn_at_share
                else spend / parameters.warn_at_share
            )
            yield _violation(context, task, cap, (spend, enough))


def _violation(
    context: RuleContext, task: TaskFigures, cap: Decimal, needs: tuple[Decimal, Decimal]
) -> Violation:
    """``needs``: the forecast, and the smallest cap without a finding."""
    spend, enough = needs
    name = task.task.name
    over = spend > cap
    both = f"{context.money(spend)} a month; its cap is {context.money(cap)}"
    largest = max(task.legs, key=lambda entry: (entry.spend_per_month or Decimal(0), -entry.index))
    used = f" ({format_share(spend / cap)} used)" if cap else ""
    remarks = "; ".join(dict.fromkeys(text for entry in task.legs for text in entry.remarks))
    return Violation(
        message=f"{code(name)} is forecast at {both}{used}{f'; {remarks}' if remarks else ''}",
        place=task.task.place.at("spend_cap", "monthly"),
        subject=name,
        remedy=(
            f"Move requests from {code(largest.model)} to a cheaper model, or have the cap raised "
            f"to at least {context.money(enough, ROUND_UP)}."
        ),
        risk=(
            f"{context.money(spend - cap)} a month over the cap, or requests refused once the cap "
            "is reached."
            if over
            else f"{context.money(cap - spend)} a month is left for growth and retries."
        ),
        related=_largest_part(context, task, largest),
        figures={"forecast_per_month": spend, "cap_per_month": cap},
        severity=None if over else Severity.WARNING,
        distinction="" if over else "close",
    )


def _largest_part(
    context: RuleContext, task: TaskFigures, entry: LegFigures
) -> tuple[tuple[str, Place], ...]:
    """What the most expensive route entry costs; nothing where it is the only one."""
    if len(task.legs) == 1:
        return ()
    cost = context.money(entry.spend_per_month or Decimal(0))
    place = task.task.place.at("route", entry.index)
    return ((f"{code(entry.model)} costs {cost} a month of it", place),)


def _used(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    for task in context.tasks:
        cap = task.task.declared.spend_cap.monthly
        if cap is not None:
            yield of_task(task, part_used(task.spend_per_month, cap), parameters.warn_at_share)


RULE = Rule(
    id="GOV401",
    name="forecast-over-cap",
    title="Forecast near or over the spend cap",
    one="{subject} is forecast near or over its monthly spend cap",
    many="{count} task classes are forecast near or over their monthly spend cap",
    short_title="Spend near or over the cap",
    requirement="The forecast of a task class stays below its monthly cap.",
    why=(
        "The forecast is requests times the unit cost of each routed model at list or negotiated "
        "price, plus fixed hosting cost: what would be billed in normal operation. Between 90 and "
        "100% of the cap there is no room for retries or growth, which is a warning."
    ),
    remediation="Route to cheaper models, reduce demand, or have the budget owner raise the cap.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "cap": RuleLimit(
            words="Forecast of a task class, of its monthly cap",
            unit="share",
            limit=fixed(1),
            measure=_used,
        ),
    },
    criteria=("warn_at_share",),
    parameters=Parameters,
    tighter={"warn_at_share": "lower"},
    violating="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  articles:
    route: [{model: claude-sonnet-4-6}]
    demand: {requests: 120000, input_tokens: 1800, output_tokens: 900}
    spend_cap: {monthly: 2000}
""",
    compliant="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  articles:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 120000, input_tokens: 1800, output_tokens: 900}
    spend_cap: {monthly: 2000}
""",
)

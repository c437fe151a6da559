"""GOV403: every task class has a monthly spend cap."""

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.units import Amount
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code

_ROOM = Decimal("1.2")
"""A suggested cap adds 20% for retries and growth."""


class Parameters(Closed, frozen=True, kw_only=True):
    """Which task classes need a cap."""

    min_forecast: Annotated[
        Amount,
        Meta(
            description=(
                "Only task classes with at least this forecast per month, or a forecast not known"
            )
        ),
    ] = field(default_factory=Amount)


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes without ``spend_cap.monthly``."""
    for task in context.tasks:
        spend = task.spend_per_month
        if task.task.declared.spend_cap.monthly is not None or (
            spend is not None and spend < parameters.min_forecast
        ):
            continue
        forecast = "not known" if spend is None else f"{context.money(spend)} a month"
        yield Violation(
            message=f"{code(task.task.name)} has no monthly cap; its forecast is {forecast}",
            place=task.task.place.key(),
            subject=task.task.name,
            remedy=f"Add `spend_cap: {{monthly: {_suggested(spend)}}}`.",
            risk="A loop, a price increase or a longer prompt is noticed only on the invoice.",
            figures={"forecast_per_month": spend},
        )


def _suggested(spend: Decimal | None) -> str:
    if not spend:
        return "AMOUNT"
    amount = spend * _ROOM
    step = Decimal(10) ** max(amount.adjusted() - 1, 0)
    return f"{(amount / step).quantize(Decimal(1), ROUND_UP) * step:f}"


RULE = Rule(
    id="GOV403",
    name="cap-missing",
    title="No spend cap",
    one="{subject} has no monthly spend cap",
    many="{count} task classes have no monthly spend cap",
    short_title="No spend cap",
    requirement="Every task class has a monthly spend cap.",
    why=(
        "Without a cap, nothing says what a task class may cost, so no forecast and no invoice "
        "can be too high."
    ),
    remediation=(
        "Agree on a monthly amount with the budget owner and write it as `spend_cap.monthly`."
    ),
    severity=Severity.WARNING,
    check=check,
    criteria=("min_forecast",),
    parameters=Parameters,
    tighter={"min_forecast": "lower_or_none"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
    spend_cap: {monthly: 360}
""",
)

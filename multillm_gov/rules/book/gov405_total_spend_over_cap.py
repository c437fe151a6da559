"""GOV405: task classes together stay below a ceiling."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.rule import Case, Rule
from multillm_gov.rules.spelling import code
from multillm_gov.units import Amount, count_of, spell_money


class Parameters(Closed, frozen=True, kw_only=True):
    """The ceiling; ``applies_to`` says of which task classes."""

    max_monthly: Annotated[
        Amount | None,
        Meta(description="Most they may spend per month; default: `appetite.max_monthly_spend` of `govern.yaml`"),
    ] = None


def check(case: Case, parameters: Parameters) -> Iterator[Violation]:
    """A total above the ceiling; task classes without a known spend are left out of it, and named."""
    appetite = case.portfolio.settings.appetite.max_monthly_spend
    limit = parameters.max_monthly if parameters.max_monthly is not None else appetite
    if limit is None:
        return
    total = sum((task.spend_per_month or Decimal(0) for task in case.tasks), Decimal(0))
    if total <= limit:
        return
    currency = case.figures.currency
    place = Place(SETTINGS, ("appetite", "max_monthly_spend"))
    if parameters.max_monthly is not None and case.policy_place is not None:
        place = case.policy_place.at("max_monthly")
    unpriced = sum(task.spend_per_month is None for task in case.tasks)
    partly = f" ({unpriced:,} of them without a known price)" if unpriced else ""
    largest = sorted(case.tasks, key=lambda task: (-(task.spend_per_month or Decimal(0)), task.task.name))[:3]
    yield Violation(
        message=(
            f"{count_of(len(case.tasks), 'task class')}{partly}: {spell_money(total, currency)} a month forecast; "
            f"{code(case.policy) if case.policy else 'the risk appetite'} allows {spell_money(limit, currency)}"
        ),
        place=place,
        subject="portfolio",
        remedy=f"Bring {code(largest[0].task.name)} down first, or have the ceiling raised.",
        risk=f"{spell_money(total - limit, currency)} a month unplanned.",
        related=tuple(
            (
                f"{code(task.task.name)} makes {spell_money(task.spend_per_month or Decimal(0), currency)} of it",
                task.task.place.key(),
            )
            for task in largest
            if task.spend_per_month
        ),
        figures={"forecast_per_month": total, "limit_per_month": limit, "task_classes_without_price": unpriced},
    )


RULE = Rule(
    id="GOV405",
    name="total-spend-over-cap",
    title="Task classes together stay below a ceiling",
    why=(
        "Each task class may be within its cap while together they exceed what a team or the company has. A policy "
        "with `applies_to: {owners: [...]}` is a budget of those teams; without a policy the ceiling is "
        "`appetite.max_monthly_spend`, if there is one."
    ),
    mend="Lower the largest forecasts, or have the ceiling raised by whoever set it.",
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    about="portfolio",
    example="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 1000000, input_tokens: 1500, output_tokens: 300}
  replies:
    route: [{model: claude-sonnet-4-6}]
    demand: {requests: 50000, input_tokens: 3000, output_tokens: 500}
# policies/budgets.yaml
policies:
  support-budget:
    rule: total-spend-over-cap
    applies_to: {owners: [support]}
    max_monthly: 3500
""",
    mended="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    demand: {requests: 1000000, input_tokens: 1500, output_tokens: 300}
  replies:
    route: [{model: claude-sonnet-4-6}]
    demand: {requests: 50000, input_tokens: 3000, output_tokens: 500}
# policies/budgets.yaml
policies:
  support-budget:
    rule: total-spend-over-cap
    applies_to: {owners: [support]}
    max_monthly: 3500
""",
)

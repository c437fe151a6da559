"""GOV201: every task class has a fallback."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.dimensions import Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.alternative_models import Substitutes
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.failover import DOWN_SHARE, format_downtime
from multillm_gov.units import Amount
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """Which task classes need a fallback."""

    min_value_at_stake: Annotated[
        Amount,
        Meta(description="Only task classes with at least this value at stake per month"),
    ] = field(default_factory=Amount)


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes without a fallback."""
    substitutes: Substitutes | None = None
    for task in context.tasks:
        if task.fallbacks or task.value_at_stake_per_month < parameters.min_value_at_stake:
            continue
        substitutes = substitutes or Substitutes(context, (Level.VENDOR, Level.PROVIDER))
        other = substitutes.find(task) or "MODEL"
        hint = "" if other != "MODEL" else " with a model of another vendor"
        yield Violation(
            message=f"{code(task.task.name)} has no fallback",
            place=task.task.place.key(),
            subject=task.task.name,
            remedy=f"Add `fallbacks: [{other}]`{hint}.",
            risk=(
                "An outage of its route stops it: "
                f"{format_downtime(DOWN_SHARE, task, context.currency)}."
            ),
            figures={
                "value_at_stake_per_month": task.value_at_stake_per_month,
                "expected_loss_per_month": task.value_at_stake_per_month * Decimal(str(DOWN_SHARE)),
            },
        )


RULE = Rule(
    id="GOV201",
    name="fallback-missing",
    title="No fallback",
    one="{subject} has no fallback",
    many="{count} task classes have no fallback",
    short_title="No fallback",
    requirement="Every task class has a fallback.",
    why=(
        "Public status histories put the availability of first-party LLM APIs at 99.8 to 99.9% "
        "weighted and 99.6 to 99.7% raw, with outages of 1.5 hours on average and sometimes more "
        "than 4 hours (Chu et al., ICPE 2025, arXiv 2501.12469). Without a fallback, each of "
        "those hours is an outage of the task class. The hours in a finding assume that a "
        "provider is down 0.3% of the time, between the two."
    ),
    remediation=(
        "List at least one model of another vendor and provider under `fallbacks`, and test it "
        "every quarter."
    ),
    severity=Severity.WARNING,
    check=check,
    criteria=("min_value_at_stake",),
    parameters=Parameters,
    tighter={"min_value_at_stake": "lower_or_none"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    cost_of_wrong_model: {value_at_stake: 45000}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
    cost_of_wrong_model: {value_at_stake: 45000}
""",
)

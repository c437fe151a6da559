"""GOV204: every task class has as many usable fallbacks as its policy requires."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.dimensions import Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.alternative_models import Substitutes
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.rules.failover import failover_of
from multillm_gov.units import Amount
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of, join_code


class Parameters(Closed, frozen=True, kw_only=True):
    """How many fallbacks, and which task classes need them."""

    min_fallbacks: Annotated[int, Meta(ge=1, le=50, description="Fewest usable fallbacks")] = 2
    min_value_at_stake: Annotated[
        Amount, Meta(description="Only task classes with at least this value at stake per month")
    ] = field(default_factory=Amount)


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes with fewer usable fallbacks than required."""
    substitutes: Substitutes | None = None
    for task in context.tasks:
        if task.value_at_stake_per_month < parameters.min_value_at_stake:
            continue
        usable = failover_of(context).usable(task)
        count = len(usable)
        if count >= parameters.min_fallbacks:
            continue
        idle = [fallback for fallback in task.fallbacks if fallback not in usable]
        substitutes = substitutes or Substitutes(context, (Level.VENDOR, Level.PROVIDER))
        other = substitutes.find(task)
        is_new = bool(other) and other not in task.task.declared.fallbacks
        named = code(other) if is_new else "a model of another vendor"
        value = task.value_at_stake_per_month
        at_stake = f"; {context.money(value)} a month is at stake" if value else ""
        unusable = f" ({join_code(each.model for each in idle)} not usable)" if idle else ""
        yield Violation(
            message=f"{code(task.task.name)} has {count_of(count, 'usable fallback')}{unusable}; "
            f"{parameters.min_fallbacks} required",
            place=task.task.place.at("fallbacks") if task.fallbacks else task.task.place.key(),
            subject=task.task.name,
            remedy=f"Add {named} to `fallbacks`.",
            risk=f"After {count_of(count + 1, 'failure')} no model answers{at_stake}.",
            figures={"fallbacks": count, "min_fallbacks": parameters.min_fallbacks},
        )


def _fallbacks(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    for task in context.tasks:
        if task.value_at_stake_per_month >= parameters.min_value_at_stake:
            yield of_task(task, len(failover_of(context).usable(task)))


RULE = Rule(
    id="GOV204",
    name="too-few-fallbacks",
    title="Too few usable fallbacks",
    one="{subject} has fewer usable fallbacks than required",
    many="{count} task classes have fewer usable fallbacks than required",
    short_title="Too few fallbacks",
    requirement="Every task class has as many usable fallbacks as its policy requires.",
    why=(
        "A fallback counts only if it is usable: the catalog knows it, it is not retired, and the "
        "chain has not already tried it. Beyond the second, fallbacks add little unless they are "
        "independent: with a tenth of failures in common, a third channel lowers unavailability "
        "from 0.00108 to 0.00100 (beta factor model), so require independence (GOV202) before "
        "requiring more."
    ),
    remediation=(
        "Add fallbacks of other vendors, and replace those that are retired, unknown or repeated."
    ),
    severity=Severity.WARNING,
    check=check,
    limits={
        "min_fallbacks": RuleLimit(
            words="Fewest usable fallbacks of a task class",
            unit="count",
            direction="at least",
            measure=_fallbacks,
        ),
    },
    criteria=("min_value_at_stake",),
    parameters=Parameters,
    tighter={"min_fallbacks": "higher", "min_value_at_stake": "lower_or_none"},
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini, gpt-4o-2024-05-13]
# policies/resilience.yaml
policies:
  two-fallbacks:
    rule: too-few-fallbacks
    min_fallbacks: 2
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini, gemini/gemini-2.5-flash]
# policies/resilience.yaml
policies:
  two-fallbacks:
    rule: too-few-fallbacks
    min_fallbacks: 2
""",
)

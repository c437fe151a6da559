"""GOV512: every model was probed recently."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.rules.probing import Probed, probed
from multillm_gov.rules.quality_evidence import format_stake
from multillm_gov.units import Amount
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of

_PROBED = frozenset({"chat", "completion", "responses", "embedding"})


class Parameters(Closed, frozen=True, kw_only=True):
    """How old a probe may be."""

    max_age_days: Annotated[
        int, Meta(ge=1, le=3_650, description="Largest age of a probe that counts, in days")
    ] = 30
    fallbacks: Annotated[bool, Meta(description="Whether fallbacks must be probed too")] = True
    min_value_at_stake: Annotated[
        Amount,
        Meta(description="Only task classes with at least this value at stake per month"),
    ] = field(default_factory=Amount)


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models without a recent probe, in modes that `govern dry-run` can probe."""
    for each in probed(context, fallbacks=parameters.fallbacks):
        task = each.task
        if (
            task.task.declared.mode not in _PROBED
            or task.value_at_stake_per_month < parameters.min_value_at_stake
        ):
            continue
        age = min(
            ((context.as_of - placed.probe.date).days for placed in each.newest), default=None
        )
        if age is None or age > parameters.max_age_days:
            yield _violation(context, each, age, parameters.max_age_days)


def _violation(context: RuleContext, each: Probed, age: int | None, most: int) -> Violation:
    name, model = each.task.task.name, each.part.model
    message = "was never probed" if age is None else f"was probed {count_of(age, 'day')} ago"
    return Violation(
        message=f"{each.describe()} {message}; a probe counts for {count_of(most, 'day')}",
        place=each.use().place,
        subject=name,
        remedy=(
            f"Run `govern dry-run {name} --model {model}`, and commit what it writes to "
            "`evidence/`."
        ),
        risk=(
            f"It is not known whether {code(model)} still answers as "
            f"declared{format_stake(context, each.task, ', with ')}."
        ),
        related=tuple(("its newest probe", placed.place) for placed in each.newest[:1]),
        figures={"days_ago": age, "max_age_days": most},
        distinction=model,
    )


def _ages(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    for each in probed(context, fallbacks=parameters.fallbacks):
        if (
            each.task.task.declared.mode in _PROBED
            and each.task.value_at_stake_per_month >= parameters.min_value_at_stake
        ):
            ages = [(context.as_of - placed.probe.date).days for placed in each.newest]
            yield of_task(each.task, min(ages, default=None))


RULE = Rule(
    id="GOV512",
    name="probe-missing",
    title="Model not probed recently",
    one="{subject} has a model without a recent probe",
    many="{count} task classes have a model without a recent probe",
    short_title="Models not probed",
    requirement="Every model was probed recently.",
    why=(
        "Keys expire, models are withdrawn and aliases are re-pointed without a change in any "
        "file; a fallback is noticed last. A probe sends the prompt of the task class to the "
        "provider. A month is a judgment: short compared with the 90 days of a migration. The "
        "rule is enabled only by a policy."
    ),
    remediation="Run `govern dry-run` every night or week, and commit its evidence.",
    decision="Send requests to the providers.",
    severity=Severity.WARNING,
    check=check,
    limits={
        "max_age_days": RuleLimit(
            words="Age of the newest probe of a model", unit="days", measure=_ages
        ),
    },
    criteria=("min_value_at_stake",),
    parameters=Parameters,
    tighter={
        "max_age_days": "lower",
        "fallbacks": "present",
        "min_value_at_stake": "lower_or_none",
    },
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# policies/evidence.yaml
policies:
  probed:
    rule: probe-missing
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# policies/evidence.yaml
policies:
  probed:
    rule: probe-missing
# evidence/probes.yaml
probes:
  - {task_class: triage, model: claude-haiku-4-5, kind: answer, date: 2026-11-20,
     verdict: pass, calls: 3}
""",
)

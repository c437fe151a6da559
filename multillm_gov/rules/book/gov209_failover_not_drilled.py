"""GOV209: the failover of every task class was tested recently and worked."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.record import PlacedDrill
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.failover import DRILL_DAYS, is_of
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.risk.system.priors import COVERAGE_UNTESTED
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.rules.failover import DOWN_SHARE, format_downtime
from multillm_gov.units import Amount, Share, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of

_SHOWN = 5


class Parameters(Closed, frozen=True, kw_only=True):
    """How old a drill may be, and what it must cover."""

    max_age_days: Annotated[
        int, Meta(ge=1, le=3_650, description="Largest age of a drill that counts, in days")
    ] = DRILL_DAYS
    warn_after_days: Annotated[
        int,
        Meta(
            ge=1,
            le=3_650,
            description="Age of a drill in days above which the next one is due: a warning",
        ),
    ] = 90
    min_coverage: Annotated[
        Share,
        Meta(
            description=(
                "Smallest share (0..1) of the injected faults that the chain must cover, if the "
                "drill records it"
            )
        ),
    ] = field(default_factory=partial(Share, "0.8"))
    min_value_at_stake: Annotated[
        Amount,
        Meta(description="Only task classes with at least this value at stake per month"),
    ] = field(default_factory=Amount)


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes with fallbacks whose newest drill is missing, too old or too weak."""
    for task in context.tasks:
        if not task.fallbacks or task.value_at_stake_per_month < parameters.min_value_at_stake:
            continue
        drills = context.state.drills.get(task.task.name, ())
        newest = next((placed for placed in drills if placed.drill.date <= context.as_of), None)
        gap = _gap(newest, task, context, parameters)
        if gap is not None:
            yield _violation(context, task, newest, gap)


def _gap(
    newest: PlacedDrill | None, task: TaskFigures, context: RuleContext, parameters: Parameters
) -> tuple[str, bool] | None:
    """What is wrong, and whether it counts in full."""
    if newest is None:
        return "was never drilled", True
    age = (context.as_of - newest.drill.date).days
    when = f"{count_of(age, 'day')} ago" if age else "today"
    if not is_of(newest.drill, task.task.declared):
        return (
            (
                f"was drilled {when} with another chain ({_chain(newest.drill.chain)}) "
                "than declared now"
            ),
            True,
        )
    return _gap_of(newest.drill, age, when, parameters)


def _gap_of(
    drill: DrillRecord, age: int, when: str, parameters: Parameters
) -> tuple[str, bool] | None:
    """The same, for a drill of the declared chain."""
    if drill.result == "fails":
        return None  # GOV210 reports it, without a policy too
    if age > parameters.max_age_days:
        return (
            f"was drilled {when}; a drill counts for {count_of(parameters.max_age_days, 'day')}",
            True,
        )
    message = _short_of(drill, parameters.min_coverage)
    if message is not None:
        return f"{message[0]} in its drill {when}{message[1]}", bool(message[1])
    if age > parameters.warn_after_days:
        return (
            (
                f"was drilled {when}; the next drill was due after "
                f"{count_of(parameters.warn_after_days, 'day')}"
            ),
            False,
        )
    return None


def _short_of(drill: DrillRecord, floor: Share) -> tuple[str, str] | None:
    """Which result is below its requirement, and the floor; without a floor, a warning."""
    if drill.coverage is not None and drill.coverage < floor:
        return (
            f"covered {format_share(drill.coverage)} of the faults",
            f"; the floor is {format_share(floor)}",
        )
    return ("worked in degraded mode", "") if drill.result == "degraded" else None


def _chain(models: tuple[str, ...]) -> str:
    return " → ".join(code(model) for model in models[:_SHOWN]) + (
        " …" if len(models) > _SHOWN else ""
    )


def _violation(
    context: RuleContext, task: TaskFigures, newest: PlacedDrill | None, gap: tuple[str, bool]
) -> Violation:
    message, full = gap
    share = DOWN_SHARE * (1 - COVERAGE_UNTESTED)
    return Violation(
        message=f"the failover of {code(task.task.name)} {message}",
        place=task.task.place.at("fallbacks"),
        subject=task.task.name,
        remedy=(
            f"Run `govern drill {task.task.name}` and commit the record that it writes to "
            "`evidence/`; the result of a test of your own goes under `drills` there."
        ),
        risk=(
            f"The failover is not shown to work: {format_downtime(share, task, context.currency)}."
        ),
        related=() if newest is None else (("the newest drill", newest.place),),
        figures={
            "days_ago": None if newest is None else (context.as_of - newest.drill.date).days,
            "coverage": None if newest is None else newest.drill.coverage,
        },
        severity=None if full else Severity.WARNING,
    )


def _drilled(
    context: RuleContext, parameters: Parameters
) -> Iterator[tuple[TaskFigures, DrillRecord | None]]:
    """The newest drill of the declared chain that counts; one that failed proves nothing."""
    for task in context.tasks:
        if not task.fallbacks or task.value_at_stake_per_month < parameters.min_value_at_stake:
            continue
        drills = context.state.drills.get(task.task.name, ())
        newest = next((drill.drill for drill in drills if drill.drill.date <= context.as_of), None)
        counts = newest is not None and is_of(newest, task.task.declared)
        yield task, newest if newest and counts and newest.result != "fails" else None


def _ages(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    for task, drill in _drilled(context, parameters):
        age = None if drill is None else (context.as_of - drill.date).days
        yield of_task(task, age, min(parameters.warn_after_days, parameters.max_age_days))


def _covered(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    for task, drill in _drilled(context, parameters):
        if drill is None or drill.coverage is not None:
            yield of_task(task, None if drill is None else drill.coverage)


RULE = Rule(
    id="GOV209",
    name="failover-not-drilled",
    title="Failover not tested",
    one="{subject} has no recent, successful failover drill",
    many="{count} task classes have no recent, successful failover drill",
    short_title="Untested failover",
    requirement="The failover of every task class was tested recently and worked.",
    why=(
        "Unavailability behind a failover is u × (1 − c × (1 − p)): coverage c, the share of "
        "failures that are noticed and rerouted in time, matters more than how independent the "
        "fallback is. An untested failover is assumed to work half the time (c = 0.50, compared "
        "with 0.90 when tested), so it is worth half. A drill every quarter keeps it tested: due "
        "after 90 days, void after 180. A drill that names its chain counts only for that chain. "
        "The floor of 0.8 allows one missed fault of eight; every chain of LiteLLM misses an "
        "interrupted stream."
    ),
    remediation=("Run `govern drill` every quarter, and commit what it writes to `evidence/`."),
    severity=Severity.WARNING,
    check=check,
    limits={
        "max_age_days": RuleLimit(
            words="Age of the newest failover drill", unit="days", measure=_ages
        ),
        "min_coverage": RuleLimit(
            words="Faults that a failover drill covered",
            unit="share",
            direction="at least",
            has_band=False,
            measure=_covered,
        ),
    },
    criteria=("warn_after_days", "min_value_at_stake"),
    parameters=Parameters,
    tighter={
        "max_age_days": "lower",
        "warn_after_days": "lower",
        "min_coverage": "higher",
        "min_value_at_stake": "lower_or_none",
    },
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
# policies/resilience.yaml
policies:
  drilled:
    rule: failover-not-drilled
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
# evidence/drills.yaml
drills:
  - {task_class: triage, date: 2026-11-02, result: survives, seconds_to_recover: 4}
# policies/resilience.yaml
policies:
  drilled:
    rule: failover-not-drilled
""",
)

"""GOV209: the failover of every task class was tested not long ago, and worked."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.evidence.record import DrillRecord, PlacedDrill
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.failover import DRILL_DAYS, is_of
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.risk.system.priors import COVERAGE_UNTESTED
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.failover import DOWN_SHARE, format_downtime
from multillm_gov.units import Amount, Share, format_share
from multillm_gov.words import code, count_of

_SHOWN = 5


class Parameters(Closed, frozen=True, kw_only=True):
    """How old a drill may be."""

    max_age_days: Annotated[
        int, Meta(ge=1, le=3_650, description="Oldest drill that still counts, in days")
    ] = DRILL_DAYS
    warn_after_days: Annotated[
        int,
        Meta(ge=1, le=3_650, description="Age in days from which the next drill is due: a warning"),
    ] = 90
    min_coverage: Annotated[
        Share,
        Meta(
            description="Least share of the injected faults that the chain must cover, where a "
            "drill tells it"
        ),
    ] = field(default_factory=partial(Share, "0.8"))
    min_value_at_stake: Annotated[
        Amount,
        Meta(
            description="Only task classes with at least this value at stake per month, in the "
            "currency"
        ),
    ] = field(default_factory=Amount)


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Task classes with fallbacks whose newest drill is missing, too old, or did not survive."""
    for task in context.tasks:
        if not task.fallbacks or task.value_at_stake_per_month < parameters.min_value_at_stake:
            continue
        drills = context.state.drills.get(task.task.name, ())
        newest = next(
            (placed for placed in drills if placed.drill.date <= context.state.as_of), None
        )
        gap = _gap(newest, task, context, parameters)
        if gap is not None:
            yield _violation(context, task, newest, gap)


def _gap(
    newest: PlacedDrill | None, task: TaskFigures, context: RuleContext, parameters: Parameters
) -> tuple[str, bool] | None:
    """What is wrong, and whether it is grave."""
    if newest is None:
        return "was never drilled", True
    age = (context.state.as_of - newest.drill.date).days
    when = f"{count_of(age, 'day')} ago" if age else "today"
    if not is_of(newest.drill, task.task.declared):
        return (
            f"was drilled {when} as another chain ({_chain(newest.drill.chain)}) than is declared "
            "now",
            True,
        )
    return _gap_of(newest.drill, age, when, parameters)


def _gap_of(
    drill: DrillRecord, age: int, when: str, parameters: Parameters
) -> tuple[str, bool] | None:
    """The same, of a drill of the chain that is declared."""
    if drill.result == "fails":
        return None  # GOV210 reports it, without a policy too
    if age > parameters.max_age_days:
        return (
            f"was drilled {when}; a drill counts for {count_of(parameters.max_age_days, 'day')}",
            True,
        )
    said = _short_of(drill, parameters.min_coverage)
    if said is not None:
        return f"{said[0]} in its drill {when}{said[1]}", bool(said[1])
    if age > parameters.warn_after_days:
        return (
            f"was drilled {when}; the next drill was due after "
            f"{count_of(parameters.warn_after_days, 'day')}",
            False,
        )
    return None


def _short_of(drill: DrillRecord, floor: Share) -> tuple[str, str] | None:
    """What the drill showed that is less than asked for, and against which floor; no floor: not grave."""
    if drill.coverage is not None and drill.coverage < floor:
        return (
            f"covered {format_share(drill.coverage)} of the faults",
            f"; the floor is {format_share(floor)}",
        )
    return ("worked in a degraded way", "") if drill.result == "degraded" else None


def _chain(models: tuple[str, ...]) -> str:
    return " → ".join(code(model) for model in models[:_SHOWN]) + (
        " …" if len(models) > _SHOWN else ""
    )


def _violation(
    context: RuleContext, task: TaskFigures, newest: PlacedDrill | None, gap: tuple[str, bool]
) -> Violation:
    said, grave = gap
    share = DOWN_SHARE * (1 - COVERAGE_UNTESTED)
    return Violation(
        message=f"the failover of {code(task.task.name)} {said}",
        place=task.task.place.at("fallbacks"),
        subject=task.task.name,
        remedy=(
            f"Run `govern drill {task.task.name}`, or make the routed "
            "model fail in a test of "
            "your own, and record what the chain did under `drills` in `evidence/`: "
            f"`{{task_class: {task.task.name}, date: …, result: survives}}`."
        ),
        risk="A failover that was not shown to work: "
        f"{format_downtime(share, task, context.state.figures.currency)}.",
        related=() if newest is None else (("the newest drill", newest.place),),
        figures={
            "days_ago": None if newest is None else (context.state.as_of - newest.drill.date).days,
            "coverage": None if newest is None else newest.drill.coverage,
        },
        severity=None if grave else Severity.WARNING,
    )


RULE = Rule(
    id="GOV209",
    name="failover-not-drilled",
    title="Failover not tested",
    one="{subject} has no recent, successful failover drill",
    many="{count} task classes have no recent, successful failover drill",
    short_title="Untested failover",
    requirement="The failover of every task class was tested recently and worked.",
    why=(
        "Unavailability behind a failover is u * (1 - c * (1 - p)): coverage c, the share of "
        "failures that are noticed "
        "and rerouted in time, outweighs how independent the fallback is. An untested failover is "
        "assumed to work "
        "half the time (c = .50, against .90 tested), so it is worth half. A drill a quarter keeps "
        "it true: due after "
        "90 days, void after 180. A drill that names its chain counts for that chain alone. The "
        "floor of .8 is one "
        "fault of eight missed, and a cut stream is missed by every chain of LiteLLM's."
    ),
    remediation="Run `govern drill` every quarter, and commit what it writes to `evidence/`.",
    severity=Severity.WARNING,
    check=check,
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

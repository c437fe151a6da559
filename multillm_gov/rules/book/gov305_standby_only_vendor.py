"""GOV305: a vendor that only fallbacks rely on has routine traffic or passed a recent drill."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from msgspec import Meta

from multillm_gov.catalog.facts import entities_of
from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import FallbackFigures, TaskFigures
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """The level, and how long a drill counts."""

    level: Annotated[Level, Meta(description="Level of the entities that need routine traffic")] = (
        Level.VENDOR
    )
    max_drill_age_days: Annotated[
        int,
        Meta(
            ge=1,
            le=3_650,
            description="Days that a passed failover drill counts instead of traffic",
        ),
    ] = 180


_Standby = list[tuple[TaskFigures, FallbackFigures]]


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield entities that only fallbacks depend on and that no recent drill has tested."""
    level = parameters.level
    for entity, uses in _standby(context, level).items():
        if not any(
            _drilled(context, task, fallback, parameters.max_drill_age_days)
            for task, fallback in uses
        ):
            yield _violation(context, level, entity, uses)


def _standby(context: RuleContext, level: Level) -> dict[str, _Standby]:
    """The uses of each entity that no route entry depends on, by name."""
    routed = {
        entity
        for task in context.tasks
        for entry in task.legs
        if entry.share
        for entity in entities_of(entry.facts, level)
    }
    standby: defaultdict[str, _Standby] = defaultdict(list)
    for task in context.tasks:
        for fallback in task.fallbacks:
            for entity in entities_of(fallback.facts, level) - routed - {UNKNOWN}:
                standby[entity].append((task, fallback))
    return dict(sorted(standby.items()))


def _drilled(
    context: RuleContext, task: TaskFigures, fallback: FallbackFigures, most_days: int
) -> bool:
    """Whether a drill reached it recently."""
    newest = _survived(context, task, fallback)
    return newest is not None and (context.as_of - newest).days <= most_days


def _survived(context: RuleContext, task: TaskFigures, fallback: FallbackFigures) -> date | None:
    """Day of the newest drill, if it passed and this is the first fallback of its task class.

    A drill record does not say which fallback answered; only the first one certainly received
    requests.
    """
    if fallback.index == 0:
        for placed in context.state.drills.get(task.task.name, ()):
            if placed.drill.date <= context.as_of:
                return placed.drill.date if placed.drill.result == "survives" else None
    return None


def _violation(context: RuleContext, level: Level, entity: str, uses: _Standby) -> Violation:
    tasks = {task.task.name: task for task, _ in uses}
    value = sum(task.value_at_stake_per_month for task in tasks.values())
    task, fallback = min(uses, key=lambda use: use[1].index > 0)
    at_stake = f", {context.money(value)} a month at stake" if value else ""
    return Violation(
        message=(
            f"{level} {code(entity)} serves only as a fallback "
            f"({count_of(len(tasks), 'task class')}{at_stake}): no routine traffic reaches it, "
            "and no recent drill tested it"
        ),
        place=task.task.place.at("fallbacks", fallback.index),
        subject=f"{level}:{entity}",
        remedy=_remedy(task, fallback),
        risk=(
            "An expired key, an unsigned contract, a low rate limit or an unsuitable prompt is "
            "found only on the day of the outage."
        ),
        related=_other_uses(uses[1:4]),
        figures={
            "task_classes": len(tasks),
            "value_at_stake_per_month": value,
            "level": level.value,
        },
        distinction=level.value,
    )


def _remedy(task: TaskFigures, fallback: FallbackFigures) -> str:
    """A drill counts only for the first fallback; a later one needs traffic or another order."""
    traffic = f"Route a small share to {code(fallback.model)} (`weight: 5`)"
    name = task.task.name
    if fallback.index:
        return (
            f"{traffic}, or make it the first of the `fallbacks` of {code(name)} and drill that "
            "failover."
        )
    record = f"`drills: [{{task_class: {name}, date: …, result: …}}]`"
    return (
        f"{traffic}, or drill the failover of {code(name)} and add {record} to a file in "
        "`evidence/`."
    )


def _ages(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """Days since a drill reached each entity that only fallbacks depend on; not known: none did."""
    for entity, uses in _standby(context, parameters.level).items():
        days = [
            (context.as_of - day).days
            for task, fallback in uses
            if (day := _survived(context, task, fallback)) is not None
        ]
        yield LimitReading(min(days, default=None), (parameters.level.value, entity))


RULE = Rule(
    id="GOV305",
    name="standby-only-vendor",
    title="Standby vendor without traffic",
    one="One entity serves only as a fallback, without routine traffic or a recent drill",
    many="{count} entities serve only as a fallback, without routine traffic or a recent drill",
    short_title="Untested standby vendors",
    requirement=(
        "A vendor that fallbacks rely on also serves routine traffic or has passed a recent drill."
    ),
    why=(
        "A fallback without routine traffic is an untested dependency: its key, quota, contract "
        "and prompt are first used when everything else fails. Fallbacks carry no share, so no "
        "concentration figure shows this. A failover drill that passed within "
        "`max_drill_age_days` counts as traffic where the vendor is the first fallback."
    ),
    remediation="Send a few percent of the requests there, or drill the failover every quarter.",
    severity=Severity.NOTE,
    check=check,
    limits={
        "max_drill_age_days": RuleLimit(
            words="Age of the newest drill of a supplier that is only a fallback",
            unit="days",
            measure=_ages,
        ),
    },
    parameters=Parameters,
    tighter={"level": "never", "max_drill_age_days": "lower"},
    scope="portfolio",
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    fallbacks: [claude-haiku-4-5]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
# policies/limits.yaml
policies:
  warm-standby: {rule: standby-only-vendor, enforcement: advisory}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini, weight: 95}, {model: claude-haiku-4-5, weight: 5}]
    fallbacks: [claude-haiku-4-5]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
# policies/limits.yaml
policies:
  warm-standby: {rule: standby-only-vendor, enforcement: advisory}
""",
)


def _other_uses(uses: _Standby) -> tuple[tuple[str, Place], ...]:
    return tuple(
        (
            f"{code(use.task.name)} falls back on {code(part.model)}",
            use.task.place.at("fallbacks", part.index),
        )
        for use, part in uses
    )

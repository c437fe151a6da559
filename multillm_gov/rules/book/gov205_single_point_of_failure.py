"""GOV205: no single entity takes down a task class."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, field, structs

from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.failover import Cut, cuts
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.alternative_models import Substitutes
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.rules.entity_exposure import state_unknown
from multillm_gov.rules.failover import DOWN_SHARE, failover_of, format_downtime
from multillm_gov.units import Amount, Share, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_some, join_words


class Parameters(Closed, frozen=True, kw_only=True):
    """The levels, and the largest share of requests that one loss may stop."""

    levels: Annotated[
        tuple[Level, ...],
        Meta(
            min_length=1,
            description="Levels at which no loss of one entity may stop the task class",
        ),
    ] = (Level.VENDOR, Level.PROVIDER, Level.CLOUD)
    max_lost_share: Annotated[
        Share,
        Meta(
            description="Largest share (0..1) of the requests that the loss of one entity may stop"
        ),
    ] = field(default_factory=Share)
    min_value_at_stake: Annotated[
        Amount,
        Meta(description="Only task classes with at least this value at stake per month"),
    ] = field(default_factory=Amount)


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes where the loss of one entity stops more requests than allowed."""
    substitutes: Substitutes | None = None
    doubts: dict[str, list[tuple[TaskFigures, list[Cut]]]] = {}
    for task in context.tasks:
        if task.value_at_stake_per_month < parameters.min_value_at_stake:
            continue
        usable = failover_of(context).usable(task)
        cut_sets = [
            cut
            for level in parameters.levels
            for cut in cuts(task, level, usable)
            if cut.share > parameters.max_lost_share
        ]
        if cut_sets and not any(cut.proved for cut in cut_sets):
            doubts.setdefault(_question(task, cut_sets), []).append((task, cut_sets))
        elif cut_sets:
            substitutes = substitutes or Substitutes(context, parameters.levels)
            yield _violation(context, task, cut_sets, parameters, substitutes.find(task))
    for question, uses in doubts.items():
        yield _asked(context, uses, parameters, question)


def _asked(
    context: RuleContext,
    uses: list[tuple[TaskFigures, list[Cut]]],
    parameters: Parameters,
    question: str,
) -> Violation:
    """One question, however many task classes wait for its answer."""
    task, cut_sets = uses[0]
    first = _violation(context, task, cut_sets, parameters, "")
    if len(uses) == 1:
        return structs.replace(first, remedy=question)
    others = join_some([code(each.task.name) for each, _ in uses[1:]])
    return structs.replace(first, message=f"{first.message}; likewise {others}", remedy=question)


def _question(task: TaskFigures, cut_sets: list[Cut]) -> str:
    """What to declare so that the cut sets are known."""
    models = [entry.facts for entry in task.legs]
    models += [fallback.facts for fallback in task.fallbacks]
    levels = dict.fromkeys(cut.level for cut in cut_sets)
    # Clouds last: they are lines of YAML below the sentences.
    return " ".join(
        state_unknown(models, level)
        for level in sorted(levels, key=lambda each: each is Level.CLOUD)
    )


def _violation(
    context: RuleContext, task: TaskFigures, cut_sets: list[Cut], parameters: Parameters, other: str
) -> Violation:
    proved = [cut for cut in cut_sets if cut.proved]
    named = proved or cut_sets
    worst = max(cut.share for cut in named)
    stops = "stops" if proved else "may stop"
    upto = "" if all(cut.share == worst for cut in named) else "up to "
    limit = format_share(parameters.max_lost_share)
    levels = list(dict.fromkeys(cut.level for cut in named))
    return Violation(
        message=(
            f"losing {join_words((_format(cut) for cut in named), 'or')} {stops} "
            f"{upto}{format_share(worst)} of the requests of {code(task.task.name)}; the limit is "
            f"{limit}"
        ),
        place=task.task.place.at("fallbacks") if task.fallbacks else task.task.place.at("route"),
        subject=task.task.name,
        remedy=_remedy(other, levels),
        risk=(
            "An outage there stops it: "
            f"{format_downtime(DOWN_SHARE * float(worst), task, context.currency)}."
        ),
        figures={
            "lost_share": float(worst),
            "max_lost_share": float(parameters.max_lost_share),
            "entities": ", ".join(f"{cut.level}:{cut.entity}" for cut in named),
        },
        severity=None if proved else Severity.WARNING,
    )


def _format(cut: Cut) -> str:
    return (
        f"one {cut.level} (not known which)"
        if cut.entity == UNKNOWN
        else f"{cut.level} {code(cut.entity)}"
    )


def _remedy(other: str, levels: list[Level]) -> str:
    if other:
        return f"Add {code(other)} to `fallbacks`."
    return f"Add a fallback with another {join_words(levels)} to `fallbacks`."


def _lost(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """The largest part that the loss of one entity stops, or may stop."""
    for task in context.tasks:
        if task.value_at_stake_per_month >= parameters.min_value_at_stake:
            usable = failover_of(context).usable(task)
            matching_cuts = (
                cut for level in parameters.levels for cut in cuts(task, level, usable)
            )
            yield of_task(task, max((cut.share for cut in matching_cuts), default=Decimal(0)))


RULE = Rule(
    id="GOV205",
    name="single-point-of-failure",
    title="Single point of failure",
    one="{subject} has a single point of failure",
    many="{count} task classes have a single point of failure",
    short_title="Single points of failure",
    requirement="No single entity takes down a task class.",
    why=(
        "A single point of failure is a minimal cut set of size one in the fault tree. A request "
        "goes to a routed model by weight, then down the fallbacks in order; retired, unknown and "
        "repeated fallbacks do not answer. The loss of a vendor, provider or cloud therefore "
        "stops the share of every routed model that depends on it, unless some fallback is "
        "independent of it. Two vendors behind one cloud are one point: on 12 June 2025 an outage "
        "of Google Cloud took down AI services of several vendors. Chains that are not known to "
        "differ are warnings."
    ),
    remediation=(
        "Add a fallback that depends on another vendor, provider and cloud, or state in "
        "`catalog/` what is not known."
    ),
    severity=Severity.WARNING,
    check=check,
    limits={
        "max_lost_share": RuleLimit(
            words="Requests of a task class that one failure stops", unit="share", measure=_lost
        ),
    },
    criteria=("min_value_at_stake",),
    parameters=Parameters,
    tighter={
        "levels": "more",
        "max_lost_share": "lower",
        "min_value_at_stake": "lower_or_none",
    },
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini, weight: 70}, {model: claude-haiku-4-5, weight: 30}]
# policies/resilience.yaml
policies:
  no-single-point:
    rule: single-point-of-failure
    levels: [vendor]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini, weight: 70}, {model: claude-haiku-4-5, weight: 30}]
    fallbacks: [gemini/gemini-2.5-flash]
# policies/resilience.yaml
policies:
  no-single-point:
    rule: single-point-of-failure
    levels: [vendor]
""",
)

"""GOV202: at least one fallback depends on no vendor, provider or cloud of the routed models."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.figures import FallbackFigures, TaskFigures
from multillm_gov.measures.independence import OTHER_VENDOR_AND_CLOUD, has_independent_fallback
from multillm_gov.risk.system.priors import (
    BETA_OTHERWISE,
    BETA_SAME_CLOUD,
    BETA_SAME_PROVIDER,
    BETA_SAME_VENDOR,
)
from multillm_gov.rules.alternative_models import Substitutes
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.failover import DOWN_SHARE, failover_of, format_downtime
from multillm_gov.units import Amount
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_words

_JOINT = (
    (Level.PROVIDER, BETA_SAME_PROVIDER),
    (Level.VENDOR, BETA_SAME_VENDOR),
    (Level.CLOUD, BETA_SAME_CLOUD),
)


class Parameters(Closed, frozen=True, kw_only=True):
    """The levels a fallback must not share, and the task classes that need one."""

    levels: Annotated[
        tuple[Level, ...],
        Meta(
            min_length=1,
            description="Levels at which one fallback must differ from every routed model",
        ),
    ] = OTHER_VENDOR_AND_CLOUD
    min_value_at_stake: Annotated[
        Amount,
        Meta(description="Only task classes with at least this value at stake per month"),
    ] = field(default_factory=Amount)


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes with usable fallbacks, none of which is independent of the route."""
    substitutes: Substitutes | None = None
    doubts: dict[str, list[tuple[TaskFigures, FallbackFigures]]] = {}
    for task in context.tasks:
        if not task.fallbacks or task.value_at_stake_per_month < parameters.min_value_at_stake:
            continue
        usable = failover_of(context).usable(task)
        if not usable or has_independent_fallback(task, parameters.levels, fallbacks=usable):
            continue  # why a fallback is not usable is a finding of another rule
        hosts = _unknown_hosts(task, usable, parameters.levels)
        if hosts:
            for provider, fallback in hosts:
                doubts.setdefault(provider, []).append((task, fallback))
            continue
        substitutes = substitutes or Substitutes(context, parameters.levels)
        yield _violation(context, task, usable, parameters.levels, substitutes.find(task))
    for provider, uses in sorted(doubts.items()):
        yield _unknown_cloud(context, provider, uses)


def _unknown_hosts(
    task: TaskFigures, usable: tuple[FallbackFigures, ...], levels: tuple[Level, ...]
) -> tuple[tuple[str, FallbackFigures], ...]:
    """Providers whose cloud is all that is not known, each with the fallback it leaves in doubt."""
    doubtful = next(
        (
            fallback
            for fallback in usable
            if set(levels).isdisjoint(fallback.shared_with_primary)
            and set(levels) & set(fallback.unproved_with_primary) == {Level.CLOUD}
        ),
        None,
    )
    if doubtful is None:
        return ()
    parts = [facts for facts in (*(entry.facts for entry in task.legs), doubtful.facts) if facts]
    providers = {facts.exposure.provider for facts in parts if facts.exposure.cloud == UNKNOWN}
    return tuple((provider, doubtful) for provider in sorted(providers))


def _unknown_cloud(
    context: RuleContext, provider: str, uses: list[tuple[TaskFigures, FallbackFigures]]
) -> Violation:
    """One question for a provider, however many task classes wait for its answer."""
    task, fallback = uses[0]
    names = join_words(code(each.task.name) for each, _ in uses[:3])
    more = f" and {len(uses) - 3:,} more" if len(uses) > 3 else ""
    down = format_downtime(DOWN_SHARE * BETA_SAME_CLOUD, task, context.currency)
    return Violation(
        message=(
            f"it is not known whose cloud {code(provider)} runs on, so the fallbacks of "
            f"{names}{more} may share it with the route"
        ),
        place=task.task.place.at("fallbacks", fallback.index),
        subject=f"provider:{provider}",
        remedy=(
            "Ask the provider, then write in a file below `catalog/`:\n"
            f"providers:\n  {provider}: {{cloud: …}}"
        ),
        risk=f"Both may be down at the same time: {down} for {code(task.task.name)}.",
        related=tuple(
            (
                f"{code(each.task.name)} falls back on {code(part.model)}",
                each.task.place.at("fallbacks", part.index),
            )
            for each, part in uses[1:4]
        ),
        figures={"task_classes": len(uses), "joint_failure_share_assumed": BETA_SAME_CLOUD},
        severity=None if context.by_policy else Severity.NOTE,
        distinction=f"cloud of {provider}",
    )


def _violation(
    context: RuleContext,
    task: TaskFigures,
    usable: tuple[FallbackFigures, ...],
    levels: tuple[Level, ...],
    other: str,
) -> Violation:
    doubtful = has_independent_fallback(task, levels, benefit_of_doubt=True, fallbacks=usable)
    best = min(
        usable,
        key=lambda fallback: (len(set(levels) & set(fallback.shared_with_primary)), fallback.index),
    )
    shared = [level for level in levels if level in best.shared_with_primary]
    unproved = [level for level in levels if level in best.unproved_with_primary]
    what = (
        f"shares {_who(best, shared)} with the route"
        if shared
        else (f"is not known to differ from the route in {join_words(unproved)}")
    )
    many = (
        ""
        if len(task.fallbacks) == 1
        else f"none of {len(task.fallbacks)} fallbacks is independent: "
    )
    joint = next((beta for level, beta in _JOINT if level in {*shared, *unproved}), BETA_OTHERWISE)
    return Violation(
        message=f"{code(task.task.name)}: {many}{code(best.model)} {what}",
        place=task.task.place.at("fallbacks", best.index),
        subject=task.task.name,
        remedy=_remedy(other, levels, doubtful=doubtful),
        risk=(
            f"{_together(doubtful)}: {format_downtime(DOWN_SHARE * joint, task, context.currency)}."
        ),
        figures={"shared_levels": ", ".join(shared), "joint_failure_share_assumed": joint},
        severity=Severity.NOTE if doubtful and not context.by_policy else None,
    )


def _together(doubtful: bool) -> str:
    return "Both may be down at the same time" if doubtful else "Both down at the same time"


def _who(fallback: FallbackFigures, shared: list[Level]) -> str:
    exposure = fallback.facts.exposure if fallback.facts else None
    return (
        join_words(f"{level} {code(exposure.at(level))}" for level in shared)
        if exposure
        else join_words(shared)
    )


def _remedy(other: str, levels: tuple[Level, ...], *, doubtful: bool) -> str:
    if doubtful:
        return (
            f"State the {join_words(levels)} of the models in `catalog/` (see `govern catalog "
            "show MODEL`)."
        )
    if other:
        return f"Add `{other}` to `fallbacks`."
    return f"Add a fallback with another {join_words(levels)} to `fallbacks`."


RULE = Rule(
    id="GOV202",
    name="fallback-not-independent",
    title="Fallback shares a dependency with the route",
    one="{subject} has no fallback that is independent of its route",
    many="{count} task classes have no fallback that is independent of their route",
    short_title="Fallbacks not independent",
    requirement=(
        "At least one fallback depends on no vendor, provider or cloud of the routed models."
    ),
    why=(
        "Outages at one vendor tend to occur together, outages of different vendors rarely: on "
        "92% of the days on which one Anthropic surface was down, the other was down too, while "
        "the OpenAI and Anthropic APIs were down together on 1 day of 418 (computed from the data "
        "of Chu et al., ICPE 2025, arXiv 2501.12469). A fallback at the same vendor, provider or "
        "cloud therefore adds little. An entity that is not known may be the same one: that is a "
        "note, one for each provider whose cloud is not published, and a full violation under a "
        "policy."
    ),
    remediation=(
        "Add a fallback of another vendor, provider and cloud, and state in `catalog/` what is "
        "not known."
    ),
    severity=Severity.WARNING,
    check=check,
    criteria=("min_value_at_stake",),
    parameters=Parameters,
    tighter={"levels": "more", "min_value_at_stake": "lower_or_none"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    fallbacks: [gpt-4o-2024-11-20]
    cost_of_wrong_model: {value_at_stake: 45000}
# catalog/providers.yaml
providers:
  openai: {cloud: azure}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    fallbacks: [gpt-4o-2024-11-20, gemini/gemini-2.5-flash]
    cost_of_wrong_model: {value_at_stake: 45000}
# catalog/providers.yaml
providers:
  openai: {cloud: azure}
""",
)

"""GOV208: fallbacks can carry the load that a failover would move to them."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.dimensions import Level
from multillm_gov.finding import Figure, Severity, Violation
from multillm_gov.measures.after_loss import Inherited, inherited_loads
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, fixed
from multillm_gov.rules.failover import failover_of
from multillm_gov.units import AtLeastOne, format_count, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """Which entity is lost, and how uneven demand is."""

    level: Annotated[Level, Meta(description="Level at which one entity at a time is lost")] = (
        Level.PROVIDER
    )
    peak_factor: Annotated[
        AtLeastOne,
        Meta(
            description=(
                "Busiest minute divided by the mean minute; default 4: all demand within working "
                "hours"
            )
        ),
    ] = field(default_factory=partial(AtLeastOne, "4"))


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield fallbacks with limits below their own plus the inherited demand (N+1)."""
    if not context.by_policy and not any(
        _is_declared(context, model) for model in context.state.overrides.models
    ):
        return
    own = {task.task.name for task in context.tasks}
    for load in inherited_loads(
        context.state.figures.tasks, failover_of(context), parameters.level
    ):
        if own.isdisjoint(load.task_classes):
            continue
        if not context.by_policy and not _is_declared(context, load.model):
            continue
        violation = _judge(load, parameters.peak_factor, by_policy=context.by_policy)
        if violation is not None:
            yield violation


def _is_declared(context: RuleContext, model: str) -> bool:
    """Whether limits are declared: those of the price map are for new accounts."""
    placed = context.state.overrides.models.get(model)
    return placed is not None and not (
        placed.declared.requests_per_minute is None and placed.declared.tokens_per_minute is None
    )


def _judge(load: Inherited, peak: Decimal, *, by_policy: bool) -> Violation | None:
    limits = (
        ("requests", load.facts.requests_per_minute, load.requests_per_minute * peak),
        ("tokens", load.facts.tokens_per_minute, load.tokens_per_minute * peak),
    )
    short = [
        (what, limit, need) for what, limit, need in limits if limit is not None and need > limit
    ]
    if short:
        what, limit, need = max(short, key=lambda each: each[2] / each[1])
        served = limit / need
        return _violation(
            load,
            f"would need {format_count(need)} {what} a minute; its limit is {format_count(limit)}",
            f"At the peak, {format_share(1 - served)} of the {what} get no answer.",
            {
                f"{what}_per_minute_limit": limit,
                f"{what}_per_minute_needed": float(need),
                "served_share": float(served),
            },
        )
    if (
        by_policy
        and load.facts.requests_per_minute is None
        and load.facts.tokens_per_minute is None
    ):
        return _limits_unknown(load, limits[0][2])
    return None


def _limits_unknown(load: Inherited, need: Decimal) -> Violation:
    message = f"would need {format_count(need)} requests a minute; its limits are not known"
    figures: dict[str, Figure] = {"requests_per_minute_needed": float(need)}
    return _violation(
        load, message, "Whether it can carry the failover is not known.", figures, unknown=True
    )


def _violation(
    load: Inherited, message: str, risk: str, figures: dict[str, Figure], *, unknown: bool = False
) -> Violation:
    task, index = load.heirs[0]
    name = load.model
    limits = "{requests_per_minute: …, tokens_per_minute: …}"
    return Violation(
        message=f"when {load.level} {code(load.entity)} is lost, fallback {code(name)} {message}",
        place=task.task.place.at("fallbacks", index),
        subject=f"model:{name}",
        remedy=(
            f"Write your limits in `catalog/models.yaml`: `models: {{{name}: {limits}}}`."
            if unknown
            else "Have the limit raised, spread the fallbacks over more models, or correct the "
            "limit in `catalog/`."
        ),
        risk=risk,
        related=tuple(
            (
                f"{code(heir.task.name)} also falls back on it",
                heir.task.place.at("fallbacks", position),
            )
            for heir, position in load.heirs[1:3]
        ),
        figures={"lost": f"{load.level}:{load.entity}", **figures},
        severity=Severity.WARNING if unknown else None,
        distinction=f"{load.level}: {load.entity}",
    )


def _used(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """What each failover would use of the taker's rate limit at the peak."""
    own = {task.task.name for task in context.tasks}
    fallbacks = failover_of(context)
    for load in inherited_loads(context.state.figures.tasks, fallbacks, parameters.level):
        if own.isdisjoint(load.task_classes):
            continue
        if not context.by_policy and not _is_declared(context, load.model):
            continue
        pairs = (
            (load.facts.requests_per_minute, load.requests_per_minute),
            (load.facts.tokens_per_minute, load.tokens_per_minute),
        )
        parts = [need * parameters.peak_factor / limit for limit, need in pairs if limit]
        yield LimitReading(max(parts, default=None), ("model", load.model))


RULE = Rule(
    id="GOV208",
    name="fallback-capacity",
    title="Fallback capacity too small",
    one="{subject} is not known to carry its failover load",
    many="{count} fallback models are not known to carry their failover load",
    short_title="Insufficient failover capacity",
    requirement="Fallbacks can carry the load that a failover would move to them.",
    why=(
        "The served share is capacity divided by demand: with a limit of 70 and a demand of 100 "
        "requests a second, 30% get no answer. The N+1 test loses one provider at a time and "
        "sends the requests of its models to the first independent fallback, for all task classes "
        "at once because they share the limits of the account. A month has 43,800 minutes; demand "
        "within working hours (176 of 730) peaks at 4 times the mean. Limits in the price map are "
        "those of new accounts, so without a policy only limits declared in `catalog/` are "
        "judged; with one, unknown limits are a warning."
    ),
    remediation=(
        "State the actual limits of the account in `catalog/` and have them raised, or spread the "
        "fallbacks over more models."
    ),
    severity=Severity.WARNING,
    check=check,
    limits={
        "capacity": RuleLimit(
            words="Use of a fallback's rate limit during a failover",
            unit="share",
            limit=fixed(1),
            measure=_used,
        ),
    },
    criteria=("peak_factor",),
    parameters=Parameters,
    tighter={"level": "never", "peak_factor": "higher"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
    demand: {requests: 4380000, input_tokens: 800, output_tokens: 100}
# catalog/models.yaml
models:
  gpt-5-mini: {requests_per_minute: 300, tokens_per_minute: 500000}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
    demand: {requests: 4380000, input_tokens: 800, output_tokens: 100}
# catalog/models.yaml
models:
  gpt-5-mini: {requests_per_minute: 500, tokens_per_minute: 500000}
""",
)

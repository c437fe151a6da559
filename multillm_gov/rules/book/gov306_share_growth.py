"""GOV306: no share of an entity grows by more than its limit."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from multillm_gov.dimensions import Basis, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.concentration import concentration, share_growth
from multillm_gov.measures.figures import Concentration
from multillm_gov.portfolio.policy import EVERYTHING
from multillm_gov.rules.engine.planning import select
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit
from multillm_gov.rules.entity_exposure import EntityExposure, describe_basis, describe_entity
from multillm_gov.rules.loads import loads_of
from multillm_gov.rules.spend_totals import shares_not_judged
from multillm_gov.units import Share, format_least_share, format_share
from multillm_gov.vocabulary import Closed

_ROUNDING = 1e-9
"""Shares are floats: growth that equals its limit must not break it."""


class Parameters(Closed, frozen=True, kw_only=True):
    """The level, and how much one change may add."""

    level: Annotated[Level, Meta(description="Level of the entities that carry a share")] = (
        Level.VENDOR
    )
    weigh_by: Annotated[Basis, Meta(description="Basis of the shares")] = Basis.SPEND
    max_growth: Annotated[
        Share,
        Meta(description="Largest growth of one entity's share since the base; 0.05 is 5 points"),
    ]


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield entities whose share grew by more than the limit since the base, if there is one."""
    if context.base is None:
        return
    unknown = shares_not_judged(context, parameters.level, parameters.weigh_by)
    if unknown is not None:
        yield unknown
        return
    before, after = _before_and_after(context, parameters)
    exposure = EntityExposure(context, after)
    known = dict(after.shares)
    for entity, old, new in share_growth(before, after):
        if new - old <= float(parameters.max_growth) + _ROUNDING:
            break
        yield _violation(context, parameters, entity, (old, known[entity], new), exposure)


def _before_and_after(
    context: RuleContext, parameters: Parameters
) -> tuple[Concentration, Concentration]:
    """The shares of the task classes in scope, at the base and now."""
    scopes = [
        policy.declared.applies_to
        for policy in context.state.portfolio.policies
        if policy.name == context.policy
    ]
    tasks = context.base.figures.tasks if context.base is not None else ()
    former = select(tasks, scopes[0] if scopes else EVERYTHING)
    level, basis = parameters.level, parameters.weigh_by
    return concentration(former, level, basis), loads_of(context).concentration(level, basis)


def _violation(
    context: RuleContext,
    parameters: Parameters,
    entity: str,
    shares: tuple[float, float, float],
    exposure: EntityExposure,
) -> Violation:
    old, known, new = shares
    doubt = new - known > _ROUNDING
    unproved = doubt and known - old <= float(parameters.max_growth) + _ROUNDING
    limit, basis = float(parameters.max_growth), describe_basis(parameters.weigh_by)
    return Violation(
        message=_message(parameters, entity, shares),
        place=context.limit("max_growth"),
        subject=f"{parameters.level}:{entity}",
        remedy=(
            exposure.unknown_stated
            if unproved
            else f"Move at least {format_least_share(new - old - limit)} of {basis} to another "
            f"{parameters.level}{exposure.first_user(entity)}, or change in smaller steps."
        ),
        risk=exposure.format_loss(entity),
        related=exposure.related(entity),
        figures={
            "share_before": old,
            "share_after": new,
            "known_share_after": known,
            "growth": new - old,
            "limit": limit,
            "level": parameters.level.value,
            "weigh_by": parameters.weigh_by.value,
        },
        distinction=f"{parameters.level} {parameters.weigh_by}",
    )


def _growth(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """The largest growth of a share since the base; nothing without a base."""
    if context.base is None:
        return
    unknown = shares_not_judged(context, parameters.level, parameters.weigh_by)
    if unknown is not None:
        yield LimitReading(None, ("task class", unknown.subject))
        return
    yield LimitReading(Decimal(0), ("", ""))
    for entity, old, new in share_growth(*_before_and_after(context, parameters)):
        yield LimitReading(new - old, (parameters.level.value, entity))


RULE = Rule(
    id="GOV306",
    name="share-growth",
    title="Share grew faster than allowed",
    one="The share of one entity grew by more than its limit",
    many="The shares of {count} entities grew by more than their limit",
    short_title="Fast-growing shares",
    requirement="No share of an entity grows by more than its limit.",
    why=(
        "Dependence grows in steps that each look small, or in one that nobody noticed because "
        "the total stayed within its limit. The rule measures both states the same way and "
        "compares the shares. It needs a base to compare with (`govern diff`); without one it "
        "finds nothing. Raising one share lowers others: only growth counts."
    ),
    remediation="Change in smaller steps, or have the growth waived with a reason.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "max_growth": RuleLimit(
            words="Growth of one supplier's share since the base",
            unit="share",
            has_band=False,
            measure=_growth,
        ),
    },
    parameters=Parameters,
    tighter={
        "level": "never",
        "weigh_by": "never",
        "max_growth": "lower",
    },
    scope="portfolio",
    enabled_by_default=False,
)


def _message(parameters: Parameters, entity: str, shares: tuple[float, float, float]) -> str:
    old, known, new = shares
    doubt = new - known > _ROUNDING
    share = f"between {format_share(known)} and {format_share(new)}" if doubt else format_share(new)
    return (
        f"the share of {describe_entity(parameters.level, entity)} in "
        f"{describe_basis(parameters.weigh_by)} rises from "
        f"{format_share(old)} to {share}, up {'at most ' if doubt else ''}"
        f"{(new - old) * 100:.1f} points; the limit is {float(parameters.max_growth) * 100:.1f} "
        "points"
    )

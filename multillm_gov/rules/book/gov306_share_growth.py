"""GOV306: no entity's share grows faster than its limit allows."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.concentration import concentration, share_growth
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.portfolio.policy import EVERYTHING
from multillm_gov.rules.engine.planning import select
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.entity_exposure import EntityExposure, loads_of
from multillm_gov.units import Share, format_least_share, format_share
from multillm_gov.words import code

_ROUNDING = 1e-9
"""Shares are floats: growth that equals its limit must not break it."""


class Parameters(Closed, frozen=True, kw_only=True):
    """The level, and how much one change may add."""

    level: Annotated[Level, Meta(description="Who or what a share hangs on")] = Level.VENDOR
    weigh_by: Annotated[Basis, Meta(description="What a share is a share of")] = Basis.SPEND
    max_growth: Annotated[
        Share,
        Meta(
            description="Largest growth of one entity's share since the base, in points: 0.05 is "
            "40 to 45%"
        ),
    ]


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Entities whose share grew by more since the state compared with; silent where nothing is compared."""
    if context.base is None:
        return
    scopes = [
        policy.declared.applies_to
        for policy in context.state.portfolio.policies
        if policy.name == context.policy
    ]
    former = select(context.base.figures.tasks, scopes[0] if scopes else EVERYTHING)
    before = concentration(former, parameters.level, parameters.weigh_by)
    loads = loads_of(context)
    after = loads.concentration(parameters.level, parameters.weigh_by)
    hanging = EntityExposure(loads, after, context.state.figures.currency)
    limit, basis = float(parameters.max_growth), parameters.weigh_by.value.replace("_", " ")
    for entity, old, new in share_growth(before, after):
        if new - old <= limit + _ROUNDING:
            break
        who = (
            f"an unknown {parameters.level}"
            if entity == UNKNOWN
            else f"{parameters.level} {code(entity)}"
        )
        users = hanging.largest_users(entity)
        first = f", first in {code(users[0].task_class)}" if users else ""
        yield Violation(
            message=(
                f"the share of {who} in {basis} grows from {format_share(old)} to "
                f"{format_share(new)}, by "
                f"{(new - old) * 100:.1f} points; the limit is {limit * 100:.1f} points"
            ),
            place=(context.policy_place or Place("policies")).at("max_growth"),
            subject=f"{parameters.level}:{entity}",
            remedy=(
                f"Move at least {format_least_share(new - old - limit)} of {basis} away{first}, or "
                "go in smaller steps."
            ),
            risk=hanging.format_loss(entity),
            related=tuple(
                (
                    user.describe(parameters.weigh_by, entity, context.state.figures.currency),
                    user.place,
                )
                for user in users
            ),
            figures={
                "share_before": old,
                "share_after": new,
                "growth": new - old,
                "limit": limit,
                "level": parameters.level.value,
                "weigh_by": parameters.weigh_by.value,
            },
            distinction=f"{parameters.level} {parameters.weigh_by}",
        )


RULE = Rule(
    id="GOV306",
    name="share-growth",
    title="Share grew faster than allowed",
    one="The share of one entity grew by more than its limit",
    many="The shares of {count} entities grew by more than their limit",
    short_title="Fast-growing shares",
    requirement="No share of an entity grows by more than its limit.",
    why=(
        "Dependence comes in steps that each look small, or in one that nobody looked at because "
        "the total stayed "
        "within its limit. The rule measures both states alike and compares the shares; it needs a "
        "base to compare "
        "with (`govern diff`) and finds nothing without. Raising one share lowers others: only "
        "growth counts."
    ),
    remediation="Go in smaller steps, or have the growth waived with a reason.",
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    tighter={
        "level": "never",
        "weigh_by": "never",
        "max_growth": "lower",
    },
    scope="portfolio",
    enabled_by_default=False,
)

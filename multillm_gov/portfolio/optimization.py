"""What people declare for `govern optimize`: costs besides tokens, and the shape of a route."""

from datetime import date
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.portfolio.shapes import Text
from multillm_gov.units import Amount, Share
from multillm_gov.vocabulary import Closed


class Contract(Closed, frozen=True, kw_only=True):
    """What is paid to a provider whether it is used or not."""

    minimum_monthly: Annotated[
        Amount,
        Meta(
            description="Least that is paid per month for what is used; in the portfolio's currency"
        ),
    ] = field(default_factory=Amount)
    subscription_monthly: Annotated[
        Amount, Meta(description="Paid per month on top of what is used")
    ] = field(default_factory=Amount)
    owed_until: Annotated[
        date | None,
        Meta(
            description="Last day up to which it is owed even if nothing is used; without it, it "
            "is owed only while the provider is used"
        ),
    ] = None


class Optimization(Closed, frozen=True, kw_only=True):
    """The key ``optimization`` of ``govern.yaml``."""

    evaluation_per_move: Annotated[
        Amount,
        Meta(
            description="Cost of evaluating one model for one task class, in the portfolio's "
            "currency"
        ),
    ] = field(default_factory=Amount)
    migration_per_move: Annotated[
        Amount,
        Meta(
            description="Cost of moving one task class to one model: prompts, tests, change window"
        ),
    ] = field(default_factory=Amount)
    months: Annotated[
        int, Meta(ge=1, le=60, description="Months over which the cost of a move must pay off")
    ] = 12
    min_share: Annotated[
        Share, Meta(description="Smallest share of a model that a route uses at all (0..1)")
    ] = field(default_factory=partial(Share, "0.05"))
    max_models: Annotated[
        int, Meta(ge=1, le=20, description="Most models in the route of one task class")
    ] = 3
    contracts: Annotated[
        dict[Text, Contract],
        Meta(max_length=100, description="By provider, as `govern graph` names it"),
    ] = field(default_factory=dict)

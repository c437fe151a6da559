"""What people declare about risk: how often things fail, what they share, what else requests need.

Every figure has a prior (method 9), shown as "assumed" until it is declared here or measured from
imported incidents.
"""

from functools import partial
from typing import Annotated, Literal

from msgspec import Meta, field

from multillm_gov.portfolio.shapes import Text
from multillm_gov.units import Amount, AtLeastOne, Positive, Share
from multillm_gov.vocabulary import Closed


class Failure(Closed, frozen=True, kw_only=True):
    """How often something is down, and for how long at a time."""

    unavailability: Annotated[
        Share | None, Meta(description="Share of the time it is down (0..1)")
    ] = None
    mean_hours: Annotated[Positive | None, Meta(description="Mean length of one outage, hours")] = (
        None
    )


class Dependency(Closed, frozen=True, kw_only=True):
    """Something besides models that requests depend on: a gateway, a shared key, a VPN."""

    kind: Annotated[
        Literal["gateway", "dependency"],
        Meta(
            description="Whether it is a gateway that requests pass through, "
            "or another service they need"
        ),
    ] = "dependency"
    description: Annotated[str, Meta(max_length=500, description="What it is")] = ""
    task_classes: Annotated[
        tuple[Text, ...],
        Meta(description="Task classes that depend on it; with no list at all: every request does"),
    ] = ()
    models: Annotated[
        tuple[Text, ...], Meta(description="Models, as routed, whose calls go through it")
    ] = ()
    providers: Annotated[
        tuple[Text, ...], Meta(description="Providers whose calls go through it")
    ] = ()
    clouds: Annotated[tuple[Text, ...], Meta(description="Clouds whose calls go through it")] = ()
    unavailability: Annotated[
        Share | None, Meta(description="Share of the time it is down (0..1)")
    ] = None
    mean_hours: Annotated[Positive | None, Meta(description="Mean length of one outage, hours")] = (
        None
    )


class CommonCause(Closed, frozen=True, kw_only=True):
    """Shared part of the unavailability of two deployments (beta factors, method 3.2)."""

    otherwise: Annotated[
        Share | None, Meta(description="Other vendor and other cloud; assumed .02")
    ] = None
    same_cloud: Annotated[
        Share | None, Meta(description="Same cloud, other vendor; assumed .10, no public data")
    ] = None
    same_vendor: Annotated[
        Share | None, Meta(description="Same vendor, other provider; assumed .45")
    ] = None
    same_provider: Annotated[
        Share | None, Meta(description="Same vendor and provider; assumed .90")
    ] = None


class Coverage(Closed, frozen=True, kw_only=True):
    """Probability that a failure is noticed and rerouted in time."""

    tested: Annotated[
        Share | None, Meta(description="After a drill that survived; assumed .90")
    ] = None
    untested: Annotated[Share | None, Meta(description="Without a drill; assumed .50")] = None


class PriceShocks(Closed, frozen=True, kw_only=True):
    """Repricing at contract dates, per vendor and contract year."""

    moderate_chance: Annotated[Share | None, Meta(description="Chance a year; assumed .20")] = None
    moderate_factor: Annotated[
        Positive | None, Meta(description="Price times this; assumed 1.35")
    ] = None
    severe_chance: Annotated[Share | None, Meta(description="Chance a year; assumed .05")] = None
    severe_factor: Annotated[
        Positive | None, Meta(description="Price times this; assumed 2.00")
    ] = None


class Risk(Closed, frozen=True, kw_only=True):
    """The key ``risk`` of ``govern.yaml``; whatever is left out is assumed, and said to be."""

    providers: Annotated[
        dict[Text, Failure], Meta(description="By provider, as `govern graph` names it")
    ] = field(default_factory=dict)
    clouds: Annotated[dict[Text, Failure], Meta(description="By cloud")] = field(
        default_factory=dict
    )
    vendors: Annotated[
        dict[Text, Failure], Meta(description="By vendor, beside what its providers show")
    ] = field(default_factory=dict)
    dependencies: Annotated[
        dict[Text, Dependency],
        Meta(max_length=200, description="What else requests depend on, by name"),
    ] = field(default_factory=dict)
    common_cause: CommonCause = CommonCause()
    coverage: Coverage = Coverage()
    outage_sigma: Annotated[
        Positive | None, Meta(description="Sigma of the lognormal length of outages; assumed 1.2")
    ] = None
    demand_variation: Annotated[
        Amount | None, Meta(description="Coefficient of variation of a year's demand; assumed .20")
    ] = None
    demand_common_share: Annotated[
        Share | None,
        Meta(
            description="Share of that variance that all task classes have in common; assumed .50"
        ),
    ] = None
    price_shocks: PriceShocks = PriceShocks()
    retirement_median_months: Annotated[
        Positive | None, Meta(description="Median life of a model, months; assumed 18.1")
    ] = None
    peak_factor: Annotated[
        AtLeastOne,
        Meta(
            description="Busiest minute over the mean minute; 4 is a month within its working hours"
        ),
    ] = field(default_factory=partial(AtLeastOne, "4"))
    max_outage_loss_share: Annotated[
        Share,
        Meta(
            description="Appetite: largest 95th percentile of a year's outage loss, as a share of "
            "the value at stake"
        ),
    ] = field(default_factory=partial(Share, "0.01"))
    max_cost_at_risk_share: Annotated[
        Share,
        Meta(
            description="Appetite: largest relative cost at risk (95%), as a share of the "
            "expected cost"
        ),
    ] = field(default_factory=partial(Share, "0.30"))

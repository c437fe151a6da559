"""``govern.yaml``: organization, currency, risk appetite, gates; every key has a default."""

from datetime import date
from functools import partial
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from multillm_gov.portfolio.brand import Brand
from multillm_gov.portfolio.feed import Feed
from multillm_gov.portfolio.optimization import Optimization
from multillm_gov.portfolio.risk import Risk
from multillm_gov.units import Amount, AtLeastOne, Positive, Share

Text = Annotated[str, Meta(min_length=1, max_length=200)]


class ExchangeRate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How US-dollar list prices become the portfolio's currency."""

    usd_per_unit: Annotated[
        Positive, Meta(description="US dollars that one unit of the portfolio's currency costs")
    ]
    as_of: Annotated[date, Meta(description="Day of the rate")]


class Appetite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the board is prepared to bear; every limit is the board's to edit."""

    max_vendor_share_of_spend: Annotated[
        Share, Meta(description="Largest share of spend with one vendor (0..1)")
    ] = field(default_factory=partial(Share, "0.60"))
    max_vendor_share_of_value: Annotated[
        Share, Meta(description="Largest share of value at stake with one vendor (0..1)")
    ] = field(default_factory=partial(Share, "0.70"))
    min_effective_vendors: Annotated[
        AtLeastOne, Meta(description="Smallest effective number of vendors by spend (1 / HHI)")
    ] = field(default_factory=partial(AtLeastOne, "1.8"))
    min_effective_clouds: Annotated[
        AtLeastOne, Meta(description="Smallest effective number of clouds by spend (1 / HHI)")
    ] = field(default_factory=partial(AtLeastOne, "1.5"))
    min_value_with_independent_fallback: Annotated[
        Share,
        Meta(
            description="Smallest share of value at stake with a fallback at another vendor and "
            "another cloud"
        ),
    ] = field(default_factory=partial(Share, "0.70"))
    max_price_shock_share: Annotated[
        Share, Meta(description="Largest tolerated rise of total spend when one vendor reprices")
    ] = field(default_factory=partial(Share, "0.15"))
    max_monthly_spend: Annotated[
        Amount | None, Meta(description="Ceiling on the portfolio's forecast spend per month")
    ] = None


LimitKey = Literal[
    "max_vendor_share_of_spend",
    "max_vendor_share_of_value",
    "min_effective_vendors",
    "min_effective_clouds",
    "min_value_with_independent_fallback",
    "max_price_shock_share",
    "max_monthly_spend",
    "max_outage_loss_share",
    "max_cost_at_risk_share",
]
"""The limits of ``appetite`` and ``risk`` by the key that sets them."""


class LimitTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the board decided about a limit besides its number."""

    warn_at: Annotated[
        Amount | None,
        Meta(description="Early warning, in the limit's own unit; default: a tenth before it"),
    ] = None
    owner: Annotated[str, Meta(max_length=200, description="Who answers for the risk")] = ""
    set_by: Annotated[str, Meta(max_length=200, description="Who adopted the limit")] = ""
    set_on: Annotated[date | None, Meta(description="Day on which it was adopted")] = None


class Pack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Front matter of the board pack; what is left out is a line to fill in, or left out."""

    meeting: Annotated[
        str, Meta(max_length=200, description="The meeting: Audit committee, 14 December 2026")
    ] = ""
    paper: Annotated[str, Meta(max_length=50, description="Number of the paper")] = ""
    classification: Annotated[
        str, Meta(max_length=50, description="Who may read it: Confidential")
    ] = ""
    prepared_by: Annotated[str, Meta(max_length=200, description="Who prepared it")] = ""
    reviewed_by: Annotated[str, Meta(max_length=200, description="Who reviewed it")] = ""
    approved_by: Annotated[str, Meta(max_length=200, description="Who approved it")] = ""
    not_governed: Annotated[
        tuple[Annotated[str, Meta(max_length=200)], ...],
        Meta(max_length=20, description="Uses of language models that no task class governs"),
    ] = ()


class ChangeThreshold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A size of a move of the forecast, in money, in relation to the forecast before, or both."""

    amount: Annotated[
        Amount | None, Meta(description="Money a month, in the portfolio's currency")
    ] = None
    share: Annotated[
        Amount | None, Meta(description="Part of the forecast before (0.10 is 10%)")
    ] = None


class ChangeThresholds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which size a move of the forecast is reported, warned of, and fails."""

    silence: Annotated[
        ChangeThreshold | None,
        Meta(
            description="Moves below every size given here, with nothing else to report, need no "
            "comment"
        ),
    ] = None
    warning: Annotated[
        ChangeThreshold | None,
        Meta(description="Moves that reach any size given here are a warning"),
    ] = None
    failure: Annotated[
        ChangeThreshold | None,
        Meta(description="Moves that reach any size given here are an error"),
    ] = None


class SpendChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds for what one change does to the forecast, in either direction."""

    increase: Annotated[ChangeThresholds, Meta(description="For a forecast that rises")] = (
        ChangeThresholds()
    )
    decrease: Annotated[
        ChangeThresholds,
        Meta(description="For a forecast that falls: a large fall may be demand that got lost"),
    ] = ChangeThresholds()


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of ``govern.yaml``."""

    organization: Annotated[str, Meta(min_length=1, description="Name printed on reports")] = (
        "Unnamed organization"
    )
    currency: Annotated[
        str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217 code of every amount declared")
    ] = "USD"
    exchange: Annotated[
        ExchangeRate | None,
        Meta(description="Required when the currency is not USD: model prices are in US dollars"),
    ] = None
    appetite: Appetite = field(default_factory=Appetite)
    limits: Annotated[
        dict[LimitKey, LimitTerms],
        Meta(description="Early warning, owner and adoption of a limit, by its key"),
    ] = field(default_factory=dict)
    pack: Annotated[Pack, Meta(description="Front matter of the board pack")] = Pack()
    risk: Annotated[
        Risk,
        Meta(
            description="How often things fail and what else requests depend on; "
            "what is left out is assumed"
        ),
    ] = field(default_factory=Risk)
    optimization: Annotated[
        Optimization,
        Meta(description="Costs besides tokens and the shape of a route, for `govern optimize`"),
    ] = field(default_factory=Optimization)
    fail_on: Annotated[
        Literal["note", "warning", "error", "never"],
        Meta(description="Least severity at which `govern check` exits 1"),
    ] = "error"
    spend_change: Annotated[
        SpendChange,
        Meta(
            description="How much one change may move the forecast before `govern diff` and "
            "`govern check --base` comment, warn or fail"
        ),
    ] = SpendChange()
    fiscal_year_starts: Annotated[
        int, Meta(ge=1, le=12, description="Month (1 to 12) in which the fiscal year starts")
    ] = 1
    migration_lead_days: Annotated[
        int,
        Meta(
            ge=0,
            le=730,
            description="Days a move to another model takes: evaluation, prompts, change window",
        ),
    ] = 90
    owners: Annotated[
        tuple[Text, ...],
        Meta(description="Teams that may own a task class; empty: any name is taken"),
    ] = ()
    people: Annotated[
        dict[Text, tuple[Text, ...]],
        Meta(
            description="E-mail addresses that approvers commit with, by the name that approvals "
            "give them"
        ),
    ] = field(default_factory=dict)
    waiver_notice_days: Annotated[
        int,
        Meta(
            ge=0,
            le=365,
            description="Days before its last day at which a waiver is reported to end soon",
        ),
    ] = 30
    usage: Annotated[
        tuple[Feed, ...],
        Meta(description="Where `govern usage import` reads consumption from"),
    ] = ()
    brand: Annotated[Brand, Meta(description="How reports look: paper, color, logo and fonts")] = (
        Brand()
    )
    default_branch: Annotated[
        str | None,
        Meta(description="Branch that `govern diff` compares with when no base is named"),
    ] = None

"""What a simulation assumes beside the system: demand, prices, retirements, lengths of outages."""

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.portfolio.risk import PriceShocks, Risk
from multillm_gov.risk.system import priors
from multillm_gov.risk.system.system import Origin

MOST_SIGMA = 4.0
"""Beyond it one outage in millions makes the mean, which no number of years would show."""

MODERATE_FACTOR = "Moderate repricing"


class Assumption(Struct, frozen=True, kw_only=True):
    """One figure with where it is from."""

    label: str
    value: float
    unit: str = ""
    origin: Origin = "assumed"
    sample_size: int = 0
    """What it was computed from, where it is measured."""
    note: str = ""


class Assumptions(Struct, frozen=True, kw_only=True):
    """All assumptions; what ``risk`` in ``govern.yaml`` omits is a prior of method 9."""

    outage_sigma: Assumption
    demand_variation: Assumption
    demand_common_share: Assumption
    moderate_chance: Assumption
    moderate_factor: Assumption
    severe_chance: Assumption
    severe_factor: Assumption
    retirement_months: Assumption
    price_correlation: Assumption = Assumption(
        label="Correlation of vendors' price moves",
        value=0.0,
        note="no data on vendors' prices moving together; Gaussian copula",
    )

    @property
    def all(self) -> tuple[Assumption, ...]:
        """In the order of their fields."""
        return tuple(getattr(self, name) for name in self.__struct_fields__)


def assumptions_of(risk: Risk) -> Assumptions:
    """Declared figures, else priors."""
    return Assumptions(
        outage_sigma=_bounded(
            _of("Sigma of the length of outages", risk.outage_sigma, priors.OUTAGE_SIGMA),
            MOST_SIGMA,
        ),
        demand_variation=_of(
            "Variation of a year's demand", risk.demand_variation, priors.DEMAND_VARIATION
        ),
        demand_common_share=_of(
            "Part of it common to all task classes",
            risk.demand_common_share,
            priors.DEMAND_COMMON_SHARE,
        ),
        **_repricing(risk.price_shocks),
        retirement_months=_of(
            "Life of a model without a retirement date",
            risk.retirement_median_months,
            priors.RETIREMENT_MEDIAN_MONTHS,
            "months",
        ),
    )


def _bounded(assumption: Assumption, most: float) -> Assumption:
    if assumption.value <= most:
        return assumption
    return replace(
        assumption,
        value=most,
        note=f"{assumption.note}; {assumption.value:g} is declared, drawn are {most:g} at most",
    )


def _of(label: str, declared: Decimal | None, prior: float, unit: str = "") -> Assumption:
    if declared is None:
        return Assumption(label=label, value=prior, unit=unit, note="prior")
    return Assumption(
        label=label, value=float(declared), unit=unit, origin="declared", note="govern.yaml, risk"
    )


def _repricing(shocks: PriceShocks) -> dict[str, Assumption]:
    return {
        "moderate_chance": _of(
            "Moderate repricing, per vendor",
            shocks.moderate_chance,
            priors.MODERATE_SHOCK_CHANCE,
            "chance a year",
        ),
        "moderate_factor": _of(
            MODERATE_FACTOR, shocks.moderate_factor, priors.MODERATE_SHOCK_FACTOR, "x price"
        ),
        "severe_chance": _of(
            "Severe repricing, per vendor",
            shocks.severe_chance,
            priors.SEVERE_SHOCK_CHANCE,
            "chance a year",
        ),
        "severe_factor": _of(
            "Severe repricing", shocks.severe_factor, priors.SEVERE_SHOCK_FACTOR, "x price"
        ),
    }

"""What a simulation found: distributions, chances, and each task class's part of them."""

from array import array
from collections.abc import Callable
from math import sqrt
from typing import TYPE_CHECKING

from msgspec import Struct

from multillm_gov.risk.simulation.assumptions import Assumption
from multillm_gov.risk.simulation.distribution import (
    CONFIDENCE,
    Distribution,
    Estimate,
    Waypoint,
    quantile_ranks,
    tail_size,
)

if TYPE_CHECKING:
    from multillm_gov.risk.simulation.streams import Floats

# numpy is of the extra `risk`: reports read the classes of this module without it.

_SECTIONS = 20
_T = 2.093
"""Student's t for the sections, 95% two-sided."""


def _first(amounts: "array[float]", years: int) -> "Floats":
    import numpy as np

    return np.frombuffer(amounts, dtype=np.float64)[:years]


def _mean(amounts: "Floats") -> float:
    return float(amounts.mean())


def _p95(amounts: "Floats") -> float:
    import numpy as np

    return float(np.sort(amounts)[quantile_ranks(len(amounts), CONFIDENCE)[0] - 1])


def _shortfall(amounts: "Floats") -> float:
    import numpy as np

    return float(np.sort(amounts)[-tail_size(len(amounts), CONFIDENCE) :].mean())


def _sectioned(before: "Floats", after: "Floats", figure: "Callable[[Floats], float]") -> Estimate:
    """The difference over all years; its spread from that of equal sections of the years."""
    import numpy as np

    whole = figure(after) - figure(before)
    pairs = zip(np.array_split(before, _SECTIONS), np.array_split(after, _SECTIONS), strict=True)
    parts = np.array([figure(new) - figure(old) for old, new in pairs if len(old)])
    error = float(parts.std(ddof=1)) / sqrt(len(parts)) if len(parts) > 1 else 0.0
    return Estimate(value=whole, low=whole - _T * error, high=whole + _T * error)


class AmountDifference(Struct, frozen=True, kw_only=True):
    """Losses or cost, after less before; what both states share cancels out of the intervals."""

    expected: Estimate
    p95: Estimate
    shortfall95: Estimate


def _amounts(before: "Floats", after: "Floats") -> AmountDifference:
    return AmountDifference(
        expected=_sectioned(before, after, _mean),
        p95=_sectioned(before, after, _p95),
        shortfall95=_sectioned(before, after, _shortfall),
    )


class SimulationDifference(Struct, frozen=True, kw_only=True):
    """Of two portfolios."""

    years: int
    """Compared: those both were simulated for."""
    loss: AmountDifference
    cost: AmountDifference


DEFAULT_YEARS = 20_000
TOLERATED = 0.05
"""Part of the exact expected loss that may be missing from the drawn one."""


class Contribution(Struct, frozen=True, kw_only=True):
    """One task class's part of each yearly figure; parts sum to the whole (Euler allocation)."""

    name: str
    expected_loss: float
    loss_shortfall: float
    """Its mean loss in the worst twentieth of the portfolio's years."""
    loss_deviation: float
    """Covariance with the portfolio's loss over the portfolio's deviation."""
    expected_cost: float
    """0 where its spend is not known, as are the other two then."""
    cost_shortfall: float
    cost_deviation: float


class CapRisk(Struct, frozen=True, kw_only=True):
    """A monthly cap, and the chance that the dearest month of a year is above it."""

    subject: str
    """Task class, or ``portfolio``."""
    cap: float
    chance: float


class Simulation(Struct, frozen=True, kw_only=True):
    """What `simulate` found; amounts in the portfolio's currency, per year."""

    years: int
    """Simulated; fewer than requested where the portfolio is too large for so many."""
    seed: int
    generator: str
    """``PCG64``."""
    library: str
    """Release of numpy."""
    currency: str
    loss: Distribution
    """Value lost to outages, without ``retired_loss``."""
    cost: Distribution
    """Spend, over the task classes whose spend is known."""
    forecast: float
    """The bill at today's prices, models and demand, over the same task classes as ``cost``."""
    successors_assumed: tuple[str, ...]
    """Models that may retire within the year without a priced successor: a moderate change."""
    retired_loss: float
    """Value lost to models that are retired already: a fact, in none of the other losses."""
    exact_loss: float
    """Expected loss of any order, if fallbacks take all rerouted: sum of v 8760 U (method 3.3)."""
    not_drawn: float
    """The part of it that three and more components at once cause: not in ``loss``."""
    limited: float
    """Expected loss added by rate limits of fallbacks: in ``loss``, not in ``exact_loss``."""
    value_at_stake: float
    appetite_chance: float
    """Chance that a year's loss is above ``risk.max_outage_loss_share`` of the value at stake."""
    caps: tuple[CapRisk, ...]
    """Likeliest first."""
    contributions: tuple[Contribution, ...]
    """In the portfolio's order."""
    loss_waypoints: tuple[Waypoint, ...]
    cost_waypoints: tuple[Waypoint, ...]
    assumptions: tuple[Assumption, ...]
    unpriced: tuple[str, ...]
    """Task classes without a known spend: not in ``cost``."""
    yearly_losses: "array[float]"
    yearly_costs: "array[float]"

    @property
    def sound(self) -> bool:
        """Whether three or more simultaneous failures matter too little to be simulated."""
        return abs(self.not_drawn) <= TOLERATED * self.exact_loss


def difference(before: Simulation, after: Simulation) -> SimulationDifference:
    """Compare year by year; equal names have equal histories in both states.

    Raises:
        ValueError: the seeds or the currencies differ, so that nothing is common to both.
    """
    if (before.seed, before.currency) != (after.seed, after.currency):
        raise ValueError("two simulations are compared with the same seed and in the same currency")
    years = min(before.years, after.years)
    return SimulationDifference(
        years=years,
        loss=_amounts(_first(before.yearly_losses, years), _first(after.yearly_losses, years)),
        cost=_amounts(_first(before.yearly_costs, years), _first(after.yearly_costs, years)),
    )

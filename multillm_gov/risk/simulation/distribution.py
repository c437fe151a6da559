"""What a simulated amount looks like, with how far each figure can be trusted."""

from math import ceil, floor, sqrt
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from multillm_gov.risk.simulation.streams import Floats, Integers

CONFIDENCE = 0.95
"""Of value at risk and shortfall."""
LEVELS = (0.50, 0.95, 0.99)
_Z = 1.959963984540054
"""Of a two-sided interval that holds in 95% of the runs."""


class Estimate(Struct, frozen=True, kw_only=True):
    """A figure and the interval with the true one in about 95% of runs with other seeds."""

    value: float
    low: float
    high: float


class Distribution(Struct, frozen=True, kw_only=True):
    """A year's amount over the simulated years, in the portfolio's currency."""

    expected: Estimate
    standard_error: float
    """Of the mean: deviation over the square root of the number of years."""
    deviation: float
    median: Estimate
    p95: Estimate
    p99: Estimate
    shortfall95: Estimate
    """Mean of the worst twentieth of the years."""
    none: float
    """Share of the years in which it was nothing."""

    @property
    def relative_at_risk95(self) -> float:
        """P95 less the expected amount (cost at risk, method 2.4)."""
        return self.p95.value - self.expected.value


class Waypoint(Struct, frozen=True, kw_only=True):
    """The same figures after the first so many years: how they settle."""

    years: int
    expected: Estimate
    p95: Estimate
    shortfall95: Estimate


def describe(amounts: "Floats") -> Distribution:
    """All figures of yearly amounts. A quantile is the order statistic of rank ``ceil(n p)``."""
    import numpy as np  # of the extra `risk`: values of this module are read without it

    ordered = np.sort(amounts)
    expected, error, deviation = _mean(amounts)
    return Distribution(
        expected=expected,
        standard_error=error,
        deviation=deviation,
        median=_quantile(ordered, LEVELS[0]),
        p95=_quantile(ordered, LEVELS[1]),
        p99=_quantile(ordered, LEVELS[2]),
        shortfall95=_shortfall(ordered, CONFIDENCE),
        none=float(np.count_nonzero(ordered == 0)) / len(ordered),
    )


def waypoints(amounts: "Floats", count: int = 16) -> tuple[Waypoint, ...]:
    """Running figures at round numbers of years, evenly spread over the run."""
    import numpy as np

    years = len(amounts)
    stops = sorted({max(1, round(years * step / count)) for step in range(1, count + 1)})
    matching_waypoints = []
    for stop in stops:
        ordered = np.sort(amounts[:stop])
        matching_waypoints.append(
            Waypoint(
                years=stop,
                expected=_mean(amounts[:stop])[0],
                p95=_quantile(ordered, CONFIDENCE),
                shortfall95=_shortfall(ordered, CONFIDENCE),
            )
        )
    return tuple(matching_waypoints)


def worst_years(amounts: "Floats", confidence: float = CONFIDENCE) -> "Integers":
    """Indexes of the worst ``1 - confidence`` of the years, at least one; ties are stable."""
    import numpy as np

    count = tail_size(len(amounts), confidence)
    return np.argsort(-amounts, kind="stable")[:count]


def tail_size(years: int, confidence: float) -> int:
    """Years in the tail, rounded up: a float's own error does not count as a year."""
    return max(1, ceil(years * (1 - confidence) - 1e-9))


def quantile_ranks(years: int, level: float) -> tuple[int, int, int]:
    """Ranks (from 1) of a quantile and its interval: n p, n p -/+ 1.96 sqrt(n p (1 - p)).

    For 10,000 years at 95% these are 9,500, 9,457 and 9,543 (method 8).
    """
    middle = years * level
    reach = _Z * sqrt(middle * (1 - level))
    rank = min(max(ceil(middle - 1e-9), 1), years)
    return rank, max(floor(middle - reach), 1), min(ceil(middle + reach), years)


def _mean(amounts: "Floats") -> tuple[Estimate, float, float]:
    mean = float(amounts.mean())
    deviation = float(amounts.std(ddof=1)) if len(amounts) > 1 else 0.0
    error = deviation / sqrt(len(amounts))
    return Estimate(value=mean, low=mean - _Z * error, high=mean + _Z * error), error, deviation


def _quantile(ordered: "Floats", level: float) -> Estimate:
    rank, low, high = quantile_ranks(len(ordered), level)
    return Estimate(
        value=float(ordered[rank - 1]), low=float(ordered[low - 1]), high=float(ordered[high - 1])
    )


def _shortfall(ordered: "Floats", confidence: float) -> Estimate:
    """Mean of the tail; asymptotic variance (Var(tail) + p (ES - Q)^2) / (n (1 - p))."""
    count = tail_size(len(ordered), confidence)
    tail = ordered[-count:]
    mean = float(tail.mean())
    spread = float(tail.var(ddof=1)) if count > 1 else 0.0
    error = sqrt((spread + confidence * (mean - float(tail[0])) ** 2) / count)
    return Estimate(value=mean, low=mean - _Z * error, high=mean + _Z * error)

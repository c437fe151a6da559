"""What a change does to a year: two simulations with the same seed, compared by year."""

from array import array
from collections.abc import Callable
from math import sqrt

import numpy as np

from multillm_gov.risk.simulation.distribution import (
    CONFIDENCE,
    Estimate,
    quantile_ranks,
    tail_size,
)
from multillm_gov.risk.simulation.simulation_result import (
    AmountDifference,
    Simulation,
    SimulationDifference,
)
from multillm_gov.risk.simulation.streams import Floats

_SECTIONS = 20
_T = 2.093
"""Student's t for the sections, 95% two-sided."""


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


def _first(amounts: "array[float]", years: int) -> Floats:
    return np.frombuffer(amounts, dtype=np.float64)[:years]


def _amounts(before: Floats, after: Floats) -> AmountDifference:
    return AmountDifference(
        expected=_sectioned(before, after, _mean),
        p95=_sectioned(before, after, _p95),
        shortfall95=_sectioned(before, after, _shortfall),
    )


def _mean(amounts: Floats) -> float:
    return float(amounts.mean())


def _p95(amounts: Floats) -> float:
    return float(np.sort(amounts)[quantile_ranks(len(amounts), CONFIDENCE)[0] - 1])


def _shortfall(amounts: Floats) -> float:
    return float(np.sort(amounts)[-tail_size(len(amounts), CONFIDENCE) :].mean())


def _sectioned(before: Floats, after: Floats, figure: Callable[[Floats], float]) -> Estimate:
    """The difference over all years; its spread from that of equal sections of the years."""
    whole = figure(after) - figure(before)
    pairs = zip(np.array_split(before, _SECTIONS), np.array_split(after, _SECTIONS), strict=True)
    parts = np.array([figure(new) - figure(old) for old, new in pairs if len(old)])
    error = float(parts.std(ddof=1)) / sqrt(len(parts)) if len(parts) > 1 else 0.0
    return Estimate(value=whole, low=whole - _T * error, high=whole + _T * error)

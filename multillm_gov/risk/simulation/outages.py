"""Outages of components over a block of years: Poisson arrivals, random lengths, one mark each."""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, lgamma, log, sqrt
from typing import Literal

import numpy as np
from msgspec import Struct

from multillm_gov.risk.simulation.streams import BLOCK_YEARS, Floats, Integers, stream
from multillm_gov.risk.system.priors import HOURS_PER_YEAR
from multillm_gov.risk.system.system import Component


def poisson_chance(number: int, mean: float) -> float:
    """Pois(n; mean), also where e^-mean would be nothing."""
    if mean == 0:
        return float(number == 0)
    return exp(number * log(mean) - mean - lgamma(number + 1))


def most_likely_below(mean: float) -> int:
    """A bound that a Poisson count exceeds with a probability below 1e-16."""
    return int(mean + 12 * sqrt(mean) + 30)


Lengths = Literal["lognormal", "exponential"]
MOST_A_YEAR = 4_000.0
"""Most outages a year over all components; beyond it, fewer and longer (`outage_rates`)."""
_MOST_OVERLAPS = 10_000.0


class Outages(Struct, frozen=True, kw_only=True, eq=False):
    """Outages that begin in one block, in no order; arrays of equal length."""

    component: Integers
    year: Integers
    """Year of the block in which it begins; all of it counts there, even beyond its end."""
    start: Floats
    """Hours since the block's first year began."""
    hours: Floats
    mark: Floats
    """Uniform in [0, 1): a task class whose coverage is below it does not get rerouted in time."""


class OutageRate(Struct, frozen=True, kw_only=True):
    """How often a component fails, and for how long."""

    outages: float
    """A year."""
    mean_hours: float


def outage_rates(components: Sequence[Component]) -> tuple[OutageRate, ...]:
    """Of every component: ``8760 u / theta`` outages a year, so that 8760 u hours are down.

    Where all together are too many to draw, all are made longer and rarer by the same factor, the
    hours unchanged.
    """
    away = [HOURS_PER_YEAR * component.unavailability for component in components]
    least = [
        max(component.mean_hours, hours / MOST_A_YEAR)
        for component, hours in zip(components, away, strict=True)
    ]
    total = sum(hours / mean for hours, mean in zip(away, least, strict=True) if hours)
    stretch = max(1.0, total / MOST_A_YEAR, total * sum(away) / HOURS_PER_YEAR / _MOST_OVERLAPS)
    return tuple(
        OutageRate(outages=hours / (stretch * mean) if hours else 0.0, mean_hours=stretch * mean)
        for hours, mean in zip(away, least, strict=True)
    )


def draw_outages(
    paced: Sequence[tuple[Component, OutageRate]],
    block: int,
    *,
    seed: int,
    sigma: float,
    lengths: Lengths,
) -> Outages:
    """All outages of a block; a component's draws depend on its id and the seed alone.

    The number of a year's outages is the Poisson quantile of one uniform number: more of them where
    the component is down more, and the first ones stay as they were. So two portfolios differ by
    what differs between them.
    """
    drawn = [
        _draw(component.id, pace, block, seed=seed, sigma=sigma, lengths=lengths)
        for component, pace in paced
    ]
    index = np.repeat(np.arange(len(drawn)), [len(year) for year, *_ in drawn])
    years, starts, hours, marks = (
        [np.concatenate([each[column] for each in drawn]) for column in range(4)]
        if drawn
        else [np.zeros(0)] * 4
    )
    return Outages(
        component=index, year=years.astype(np.int64), start=starts, hours=hours, mark=marks
    )


def _draw(
    identity: str, pace: OutageRate, block: int, *, seed: int, sigma: float, lengths: Lengths
) -> tuple[Integers, Floats, Floats, Floats]:
    uniform = stream(seed, "outages", identity, block)
    counts = np.searchsorted(_cumulative(pace.outages), uniform.random(BLOCK_YEARS), side="right")
    most = int(counts.max(initial=0))
    # Drawn row by row, the first outages of all years first: a larger number leaves those before it
    # as they are.
    moments = uniform.random((most, 2, BLOCK_YEARS)).reshape(-1)
    sizes = stream(seed, "outage lengths", identity, block)
    places = np.flatnonzero(np.arange(most)[:, None] < counts)
    rows, years = np.divmod(places, BLOCK_YEARS)
    if lengths == "lognormal":
        normal = sizes.standard_normal(most * BLOCK_YEARS)[places]
        hours = np.exp(sigma * normal + (log(pace.mean_hours) - sigma * sigma / 2))
    else:
        hours = pace.mean_hours * sizes.standard_exponential(most * BLOCK_YEARS)[places]
    begun = places + rows * BLOCK_YEARS
    return years, HOURS_PER_YEAR * (years + moments[begun]), hours, moments[begun + BLOCK_YEARS]


@lru_cache(maxsize=256)
def _cumulative(rate: float) -> Floats:
    chances = [poisson_chance(number, rate) for number in range(most_likely_below(rate))]
    cumulative = np.cumsum(np.array(chances))
    cumulative.setflags(write=False)
    return cumulative

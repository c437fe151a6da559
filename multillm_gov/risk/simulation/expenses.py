"""Years of spend: demand that moves, vendors that reprice, models that go.

A vendor has one contract date a year, at a uniform moment; from it on its prices are multiplied by
1, the moderate or the severe factor. A model that retires within the year is called at its
successor's price from that day on. Demand is lognormal with mean 1 around the forecast, one part of
its variance common to all task classes. Fixed cost is fixed.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from math import log, sqrt
from statistics import NormalDist

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from multillm_gov.risk.simulation.assumptions import Assumptions
from multillm_gov.risk.simulation.cost_lines import CostLine, CostLines
from multillm_gov.risk.simulation.streams import BLOCK_YEARS, Floats, Integers, stream, threads_for
from multillm_gov.units import MONTHS_PER_YEAR

_MOST_AT_ONCE = 1_000
"""Task classes drawn at once: some 50 MiB for each block of years."""


class ExpenseYears(Struct, frozen=True, kw_only=True, eq=False):
    """Spend of every simulated year."""

    total: Floats
    """By year."""
    caps_broken: Floats
    """By task class: share of the years in which its dearest month is above its monthly cap."""
    ceiling_broken: float
    """The same for the portfolio's ceiling."""
    drawn: Callable[[], Iterator[Floats]]
    """Spend by year and task class, some task classes after the other: drawn again where all at
    once would not fit into memory."""

    def parts(self, weights: Floats) -> Floats:
        """By row of ``weights`` (by row and year) and task class: the weighted sum of its years."""
        summed = [np.einsum("yt,ry->rt", by_task, weights) for by_task in self.drawn()]
        return np.concatenate(summed, axis=1) if summed else np.zeros((len(weights), 0))


class _Some(Struct, frozen=True, eq=False):
    """Some task classes in every simulated year."""

    by_task: Floats
    dearest: Floats
    """By year: their dearest month."""
    caps_broken: Floats


class _Prices(Struct, frozen=True, kw_only=True, eq=False):
    """Over a block: what prices are times today's, by year and then vendor or model."""

    vendors: Floats
    dearest: Floats
    """By vendor: its highest price of the year."""
    gone: Floats
    """By line: part of the year after the retirement, weighted by the vendor's price then."""
    retired: Floats
    """By line: 1 where it retires within the year."""


def simulate_expenses(
    costs: CostLines, assumptions: Assumptions, years: int, *, seed: int
) -> ExpenseYears:
    """Draw block by block, keyed by name; a longer run starts with a shorter run's years.

    The dearest month: every vendor at its highest price of that year, demand spread evenly over the
    months. Memory is that of `_MOST_AT_ONCE` task classes, however many there are.
    """
    groups = [
        replace(costs, tasks=costs.tasks[start : start + _MOST_AT_ONCE])
        for start in range(0, len(costs.tasks), _MOST_AT_ONCE)
    ]
    total, dearest = np.zeros(years), np.zeros(years)
    broken: list[Floats] = []
    kept_values: list[Floats] = []
    for group in groups:
        some = _simulate_some(group, assumptions, years, seed)
        total += some.by_task.sum(axis=1)
        dearest += some.dearest
        broken.append(some.caps_broken)
        kept_values = [some.by_task] if len(groups) == 1 else []

    def drawn() -> Iterator[Floats]:
        yield from kept_values
        for group in () if kept_values else groups:
            yield _simulate_some(group, assumptions, years, seed).by_task

    ceiling = costs.monthly_ceiling
    return ExpenseYears(
        total=total,
        caps_broken=np.concatenate(broken) if broken else np.zeros(0),
        ceiling_broken=0.0 if ceiling is None else float((dearest > ceiling).mean()),
        drawn=drawn,
    )


def _simulate_some(costs: CostLines, assumptions: Assumptions, years: int, seed: int) -> _Some:
    drawing = _Drawing(costs, assumptions, seed)
    by_task = np.empty((years, len(costs.tasks)))
    dearest = np.empty(years)

    def work(start: int) -> Integers:
        """Fill in the years from one on; how often each cap breaks in them."""
        spend, over, month = drawing.block(start // BLOCK_YEARS)
        remaining = min(BLOCK_YEARS, years - start)
        by_task[start : start + remaining], dearest[start : start + remaining] = (
            spend[:remaining],
            month[:remaining],
        )
        broken: Integers = over[:remaining].sum(axis=0)
        return broken

    with ThreadPoolExecutor(threads_for(-(-years // BLOCK_YEARS))) as threads:
        broken = sum(
            threads.map(work, range(0, years, BLOCK_YEARS)), start=np.zeros(len(costs.tasks))
        )
    return _Some(by_task, dearest, broken / years)


class _Drawing:
    """Draws blocks of one portfolio."""

    def __init__(self, costs: CostLines, assumptions: Assumptions, seed: int) -> None:
        self.costs = costs
        self.assumed = assumptions
        self.seed = seed
        lines = [(number, line) for number, task in enumerate(costs.tasks) for line in task.lines]
        self.vendors = sorted({line.vendor for _, line in lines})
        self.models = sorted(
            {(line.model, line.vendor, line.retires_after) for _, line in lines}, key=_model_order
        )
        tasks = len(costs.tasks)
        self.by_vendor = np.zeros((len(self.vendors), tasks))
        self.by_model = np.zeros((len(self.models), tasks))
        for number, line in lines:
            self.by_vendor[self.vendors.index(line.vendor), number] += line.per_year
            place = self.models.index((line.model, line.vendor, line.retires_after))
            self.by_model[place, number] += line.per_year * (self._factor(line) - 1)
        self.fixed = np.array([task.fixed_per_year for task in costs.tasks])
        self.caps = np.array(
            [np.inf if task.monthly_cap is None else task.monthly_cap for task in costs.tasks]
        )

    def _factor(self, line: CostLine) -> float:
        if line.successor_factor is not None:
            return line.successor_factor
        return self.assumed.moderate_factor.value

    def block(self, block: int) -> tuple[Floats, NDArray[np.bool_], Floats]:
        """Spend by year and task class; whether each cap breaks; total of the dearest month."""
        prices = self._prices(block)
        demand = self._demand(block)
        spend = (
            demand * (_mixed(prices.vendors, self.by_vendor) + _mixed(prices.gone, self.by_model))
            + self.fixed
        )
        rises = np.maximum(self.by_model, 0.0)
        month = (
            demand * (_mixed(prices.dearest, self.by_vendor) + _mixed(prices.retired, rises))
            + self.fixed
        )
        month /= MONTHS_PER_YEAR
        return spend, month > self.caps, month.sum(axis=1)

    def _demand(self, block: int) -> Floats:
        variance = log(1 + self.assumed.demand_variation.value**2)
        common = self.assumed.demand_common_share.value
        shared = stream(self.seed, "demand", "", block).standard_normal(BLOCK_YEARS)
        logs = np.empty((BLOCK_YEARS, len(self.costs.tasks)))
        for number, task in enumerate(self.costs.tasks):
            own = stream(self.seed, "demand of a task class", task.name, block).standard_normal(
                BLOCK_YEARS
            )
            logs[:, number] = sqrt(common) * shared + sqrt(1 - common) * own
        demand: Floats = np.exp(sqrt(variance) * logs - variance / 2)
        return demand

    def _prices(self, block: int) -> _Prices:
        shared = stream(self.seed, "prices", "", block).standard_normal(BLOCK_YEARS)
        drawn = [self._vendor(vendor, block, shared) for vendor in self.vendors]
        moments = np.array([moment for moment, _ in drawn]).reshape(len(self.vendors), BLOCK_YEARS)
        factors = np.array([factor for _, factor in drawn]).reshape(len(self.vendors), BLOCK_YEARS)
        gone, retired = np.empty((2, BLOCK_YEARS, len(self.models)))
        for number, (model, vendor, retires_after) in enumerate(self.models):
            place = self.vendors.index(vendor)
            end = self._retirement(model, retires_after, block)
            left, both = 1 - end, 1 - np.maximum(end, moments[place])
            gone[:, number] = left + (factors[place] - 1) * both
            retired[:, number] = (end < 1) * np.maximum(factors[place], 1)
        return _Prices(
            vendors=(1 + (factors - 1) * (1 - moments)).T,
            dearest=np.maximum(factors, 1).T,
            gone=gone,
            retired=retired,
        )

    def _vendor(self, vendor: str, block: int, shared: Floats) -> tuple[Floats, Floats]:
        """Contract date (part of the year) and what prices are multiplied by from then on."""
        own = stream(self.seed, "prices of a vendor", vendor, block)
        moments = own.random(BLOCK_YEARS)
        rho = self.assumed.price_correlation.value
        latent = sqrt(rho) * shared + sqrt(1 - rho) * own.standard_normal(BLOCK_YEARS)
        severe = min(self.assumed.severe_chance.value, 1.0)
        either = min(severe + self.assumed.moderate_chance.value, 1.0)
        factors = np.where(latent < _bound(either), self.assumed.moderate_factor.value, 1.0)
        factors[latent < _bound(severe)] = self.assumed.severe_factor.value
        return moments, factors

    def _retirement(self, model: str, retires_after: float | None, block: int) -> Floats:
        """Part of the year before the model retires; 1 where it stays."""
        if retires_after is not None:
            return np.full(BLOCK_YEARS, min(retires_after, 1.0))
        uniform = stream(self.seed, "retirements", model, block).random(BLOCK_YEARS)
        life = self.assumed.retirement_months.value / MONTHS_PER_YEAR
        return np.minimum(-life * np.log1p(-uniform) / log(2), 1.0)


def _model_order(model: tuple[str, str, float | None]) -> tuple[str, str, float]:
    return model[0], model[1], -1.0 if model[2] is None else model[2]


def _bound(chance: float) -> float:
    """The latent normal lies below it with this chance."""
    if chance <= 0 or chance >= 1:
        return float("inf") if chance else float("-inf")
    return NormalDist().inv_cdf(chance)


def _mixed(by_year: Floats, amounts: Floats) -> Floats:
    """Matrix product without BLAS, whose last digits depend on the number of threads it starts."""
    mixed: Floats = np.einsum("yv,vt->yt", by_year, amounts)
    return mixed

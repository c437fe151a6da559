"""Years of outage loss: what drawn outages cost in total, and each task class's part."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from msgspec import Struct

from multillm_gov.risk.simulation.chains import Group, SampledChains
from multillm_gov.risk.simulation.outages import Lengths, Outages, draw_outages, outage_rates
from multillm_gov.risk.simulation.streams import BLOCK_YEARS, Floats, Integers, threads_for
from multillm_gov.risk.system.priors import HOURS_PER_YEAR


class Overlaps(Struct, frozen=True, kw_only=True, eq=False):
    """Pairs of outages of different components that share some time; arrays of equal length."""

    first: Integers
    """Index, among the outages, of the one that began earlier."""
    second: Integers
    hours: Floats
    """Time they share."""


def find_overlaps(outages: Outages) -> Overlaps:
    """Every pair, by sorting: linear but for the sort and the pairs found.

    In the mean two components share ``u_a u_b`` of the time, whatever their lengths: independent
    processes.
    """
    order = _order(outages.start)
    starts = outages.start[order]
    ends = starts + outages.hours[order]
    pairs = list(_pairs(starts, ends))
    first = np.concatenate([one for one, _ in pairs])
    second = np.concatenate([other for _, other in pairs])
    hours = np.minimum(ends[first], ends[second]) - starts[second]
    each, other = order[first], order[second]
    remaining = outages.component[each] != outages.component[other]
    return Overlaps(first=each[remaining], second=other[remaining], hours=hours[remaining])


def _pairs(starts: Floats, ends: Floats) -> Iterator[tuple[Integers, Integers]]:
    """Positions of outages and of those that begin before they end: the next, the one after."""
    going = np.arange(len(starts))
    ahead = 1
    while len(going) or ahead == 1:
        going = going[going + ahead < len(starts)]
        going = going[starts[going + ahead] < ends[going]]
        yield going, going + ahead
        ahead += 1


def _order(starts: Floats) -> Integers:
    """Order by start to a millisecond: three 16-bit passes, three times as fast as a sort."""
    steps = (starts * (2**48 / (2 * HOURS_PER_YEAR * BLOCK_YEARS))).astype(np.uint64)
    order = np.argsort((steps & 0xFFFF).astype(np.uint16), kind="stable")
    for shift in (16, 32):
        order = order[
            np.argsort((steps >> np.uint64(shift) & 0xFFFF).astype(np.uint16)[order], kind="stable")
        ]
    return order


class LossYears(Struct, frozen=True, kw_only=True, eq=False):
    """What happened in every simulated year; losses are linear in it and can be split later."""

    chains: SampledChains
    keys: Integers
    """Ordered pairs of components that matter, as ``first * components + second``, ascending."""
    alone: Floats
    """Hours down, by year and component times band."""
    year: Integers
    """Of each overlap."""
    what: Integers
    """Of each overlap: pair (index into ``keys``) times bands^2, and both bands."""
    hours: Floats
    """Of each overlap."""
    total: Floats
    """Loss of all task classes, by year."""

    def parts(self, tasks: int, weights: Floats) -> Floats:
        """By row of weights and task class: the weighted sum of its loss over the years.

        The parts of a row sum to the same sum over the total.
        """
        bands, rows = self.chains.bands, len(weights)
        by_component = np.einsum("yf,ry->rf", self.alone, weights).reshape(rows, -1, bands)
        cells = len(self.keys) * bands * bands
        together = [
            np.bincount(self.what, weights=self.hours * row[self.year], minlength=cells)
            for row in weights
        ]
        by_pair = np.array(together).reshape(rows, -1, bands, bands)
        parts = np.zeros((rows, tasks))
        for task, loss in self.chains.always:
            parts[:, task] += loss * weights.sum(axis=1)
        for group in self.chains.groups:
            hours = (group.alone(bands) * by_component[:, group.members]).sum(axis=(1, 2))
            for key, correction in _keyed(group, self.chains):
                hours += (correction * by_pair[:, np.searchsorted(self.keys, key)]).sum(axis=(1, 2))
            for task, weight in group.weights:
                parts[:, task] += weight * hours
        return parts


def simulate_losses(
    chains: SampledChains, years: int, *, seed: int, sigma: float, lengths: Lengths
) -> LossYears:
    """Draw block by block; the first years of a longer run are those of a shorter one."""
    keys, by_pair = _pair_values(chains)
    by_component = _component_values(chains)
    paced = tuple(zip(chains.components, outage_rates(chains.components), strict=True))
    alone = np.empty((years, len(chains.components) * chains.bands))

    def work(start: int) -> _Overlapping:
        """Fill in the years from one on; what overlaps in them."""
        outages = draw_outages(paced, start // BLOCK_YEARS, seed=seed, sigma=sigma, lengths=lengths)
        remaining = min(BLOCK_YEARS, years - start)
        alone[start : start + remaining] = _hours_away(outages, chains)[:remaining]
        return _overlapping(outages, chains, keys, remaining)

    with ThreadPoolExecutor(threads_for(-(-years // BLOCK_YEARS))) as threads:
        overlappings = list(threads.map(work, range(0, years, BLOCK_YEARS)))
    year = np.concatenate(
        [overlapping.year + number * BLOCK_YEARS for number, overlapping in enumerate(overlappings)]
    )
    what = np.concatenate([overlapping.what for overlapping in overlappings])
    hours = np.concatenate([overlapping.hours for overlapping in overlappings])
    total = np.einsum("yf,f->y", alone, by_component)
    total += np.bincount(year, weights=hours * by_pair[what], minlength=years)
    total += sum(loss for _, loss in chains.always)
    return LossYears(
        chains=chains, keys=keys, alone=alone, year=year, what=what, hours=hours, total=total
    )


def draws_per_year(chains: SampledChains) -> float:
    """Expected outages and overlaps a year: they determine work and memory of a simulation."""
    rates = sum(pace.outages for pace in outage_rates(chains.components))
    at_once = sum(component.unavailability for component in chains.components)
    return rates * (1 + at_once)


class _Overlapping(Struct, frozen=True, kw_only=True, eq=False):
    """As `LossYears`, of one block."""

    year: Integers
    what: Integers
    hours: Floats


def _bands(outages: Outages, chains: SampledChains) -> Integers:
    return np.searchsorted(np.array(chains.coverages), outages.mark, side="left")


def _hours_away(outages: Outages, chains: SampledChains) -> Floats:
    count, bands = len(chains.components), chains.bands
    cells = (outages.year * count + outages.component) * bands + _bands(outages, chains)
    hours = np.bincount(cells, weights=outages.hours, minlength=BLOCK_YEARS * count * bands)
    return hours.reshape(BLOCK_YEARS, count * bands).astype(np.float64, copy=False)


def _overlapping(
    outages: Outages, chains: SampledChains, keys: Integers, years: int
) -> _Overlapping:
    bands, band = chains.bands, _bands(outages, chains)
    overlaps = find_overlaps(outages)
    pair = (
        outages.component[overlaps.first] * len(chains.components)
        + outages.component[overlaps.second]
    )
    place = np.minimum(np.searchsorted(keys, pair), max(len(keys) - 1, 0))
    matters = keys[place] == pair if len(keys) else np.zeros(len(pair), dtype=bool)
    matters &= outages.year[overlaps.second] < years
    first, second = overlaps.first[matters], overlaps.second[matters]
    return _Overlapping(
        year=outages.year[second],
        what=(place[matters] * bands + band[first]) * bands + band[second],
        hours=overlaps.hours[matters],
    )


def _component_values(chains: SampledChains) -> Floats:
    """Value of an hour down, by component and band."""
    values = np.zeros((len(chains.components), chains.bands))
    for group in chains.groups:
        values[group.members] += group.weight * group.alone(chains.bands)
    return values.reshape(-1)


def _pair_values(chains: SampledChains) -> tuple[Integers, Floats]:
    """Pairs that matter, and the extra value of an hour with both down, by pair and bands."""
    values_by_number: dict[int, Floats] = {}
    for group in chains.groups:
        for key, correction in _keyed(group, chains):
            valued = group.weight * correction
            values_by_number[key] = (
                values_by_number[key] + valued if key in values_by_number else valued
            )
    keys = sorted(values_by_number)
    values = np.array([values_by_number[key] for key in keys]).reshape(-1)
    return np.array(keys, dtype=np.int64), values


def _keyed(group: Group, chains: SampledChains) -> Iterator[tuple[int, Floats]]:
    count = len(chains.components)
    for first, second, correction in group.corrections(chains.bands):
        yield int(group.members[first]) * count + int(group.members[second]), correction

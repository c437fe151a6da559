"""Where outages of two components overlap: a covered chain fails, nothing counts twice."""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from multillm_gov.risk.simulation.outages import Outages
from multillm_gov.risk.simulation.streams import BLOCK_YEARS, Floats, Integers
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
    one, other = order[first], order[second]
    kept = outages.component[one] != outages.component[other]
    return Overlaps(first=one[kept], second=other[kept], hours=hours[kept])


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

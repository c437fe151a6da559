"""Where outages of two components overlap in time: what makes a covered chain fail, and what must not count twice."""

import numpy as np
from msgspec import Struct

from multillm_gov.risk.sampling.outages import Outages
from multillm_gov.risk.sampling.streams import Floats, Integers


class Overlaps(Struct, frozen=True, kw_only=True, eq=False):
    """Pairs of outages of different components that share some time; arrays of equal length, ordered by start."""

    first: Integers
    """Index, among the outages, of the one that began earlier."""
    second: Integers
    hours: Floats
    """Time they share."""


def find_overlaps(outages: Outages) -> Overlaps:
    """Every pair, by sorting: linear but for the sort and the pairs found.

    In the mean two components share ``u_a u_b`` of the time, whatever their lengths: independent processes.
    """
    order = np.argsort(outages.start, kind="stable")
    starts = outages.start[order]
    ends = starts + outages.hours[order]
    later = np.searchsorted(starts, ends, side="left") - np.arange(1, len(order) + 1)
    overlapping = np.nonzero(later > 0)[0]
    counts = later[overlapping]
    first = np.repeat(overlapping, counts)
    within = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    second = first + 1 + within
    hours = np.minimum(ends[first], ends[second]) - starts[second]
    one, other = order[first], order[second]
    kept = outages.component[one] != outages.component[other]
    return Overlaps(first=one[kept], second=other[kept], hours=hours[kept])

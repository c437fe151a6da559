"""Percentiles as a sample shows them."""

from collections.abc import Sequence
from math import ceil

ENOUGH_FOR_P95 = 20
"""With fewer answers the nearest-rank 95th percentile is merely the slowest answer."""


def nearest_rank(values: Sequence[float], share: float) -> float:
    """The smallest value that at least a share (0..1) of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered) - 1e-9), 1) - 1]

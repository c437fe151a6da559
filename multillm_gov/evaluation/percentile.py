"""Percentiles as a sample shows them."""

from collections.abc import Sequence
from math import ceil

ENOUGH_FOR_P95 = 20
"""With fewer answers the 95th percentile by nearest rank is the slowest answer seen: no percentile at all."""


def nearest_rank(values: Sequence[float], share: float) -> float:
    """The smallest value that at least a share (0..1) of the values does not exceed; values must not be empty."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered) - 1e-9), 1) - 1]

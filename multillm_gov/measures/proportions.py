"""How sure a measured proportion is."""

from math import sqrt

ONE_SIDED_95 = 1.6448536269514722
"""Standard normal quantile of .95."""


def wilson_lower_bound(share: float, sample_size: int, z: float = ONE_SIDED_95) -> float:
    """Lower Wilson score bound of a proportion (0..1), one-sided 95 % by default.

    Source: E. B. Wilson, Probable inference, JASA 22 (1927). 450 of 500 gives .875734.

    Raises:
        ValueError: no sample, or a share outside 0..1.
    """
    if sample_size < 1 or not 0 <= share <= 1:
        raise ValueError("a proportion needs a sample and lies in 0..1")
    squared = z * z / sample_size
    center = share + squared / 2
    spread = z * sqrt((share * (1 - share) + squared / 4) / sample_size)
    return max(0.0, (center - spread) / (1 + squared))

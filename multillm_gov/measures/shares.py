"""Concentration of a list of shares (method 1.1), for any level and basis."""

from collections.abc import Iterable, Sequence
from math import exp, log

POINTS = 10_000
"""HHI of a monopoly: shares in percent, squared."""


def normalize(weights: Iterable[float]) -> tuple[float, ...]:
    """Shares that sum to 1, zero weights left out; empty when nothing has weight.

    Raises:
        ValueError: a weight is negative.
    """
    kept = [weight for weight in weights if weight]
    if any(weight < 0 for weight in kept):
        raise ValueError("weights must not be negative")
    total = sum(kept)
    return tuple(weight / total for weight in kept)


def hhi(shares: Sequence[float]) -> float:
    """Herfindahl-Hirschman index in points, 10,000/N..10,000; 0 for none; shares sum to 1."""
    return POINTS * sum(share * share for share in shares)


def normalized_hhi(shares: Sequence[float]) -> float:
    """(H - 1/N) / (1 - 1/N), 0..1; 1 for one entity, 0 for none. Hides N: never use it alone."""
    count = len(shares)
    if count <= 1:
        return float(count)
    return (hhi(shares) / POINTS - 1 / count) / (1 - 1 / count)


def effective_number(shares: Sequence[float]) -> float:
    """Numbers-equivalent of order 2, 1/H: equally concentrated equal entities; 0 for none."""
    index = hhi(shares)
    return POINTS / index if index else 0.0


def effective_number_shannon(shares: Sequence[float]) -> float:
    """Hill number of order 1, exp(-sum s ln s); 0 for none."""
    return exp(-sum(share * log(share) for share in shares if share)) if shares else 0.0


def evenness(shares: Sequence[float]) -> float | None:
    """Shannon entropy over its maximum, 0..1; ``None``: undefined below two entities."""
    if len(shares) < 2:
        return None
    return -sum(share * log(share) for share in shares if share) / log(len(shares))


def gini(shares: Sequence[float]) -> float:
    """Inequality of shares, 0..1-1/N; 0 for a monopoly and for equal shares: never gate on it."""
    count = len(shares)
    if not count:
        return 0.0
    ranked = sum(rank * share for rank, share in enumerate(sorted(shares), 1))
    return 2 * ranked / (count * sum(shares)) - (count + 1) / count


def concentration_ratio(shares: Sequence[float], count: int) -> float:
    """Sum of the ``count`` largest shares (CR_n)."""
    return sum(sorted(shares, reverse=True)[:count])


def merger_delta(first: float, second: float) -> float:
    """Rise of HHI in points when two entities become one: 2 a b."""
    return 2 * first * second * POINTS


def effective_number_similar(
    shares: Sequence[float], similarity: Sequence[Sequence[float]]
) -> float:
    """Leinster-Cobbold number of order 2, 1 / (s' Z s); Z: similarities 0..1, diagonal 1.

    Raises:
        ValueError: the matrix is not N x N.
    """
    if len(similarity) != len(shares) or any(len(row) != len(shares) for row in similarity):
        raise ValueError("the similarity matrix must have one row and one column per share")
    total = sum(
        a * b * z
        for a, row in zip(shares, similarity, strict=True)
        for b, z in zip(shares, row, strict=True)
    )
    return 1 / total if total else 0.0


def largest_hhi_under_cap(cap: float) -> float:
    """The HHI that a cap on every share implies, k = floor(1 / c): k c^2 + (1 - k c)^2."""
    whole = int(1 / cap + 1e-12)
    return POINTS * (whole * cap * cap + (1 - whole * cap) ** 2)

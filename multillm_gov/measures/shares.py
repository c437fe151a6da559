"""Concentration of a list of shares (method 1.1), for any level and basis."""

from collections.abc import Iterable, Sequence

POINTS = 10_000
"""HHI of a monopoly: shares in percent, squared."""


def normalize(weights: Iterable[float]) -> tuple[float, ...]:
    """Shares that sum to 1, zero weights left out; empty when nothing has weight.

    Raises:
        ValueError: a weight is negative.
    """
    kept_values = [weight for weight in weights if weight]
    if any(weight < 0 for weight in kept_values):
        raise ValueError("weights must not be negative")
    total = sum(kept_values)
    return tuple(weight / total for weight in kept_values)


def hhi(shares: Sequence[float]) -> float:
    """Herfindahl-Hirschman index in points, 10,000/N..10,000; 0 for none; shares sum to 1."""
    return POINTS * sum(share * share for share in shares)


def effective_number(shares: Sequence[float]) -> float:
    """Numbers-equivalent of order 2, 1/H: equally concentrated equal entities; 0 for none."""
    index = hhi(shares)
    return POINTS / index if index else 0.0


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

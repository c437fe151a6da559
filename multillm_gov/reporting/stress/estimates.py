"""Simulated amounts: four significant digits, intervals, and parts that add up to the whole."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from math import floor

from multillm_gov.risk.simulation.distribution import Estimate

_DIGITS = 4
"""Significant digits: more would suggest a precision that no interval has."""


def rounded(value: float) -> Decimal:
    """``1,420,889`` as 1,421,000; ``0.123456`` as .1235."""
    exact = Decimal(repr(float(value)))
    if not exact:
        return Decimal(0)
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - _DIGITS + 1), ROUND_HALF_EVEN)


def format_rounded(value: float) -> str:
    """With thousands separators and never in scientific notation; below a thousandth ``0``."""
    if abs(value) < 0.0005:
        return "0"
    return f"{rounded(value):,f}"


def format_estimate(estimate: Estimate) -> tuple[str, str]:
    """``1,421,000`` and ``(1,416,000 to 1,426,000)``; no interval where it has no width."""
    if estimate.low == estimate.high:
        return format_rounded(estimate.value), ""
    return format_rounded(
        estimate.value
    ), f"({format_rounded(estimate.low)} to {format_rounded(estimate.high)})"


def allotted(parts: Sequence[float], whole: Decimal) -> tuple[Decimal, ...]:
    """Parts that add up to the whole exactly: largest remainders first."""
    exponent = whole.as_tuple().exponent
    if not parts or not whole or not isinstance(exponent, int):
        return (Decimal(0),) * len(parts)
    step = Decimal(1).scaleb(min(exponent, max(exponent - 2, 0)))
    counts = [Decimal(repr(float(part))) / step for part in parts]
    floors = [floor(count) for count in counts]
    left = int(whole / step) - sum(floors)
    order = sorted(range(len(parts)), key=lambda index: (floors[index] - counts[index], index))
    for place in range(abs(left)):
        floors[order[place % len(order)] if left > 0 else order[-1 - place % len(order)]] += (
            1 if left > 0 else -1
        )
    return tuple(_plain(step * count) for count in floors)


def _plain(amount: Decimal) -> Decimal:
    """Without an exponent, so that thousands separators show."""
    return Decimal(int(amount)) if amount == amount.to_integral_value() else amount

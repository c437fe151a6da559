"""What a price change of one entity does to the whole bill (method 5)."""

from collections.abc import Sequence
from decimal import Decimal

MILD_RISE = 0.20
BASE_RISE = 0.35
"""Midpoint of 30-40% rises published inside one contract cycle; an assumption."""
SEVERE_RISE = 1.00
"""What list prices of single models have done when an introductory price ended."""


def bill_rise(share: float, price_rise: float) -> float:
    """Relative rise of total spend when an entity with a share of it raises its prices: s * g."""
    return share * price_rise


def largest_bill_rise(shares: Sequence[float], price_rise: float) -> float:
    """The worst single-entity repricing; 0 when there is nothing to reprice."""
    return max((bill_rise(share, price_rise) for share in shares), default=0.0)


def share_within(tolerated_rise: float, price_rise: float) -> float:
    """The largest share whose repricing stays within a tolerated rise of the bill (at most 1)."""
    return min(tolerated_rise / price_rise, 1.0)


def added_spend(spend: Decimal, price_rise: Decimal) -> Decimal:
    """Money a month that a rise by ``price_rise`` adds to what is spent with one entity: spend * g.

    Unlike a limit on its share of spend, a limit on this cannot be met by spending more elsewhere
    (method 6.2).
    """
    return spend * price_rise


def spend_within(tolerated: Decimal, price_rise: Decimal) -> Decimal:
    """The largest spend with one entity whose repricing adds no more than ``tolerated``."""
    return tolerated / price_rise

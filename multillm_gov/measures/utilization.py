"""How much of a hosted model's capacity is used."""

from decimal import Decimal

MINUTES_PER_MONTH = 730 * 60
"""A twelfth of a year of 8,760 hours."""


def utilization(requests_per_month: Decimal, requests_per_minute: int) -> Decimal:
    """Requests over what the model could answer in a month at its rate limit; above 1 it cannot answer them all.

    A mean over the month: a peak may use all of it while the mean is low.

    Raises:
        ValueError: no capacity.
    """
    if requests_per_minute <= 0:
        raise ValueError("capacity must be above zero")
    return requests_per_month / (requests_per_minute * MINUTES_PER_MONTH)

"""What a deployment can take: tokens, the share it serves, retries (method 3.3)."""

from decimal import Decimal

from multillm_gov.portfolio.demand import Demand
from multillm_gov.units import HOURS_PER_MONTH

MINUTES_PER_MONTH = HOURS_PER_MONTH * 60
"""A twelfth of a year of 8,760 hours."""


_ZERO = Decimal(0)
_ONE = Decimal(1)


def mean_tokens(demand: Demand) -> Decimal:
    """Mean tokens of a request of every kind, both ways: limits count input and output."""
    others = (
        demand.audio_input_tokens
        + demand.audio_output_tokens
        + demand.image_input_tokens
        + demand.image_output_tokens
        + demand.video_input_tokens
        + demand.video_output_tokens
    )
    if demand.sizes:
        text = sum(
            (
                Decimal(size.share) * (size.input_tokens + (size.output_tokens or 0))
                for size in demand.sizes
            ),
            _ZERO,
        )
        return text + others
    return Decimal(demand.input_tokens + (demand.output_tokens or 0) + others)


def served_share(capacity: Decimal, demand: Decimal) -> Decimal:
    """min(1, capacity / demand), 1 without demand: a limit of 70 serves .70 of 100."""
    return min(_ONE, capacity / demand) if demand > 0 else _ONE


def demand_with_retries(demand: Decimal, failing_share: Decimal, tries: int) -> Decimal:
    """Calls of a demand whose failures are retried: demand * (1 + f + ... + f^(tries - 1)).

    Args:
        demand: Requests in some unit of time.
        failing_share: f, the share of calls that fail (0..1).
        tries: Calls made for one request at most, the first included.

    Raises:
        ValueError: no try at all.
    """
    if tries < 1:
        raise ValueError("a request is tried at least once")
    return demand * sum((failing_share**number for number in range(tries)), _ZERO)


def utilization(requests_per_month: Decimal, requests_per_minute: int) -> Decimal:
    """Requests over what the model can answer in a month at its rate limit; may exceed 1.

    A mean over the month: a peak may use all of it while the mean is low.

    Raises:
        ValueError: no capacity.
    """
    if requests_per_minute <= 0:
        raise ValueError("capacity must be above zero")
    return requests_per_month / (requests_per_minute * MINUTES_PER_MONTH)

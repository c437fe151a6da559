"""What a deployment can take: tokens of a request, the share it serves, what retries make of demand (method 3.3)."""

from decimal import Decimal

from multillm_gov.portfolio.allocation import Demand

_ZERO = Decimal(0)
_ONE = Decimal(1)


def mean_tokens(demand: Demand) -> Decimal:
    """Mean tokens of a request, both ways: limits count input and output."""
    if demand.sizes:
        return sum(
            (
                Decimal(size.share) * (size.input_tokens + size.output_tokens)
                for size in demand.sizes
            ),
            _ZERO,
        )
    return Decimal(demand.input_tokens + demand.output_tokens)


def served_share(capacity: Decimal, demand: Decimal) -> Decimal:
    """min(1, capacity / demand); 1 where nothing is asked. A limit of 70 serves .70 of a demand of 100."""
    return min(_ONE, capacity / demand) if demand > 0 else _ONE


def demand_with_retries(demand: Decimal, failing_share: Decimal, tries: int) -> Decimal:
    """Calls that a demand becomes when what fails is tried again: demand * (1 + f + ... + f^(tries - 1)).

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

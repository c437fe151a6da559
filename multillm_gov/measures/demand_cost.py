"""What a demand costs on a model: per request on average, and at its largest declared size."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.price import Usage
from multillm_gov.measures.request_cost import request_cost
from multillm_gov.portfolio.allocation import Demand

_ONE = Decimal(1)


class Pricing:
    """Turns US-dollar list prices into the portfolio's currency: ``usd_per_unit`` dollars buy one unit of it."""

    def __init__(self, usd_per_unit: Decimal) -> None:
        self.usd_per_unit = usd_per_unit

    def mean_cost(self, facts: ModelFacts | None, demand: Demand | None) -> Decimal | None:
        """Expected cost of one request.

        With a histogram of sizes it is the share-weighted sum, since prices step with prompt
        length; else the cost of the mean request. ``None`` when the price or the demand is not
        known.
        """
        if facts is None or facts.price is None or demand is None:
            return None
        price = facts.price
        usd = sum(
            (share * request_cost(price, usage) for share, usage in usages(demand)), Decimal(0)
        )
        return usd / self.usd_per_unit

    def largest_cost(self, facts: ModelFacts | None, demand: Demand | None) -> Decimal | None:
        """Cost of the largest request declared: longest input and output, nothing read from the cache."""
        if facts is None or facts.price is None or demand is None:
            return None
        return request_cost(facts.price, largest_usage(demand)) / self.usd_per_unit


def usages(demand: Demand) -> Iterator[tuple[Decimal, Usage]]:
    """Each declared size of request with its share; the mean request alone when there is no histogram."""
    if not demand.sizes:
        yield (
            _ONE,
            _usage(demand, demand.input_tokens, demand.output_tokens, demand.cached_input_share),
        )
        return
    for size in demand.sizes:
        yield (
            size.share,
            _usage(demand, size.input_tokens, size.output_tokens, demand.cached_input_share),
        )


def largest_usage(demand: Demand) -> Usage:
    """The longest input (mean, p99 or largest size) with the longest output."""
    inputs = [
        demand.input_tokens,
        demand.p99_input_tokens or 0,
        *(size.input_tokens for size in demand.sizes),
    ]
    outputs = [
        demand.output_tokens,
        demand.max_output_tokens or 0,
        *(size.output_tokens for size in demand.sizes),
    ]
    return _usage(demand, max(inputs), max(outputs), Decimal(0))


def _usage(demand: Demand, input_tokens: int, output_tokens: int, cached_share: Decimal) -> Usage:
    cached = (
        int((cached_share * input_tokens).to_integral_value(ROUND_HALF_EVEN)) if cached_share else 0
    )
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_input_tokens=cached,
        images=demand.images,
        seconds=demand.seconds,
        service_tier=demand.service_tier,
    )

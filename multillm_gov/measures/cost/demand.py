"""What a demand costs on a model: per request on average, and at its largest declared size."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from msgspec import Struct, structs

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.billed_units import TEXT_TOKENS, UNITS, demand_key
from multillm_gov.catalog.pricing.price import INCLUDED, USD, Price, Usage
from multillm_gov.measures.cost.gaps import Gap, example_count, find_gaps
from multillm_gov.measures.cost.request import request_cost
from multillm_gov.portfolio.demand import Demand

_OWN_HARDWARE = "runs on your own hardware"
_FREE = {
    "ollama": _OWN_HARDWARE,
    "lemonade": _OWN_HARDWARE,
    "searxng": _OWN_HARDWARE,
    "duckduckgo": "a search without a key and without a bill",
}
_ONE = Decimal(1)
_ZERO = Decimal(0)
_COUNTED = tuple(
    (name, unit.demand)
    for name, unit in UNITS.items()
    if unit.demand in Demand.__struct_fields__
    and name not in {"request", "query", "pixel", "search_low", "search_medium", "search_high"}
    and not unit.demand.endswith("_share")
)


def free_because(facts: ModelFacts) -> str:
    """Why a price of zero is a price; empty where nothing says so."""
    if facts.usd_fixed_per_month:
        return "paid by the month"
    if facts.exposure.provider == "openai" and facts.mode == "moderation":
        return "moderation is free at OpenAI"
    return _FREE.get(facts.exposure.provider, "")


class Unknown(Struct, frozen=True):
    """Why a cost is not known."""

    reason: str
    gaps: tuple[Gap, ...] = ()
    currency: str = ""
    """That of the price, where nothing converts it."""


class Pricing:
    """Turns list prices into the portfolio's currency: ``usd_per_unit`` dollars buy one unit of it.

    Without a rate only prices in the portfolio's own currency are known.
    """

    def __init__(self, usd_per_unit: Decimal | None, currency: str = USD) -> None:
        self.usd_per_unit = usd_per_unit
        self.currency = currency

    @property
    def lacks_rate(self) -> bool:
        """Whether amounts in US dollars cannot be turned into the portfolio's currency."""
        return self.usd_per_unit is None and self.currency != USD

    def mean_cost(self, facts: ModelFacts | None, demand: Demand | None) -> Decimal | None:
        """Expected cost of one request, retries included.

        With a histogram of sizes it is the share-weighted sum, since prices step with prompt
        length; else the cost of the mean request. ``None``: not known (`unknown` says why).
        """
        if facts is None or facts.price is None or demand is None:
            return None
        if self.unknown(facts, demand) is not None:
            return None
        price, mode = facts.price, facts.mode
        mean = sum(
            (share * request_cost(price, usage, mode) for share, usage in usages(demand)), _ZERO
        )
        return self._converted(price, mean * (1 + demand.retry_share))

    def largest_cost(self, facts: ModelFacts | None, demand: Demand | None) -> Decimal | None:
        """Cost of the largest request declared: longest input and output, nothing cached."""
        if facts is None or facts.price is None or demand is None:
            return None
        if self.unknown(facts, demand) is not None:
            return None
        return self._converted(
            facts.price, request_cost(facts.price, largest_usage(demand), facts.mode)
        )

    def unknown(self, facts: ModelFacts | None, demand: Demand | None) -> Unknown | None:
        """Why the cost of a request is not known; ``None``: it is known."""
        if demand is None:
            return Unknown("no demand is declared")
        if facts is None:
            return Unknown("the model is not known")
        price = facts.price
        if price is None:
            return Unknown("its price is not known")
        if self._rate(price) is None:
            return Unknown(
                f"its price is in {price.currency}; no exchange rate to {self.currency} is "
                "declared",
                currency=price.currency,
            )
        if is_unproved_zero(facts):
            return Unknown("the price map says 0, which means a free tier or not known")
        gaps = () if _is_free_in_full(facts, price) else _gaps(facts, price, demand)
        return Unknown("; ".join(gap.message for gap in gaps), gaps) if gaps else None

    def _rate(self, price: Price) -> Decimal | None:
        """How much of the price's currency one unit of the portfolio's costs."""
        if price.currency == self.currency:
            return _ONE
        return self.usd_per_unit if price.currency == USD else None

    def _converted(self, price: Price, amount: Decimal) -> Decimal | None:
        rate = self._rate(price)
        return None if rate is None else amount / rate


def _is_free_in_full(facts: ModelFacts, price: Price) -> bool:
    """Whether every unit is free: a declared zero is of the units it names."""
    return price.is_free and (price == INCLUDED or not facts.price_is_declared)


def _gaps(facts: ModelFacts, price: Price, demand: Demand) -> tuple[Gap, ...]:
    """What is missing for any of the sizes and services of a demand, each once."""
    return tuple(
        dict.fromkeys(
            structs.replace(gap, in_sizes=bool(demand.sizes and gap.unit in TEXT_TOKENS))
            for _, usage in usages(demand)
            for gap in find_gaps(price, usage, facts.mode)
        )
    )


def is_unproved_zero(facts: ModelFacts) -> bool:
    """Whether every price is a zero of the price map that no documentation states."""
    price = facts.price
    return bool(
        price is not None
        and price.is_free
        and not facts.price_is_declared
        and not free_because(facts)
    )


def needed_demand(facts: ModelFacts | None) -> tuple[str, ...]:
    """Keys of `demand` with plausible counts, as YAML, that make the cost of a model known."""
    counts = {"requests": "10000"}
    price = facts.price if facts is not None else None
    if facts is None or price is None:
        counts |= {"input_tokens": "1000", "output_tokens": "300"}
    else:
        gaps = [gap for gap in find_gaps(price, Usage(), facts.mode) if gap.kind == "demand"]
        counts |= {demand_key(gap.unit): example_count(gap.unit) for gap in gaps}
    return tuple(f"{key}: {count}" for key, count in counts.items())


def usages(demand: Demand) -> Iterator[tuple[Decimal, Usage]]:
    """Each declared size and service with its share; the mean where there is no histogram."""
    units = _units(demand)
    for part, service in _services(demand):
        if not demand.sizes:
            yield (
                part,
                _usage(demand, (demand.input_tokens, demand.output_tokens), units, service),
            )
        for size in demand.sizes:
            tokens = (size.input_tokens, size.output_tokens)
            yield part * size.share, _usage(demand, tokens, units, service)


def largest_usage(demand: Demand) -> Usage:
    """The longest input (mean, p99 or largest size) with the longest output."""
    inputs = [
        demand.input_tokens,
        demand.p99_input_tokens or 0,
        *(size.input_tokens for size in demand.sizes),
    ]
    outputs = [
        demand.output_tokens or 0,
        demand.max_output_tokens or 0,
        *(size.output_tokens or 0 for size in demand.sizes),
    ]
    uncached = structs.replace(demand, cached_input_share=type(demand.cached_input_share)(0))
    tokens = (max(inputs), max(outputs))
    return _usage(uncached, tokens, _units(uncached), demand.service_tier)


def _services(demand: Demand) -> Iterator[tuple[Decimal, str]]:
    batch, flex = demand.batch_share, demand.flex_share
    rest = _ONE - batch - flex
    if rest:
        yield rest, demand.service_tier
    if batch:
        yield batch, "batch"
    if flex:
        yield flex, "flex"


def _units(demand: Demand) -> dict[str, Decimal]:
    """Everything declared that is no text token."""
    counts = {name: Decimal(count) for name, key in _COUNTED if (count := getattr(demand, key))}
    if demand.searches:
        counts[f"search_{demand.search_context}"] = demand.searches
    if demand.queries != 1:
        counts["query"] = demand.queries
    written = sum(
        (demand.cache_write_share, demand.cache_write_1h_share, demand.cache_write_12h_share), _ZERO
    )
    parts = (
        ("audio", "cache_read", demand.cached_input_share),
        ("audio", "cache_write", written),
        ("image", "cache_read", demand.cached_input_share),
        ("video", "cache_read", demand.cached_input_share),
    )
    for kind, use, share in parts if counts else ():
        tokens = Decimal(getattr(demand, f"{kind}_input_tokens"))
        cached = Decimal(_part(share, int(tokens)))
        if cached:
            counts[f"{kind}_{use}"] = cached
            counts[f"{kind}_input"] -= cached
    return counts


def _usage(
    demand: Demand, tokens: tuple[int, int | None], units: dict[str, Decimal], service: str
) -> Usage:
    input_tokens, output_tokens = tokens[0], tokens[1] or 0
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        without_output=tokens[1] == 0,
        cached_input_tokens=_part(demand.cached_input_share, input_tokens),
        cache_write_tokens=_part(demand.cache_write_share, input_tokens),
        cache_write_1h_tokens=_part(demand.cache_write_1h_share, input_tokens),
        cache_write_12h_tokens=_part(demand.cache_write_12h_share, input_tokens),
        reasoning_tokens=_part(demand.reasoning_share, output_tokens),
        units=units,
        variant=demand.variant or "",
        service_tier=service,
    )


def _part(share: Decimal, tokens: int) -> int:
    return int((share * tokens).to_integral_value(ROUND_HALF_EVEN)) if share else 0

"""What a known cost assumes, said wherever the figure stands."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import structs

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.price import FEDRAMP, Price, Usage
from multillm_gov.measures.cost.demand import largest_usage, usages
from multillm_gov.measures.cost.request import prompt_tokens, rates_for, request_cost
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.demand import Demand
from multillm_gov.units import format_money, format_share


def remarks(facts: ModelFacts, task: TaskClass, spilled: Decimal) -> tuple[str, ...]:
    """What one routed model's cost assumes, as clauses; empty where nothing is assumed."""
    price, demand = facts.price, task.demand
    if price is None or demand is None:
        return ()
    return (
        *_services(price, demand),
        *_implied(task),
        *_prices(price, demand),
        *_reserved(spilled),
    )


def hidden_tier(price: Price, demand: Demand) -> int | None:
    """The threshold of a price tier that the mean request stays below and the longest passes.

    ``None`` where there is none, or where sizes are declared: then each costs its own tier.
    """
    if demand.sizes or not price.tiers:
        return None
    mean = prompt_tokens(_mean(demand))
    longest = prompt_tokens(largest_usage(demand))
    passed = [tier for tier in price.tiers if mean <= tier.above_input_tokens < longest]
    return passed[0].above_input_tokens if passed else None


def _services(price: Price, demand: Demand) -> Iterator[str]:
    for _, usage in usages(demand):
        service = usage.service_tier
        tiers = [tier for tier in price.tiers if service in tier.services]
        if service != "standard" and service not in price.services and not tiers:
            yield f"no {service} price known; standard price used"
            return


def _implied(task: TaskClass) -> Iterator[str]:
    declared, billed = task.declared.demand, task.demand
    if declared is None or billed is None or billed is declared:
        return
    if billed.searches != declared.searches:
        yield f"one web search a request assumed ({billed.search_context} context)"
    for side in ("input", "output"):
        if getattr(billed, f"audio_{side}_tokens") != getattr(declared, f"audio_{side}_tokens"):
            yield f"all {side} tokens taken to be audio"


def _prices(price: Price, demand: Demand) -> Iterator[str]:
    rates = rates_for(price, demand.input_tokens, demand.service_tier)
    read = demand.cached_input_share
    written = (
        demand.cache_write_share or demand.cache_write_1h_share or demand.cache_write_12h_share
    )
    if read and not written and (rates.cache_write or 0) > (rates.input or 0):
        yield "cache writes cost more than input here and are not declared"
    if price.variants and demand.variant is None:
        yield f"price of the default size used, not of {', '.join(price.variants)}"
    if price.off_peak is not None:
        cheaper = format_money(request_cost(off_peak_price(price), _mean(demand)))
        yield f"a request costs {cheaper} off peak ({price.off_peak.hours}), which is not counted"
    if price.region:
        factor = price.regional.get(price.region, price.regional.get("regional", 1)) - 1
        where = "the FedRAMP endpoint" if price.region == FEDRAMP else "processing in one region"
        yield f"includes {format_share(factor)} for {where}"


def off_peak_price(price: Price) -> Price:
    """The price at off-peak hours."""
    if price.off_peak is None:
        return price
    standard = structs.replace(price.standard, **price.off_peak.price.text())
    return structs.replace(price, standard=standard, tiers=(), services={})


def _mean(demand: Demand) -> Usage:
    return next(usage for _, usage in usages(demand))


def _reserved(spilled: Decimal) -> Iterator[str]:
    if spilled:
        yield f"{format_share(spilled)} of the requests exceed the reserved capacity"

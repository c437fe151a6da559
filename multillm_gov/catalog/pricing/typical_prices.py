"""What the models of a family usually cost, over the price map."""

from statistics import median

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.lifecycle.successors import Lineup
from multillm_gov.catalog.price_map import PriceMap, text_of
from multillm_gov.catalog.pricing.plausibility import TypicalPrice
from multillm_gov.catalog.pricing.price_reading import read_price


def typical_price(facts: ModelFacts, lineup: Lineup, price_map: PriceMap) -> TypicalPrice | None:
    """Usual price of a model's family and mode; ``None`` where none of it is priced."""
    prices = []
    for candidate in lineup.of(facts.exposure.model) or lineup.of(facts.exposure.family):
        if candidate.mode == facts.mode and candidate.exposure.family == facts.exposure.family:
            entry = price_map.entry(candidate.name)
            price = read_price(entry, text_of(entry, "litellm_provider"))
            if price is not None:
                prices.append(price.standard)
    inputs = [price.input for price in prices if price.input]
    outputs = [price.output for price in prices if price.output]
    if not inputs and not outputs:
        return None
    return TypicalPrice(
        median(inputs) if inputs else None,
        median(outputs) if outputs else None,
        max(len(inputs), len(outputs)),
    )

"""Token prices of one service tier at each prompt length, resolved the way LiteLLM resolves them.

Source: ``litellm_core_utils/llm_cost_calc/utils.py`` (standard, flex, priority) and
``cost_calculator.py`` (batch).
"""

from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.price_map import EntryNumbers, PriceThreshold
from multillm_gov.catalog.pricing.price import UnitPrices

INPUT = "input_cost_per_token"
OUTPUT = "output_cost_per_token"
READ = "cache_read_input_token_cost"
WRITE = "cache_creation_input_token_cost"
WRITE_1H = "cache_creation_input_token_cost_above_1hr"
WRITE_12H = "cache_creation_input_token_cost_above_12hr"
REASONING = "output_cost_per_reasoning_token"
KEYS = (INPUT, OUTPUT, READ, WRITE, WRITE_1H, WRITE_12H)
BATCH = "batches"
HALF = Decimal("0.5")


class Rates(Struct, frozen=True):
    """Prices below every threshold, and from each threshold on."""

    flat: UnitPrices
    above: tuple[tuple[int, UnitPrices], ...] = ()

    def at(self, tokens: int) -> UnitPrices:
        """The prices of a prompt that has just passed a threshold."""
        return next(
            (price for threshold, price in reversed(self.above) if threshold <= tokens), self.flat
        )

    def changed(self, change: Callable[[UnitPrices], UnitPrices]) -> "Rates":
        """The same rates with a change to the prices at every length."""
        return Rates(
            change(self.flat), tuple((threshold, change(price)) for threshold, price in self.above)
        )


def read_rates(numbers: EntryNumbers, service: str = "") -> Rates:
    """Prices of a service (standard without one); what a service leaves out, standard prices fill.

    A price without its own key above a threshold keeps the price of the threshold below. Reasoning
    has one price at all lengths.
    """
    amounts = {key: numbers.get(key, service) for key in KEYS}
    reasoning = numbers.own(REASONING, service) if service else None
    if reasoning is None and not (service and numbers.own(OUTPUT, service) is not None):
        reasoning = numbers.get(REASONING)
    flat = _price(amounts, reasoning, numbers)
    above = []
    for threshold in numbers.thresholds(KEYS, "", *([service] if service else [])):
        for key in KEYS:
            amount = numbers.get(f"{key}_above_{threshold.spelling}_tokens", service)
            amounts[key] = amounts[key] if amount is None else amount
        above.append((threshold.tokens, _price(amounts, reasoning, numbers)))
    return Rates(flat, tuple(above))


def read_batch_rates(numbers: EntryNumbers) -> Rates | None:
    """Prices of batch jobs; ``None``: the entry has neither an input nor an output price for them.

    Cached reads without a batch price of their own cost what they cost outside of batches (so
    LiteLLM 1.110; it billed them as batch input before), cached writes what batch input costs. An
    input or output price left out is half the standard one, and reasoning costs what output costs.
    """
    thresholds = sorted({*numbers.thresholds(KEYS, BATCH), *numbers.thresholds((READ,), "")})
    flat = _batch_price(numbers, None)
    if flat is None:
        return None
    above = tuple(
        (threshold.tokens, _batch_price(numbers, threshold) or flat) for threshold in thresholds
    )
    return Rates(flat, above)


def _price(
    amounts: dict[str, Decimal | None], reasoning: Decimal | None, numbers: EntryNumbers
) -> UnitPrices:
    output = amounts[OUTPUT]
    if not output:  # image models name a price per image token only: all they put out
        output = numbers.first("output_cost_per_image_token") or output
    return UnitPrices(
        input=amounts[INPUT],
        output=output,
        cache_read=amounts[READ],
        cache_write=amounts[WRITE],
        cache_write_1h=amounts[WRITE_1H],
        cache_write_12h=amounts[WRITE_12H],
        reasoning=reasoning,
    )


def _batch_price(numbers: EntryNumbers, passed: PriceThreshold | None) -> UnitPrices | None:
    own = {key: _amount_at(numbers, key, BATCH, passed) for key in KEYS}
    if own[INPUT] is None and own[OUTPUT] is None:
        return None
    read = _amount_at(numbers, READ, "", passed) if own[READ] is None else None
    if read is not None:
        own[READ] = read * HALF if own[INPUT] is None else read
    for key in (INPUT, OUTPUT):
        standard = numbers.get(key)
        if own[key] is None and standard is not None:
            own[key] = standard * HALF
    return UnitPrices(
        input=own[INPUT],
        output=own[OUTPUT],
        cache_read=own[READ],
        cache_write=own[WRITE],
        cache_write_1h=own[WRITE_1H],
        cache_write_12h=own[WRITE_12H],
    )


def _amount_at(
    numbers: EntryNumbers, key: str, service: str, passed: PriceThreshold | None
) -> Decimal | None:
    """A service's price at the largest threshold passed that this key has, else its flat one."""
    reached = passed and [
        step for step in numbers.thresholds((key,), service) if step.tokens <= passed.tokens
    ]
    for name in (f"{key}_above_{reached[-1].spelling}_tokens", key) if reached else (key,):
        amount = numbers.own(name, service) if service else numbers.get(name)
        if amount is not None:
            return amount
    return None

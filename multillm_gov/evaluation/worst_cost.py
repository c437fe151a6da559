"""The most that one call can cost, known before it is sent: a bound, not an estimate."""

import json
from decimal import Decimal

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.price import USD, Price, Usage
from multillm_gov.evaluation.client import Call
from multillm_gov.measures.cost.demand import is_unproved_zero
from multillm_gov.measures.cost.gaps import find_gaps
from multillm_gov.measures.cost.request import request_cost

TOKENS_PER_MESSAGE = 32
"""Tokens that a chat template adds per message (OpenAI's: 4; the longest known: about 20)."""
TOKENS_PER_SCHEMA = 1_024
"""Tokens that a provider adds for a schema (Anthropic's tool use: about 530)."""


def most_input_tokens(call: Call) -> int:
    """A bound: no tokenizer in use makes more tokens than a text has UTF-8 bytes.

    To the bytes come the template around each message, and the schema with what introduces it.
    """
    texts = [message.content for message in call.messages] or list(call.inputs)
    total = sum(len(text.encode("utf-8", "replace")) + TOKENS_PER_MESSAGE for text in texts)
    if call.output_schema is not None:
        total += len(json.dumps(call.output_schema).encode()) + TOKENS_PER_SCHEMA
    return total


def worst_cost(call: Call, facts: ModelFacts | None) -> Decimal | None:
    """US dollars that the call costs at most; ``None``: not known, which is not free.

    The answer is as long as the call, else the model, lets it be, all of it billed at the dearer of
    output and reasoning; the prompt is as long as its bound, at the dearest of the tiers that a
    prompt up to there can fall into. A price of zero that nobody vouches for, and tokens without a
    price, are not known.
    """
    price = facts.price if facts is not None else None
    if facts is None or price is None or price.currency != USD or is_unproved_zero(facts):
        return None
    output: int | None = 0
    if call.mode != "embedding":
        own = call.max_output_tokens
        output = facts.max_output_tokens if own is None else own
    most = most_input_tokens(call)
    if output is None:
        return None
    sent = Usage(input_tokens=most, output_tokens=output)
    if any(gap.kind == "price" for gap in find_gaps(price, sent, facts.mode)):
        return None
    lengths = {
        most,
        *(tier.above_input_tokens for tier in price.tiers if tier.above_input_tokens < most),
    }
    # Each tier at the full length: a tier that is cheaper than the one below it must not lower the
    # bound.
    prices = [
        price.standard,
        *(tier.price for tier in price.tiers if tier.above_input_tokens in lengths),
    ]
    return max(
        request_cost(
            _at(price, number),
            Usage(input_tokens=most, output_tokens=output, reasoning_tokens=reasoning),
        )
        for number in range(len(prices))
        for reasoning in (0, output)
    )


def _at(price: Price, number: int) -> Price:
    """The price with one of its tiers holding for every length: 0 is the standard one."""
    from msgspec.structs import replace

    standard = price.standard
    if number:
        tier = price.tiers[number - 1].price
        standard = replace(tier, units=standard.units | tier.units)
    return replace(price, standard=standard, tiers=())

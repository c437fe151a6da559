"""The bound holds for whatever a provider may count, and never falls when a price rises."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.catalog.pricing.price import Price, PriceTier, UnitPrices, Usage
from multillm_gov.evaluation.client import Call, Message
from multillm_gov.evaluation.worst_cost import most_input_tokens, worst_cost
from multillm_gov.measures.cost.request import request_cost

rates = st.integers(0, 50).map(lambda each: Decimal(each) / 1_000_000)
token_prices = st.builds(
    UnitPrices,
    input=rates,
    output=rates,
    reasoning=st.none() | rates,
    units=st.dictionaries(st.just("request"), rates),
)
tiers = st.lists(
    st.tuples(st.integers(1, 400), token_prices), max_size=3, unique_by=lambda each: each[0]
).map(
    lambda found: tuple(
        PriceTier(above_input_tokens=above, price=price)
        for above, price in sorted(found, key=lambda each: each[0])
    )
)
prices = st.builds(Price, standard=token_prices, tiers=tiers)


def priced(price, mode="chat", source="override"):
    exposure = Exposure(model="m", provider="openai")
    return ModelFacts(
        name="m",
        source=source,
        exposure=exposure,
        mode=mode,
        price=price,
        price_is_declared=source == "override",
    )


def call(text, most=100, **given):
    return Call(model="m", messages=(Message("user", text),), max_output_tokens=most, **given)


@given(prices, st.text(max_size=200), st.integers(0, 300), st.data())
def test_no_request_within_the_bound_costs_more(price, text, most, data):
    sent = call(text, most)
    used_in = data.draw(st.integers(0, most_input_tokens(sent)))
    used_out = data.draw(st.integers(0, most))
    reasoning = data.draw(st.integers(0, used_out))
    usage = Usage(input_tokens=used_in, output_tokens=used_out, reasoning_tokens=reasoning)
    assert request_cost(price, usage) <= worst_cost(sent, priced(price, sent.mode))


@given(st.text(max_size=300))
def test_more_text_never_costs_less(text):
    price = Price(standard=UnitPrices(input=Decimal("0.000003"), output=Decimal("0.000015")))
    assert worst_cost(call(text), priced(price)) < worst_cost(call(text + "a"), priced(price))


def test_unknown_is_not_free():
    free = Price(standard=UnitPrices(input=Decimal(0), output=Decimal(0)))
    one_sided = Price(standard=UnitPrices(input=Decimal(1)))
    by_second = Price(standard=UnitPrices(units={"second": Decimal(1)}))
    rupees = Price(standard=UnitPrices(input=Decimal(1), output=Decimal(1)), currency="INR")
    assert worst_cost(call("a"), None) is None
    assert worst_cost(call("a"), priced(None)) is None
    assert worst_cost(call("a"), priced(free, source="litellm")) is None
    assert worst_cost(call("a"), priced(free)) == 0
    for price in (one_sided, by_second, rupees):
        assert worst_cost(call("a"), priced(price)) is None
    endless = Price(standard=UnitPrices(input=Decimal(1), output=Decimal(1)))
    assert worst_cost(call("a", most=None), priced(endless)) is None


def test_a_schema_is_sent_too():
    assert (
        most_input_tokens(call("a", output_schema={"type": "object"}))
        > most_input_tokens(call("a")) + 1_000
    )


def test_embeddings_have_no_output():
    price = Price(standard=UnitPrices(input=Decimal(1), output=Decimal(1000)))
    sent = Call(model="m", mode="embedding", inputs=("ab", "c"))
    assert worst_cost(sent, priced(price, sent.mode)) == 2 + 1 + 2 * 32


@pytest.mark.litellm
@pytest.mark.parametrize(
    "text",
    [
        "Sort the ticket.",
        "Grüße aus Köln",
        "注文した商品が届きません",
        "🦊🦊🦊",
        "{}[]();",
        " " * 50,
    ],
)
def test_no_tokenizer_makes_more_tokens_than_bytes(text):
    import litellm

    assert litellm.token_counter(model="gpt-4o", text=text) <= len(text.encode())

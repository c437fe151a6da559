"""What is missing before a cost is known: nothing that is used, and nothing that bills, is free in
silence."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.catalog.pricing.billed_units import UNITS
from multillm_gov.catalog.pricing.price import Price, UnitPrices, Usage
from multillm_gov.measures.cost.gaps import find_gaps
from multillm_gov.measures.cost.request import request_cost
from multillm_gov.portfolio.demand import Demand

MODES = ["chat", "embedding", "audio_speech", "audio_transcription", "image_generation", "ocr", ""]
amounts = st.decimals(min_value=0, max_value=1, places=6)
prices = st.builds(
    Price,
    standard=st.builds(
        UnitPrices,
        input=st.none() | amounts,
        output=st.none() | amounts,
        units=st.dictionaries(st.sampled_from(sorted(UNITS)), amounts, max_size=4),
    ),
)
usages = st.builds(
    Usage,
    input_tokens=st.integers(0, 3),
    output_tokens=st.integers(0, 3),
    without_output=st.booleans(),
    units=st.dictionaries(
        st.sampled_from(sorted(UNITS)), st.integers(0, 3).map(Decimal), max_size=4
    ),
)


@given(prices, usages, st.sampled_from(MODES))
def test_without_a_gap_a_request_costs_something_or_every_price_is_zero(
    price: Price, usage: Usage, mode: str
) -> None:
    if not find_gaps(price, usage, mode):
        assert request_cost(price, usage, mode) > 0 or price.is_free or not price.standard.given()


@given(prices, usages, st.sampled_from(MODES), st.sampled_from(sorted(UNITS)))
def test_a_gap_names_a_key_that_can_be_declared(
    price: Price, usage: Usage, mode: str, unit: str
) -> None:
    for gap in find_gaps(price, usage, mode):
        assert gap.message
        if gap.kind == "demand":
            key = gap.entry.partition(":")[0]
            assert key in Demand.__struct_fields__
        else:
            assert gap.unit in gap.entry or "variant" in gap.entry
    assert UNITS[unit].demand in Demand.__struct_fields__


@pytest.mark.parametrize(
    ("mode", "prices", "counts", "missing"),
    [
        ("audio_speech", {"character": 1}, {"second": 60}, "character"),
        ("audio_transcription", {"second": 1}, {"second": 60}, None),
        ("audio_transcription", {"audio_input": 1}, {"second": 60}, "audio_input"),
        ("image_generation", {"image_output": 1}, {"image": 1}, "image_output"),
        ("image_generation", {"image": 1}, {"image": 1}, None),
        ("video_generation", {"second": 1}, {}, "second"),
        ("ocr", {"page": 1}, {}, "page"),
        ("search", {"query": 1}, {}, None),
        ("rerank", {"query": 1}, {}, None),
        ("chat", {"song": 1}, {}, "song"),
    ],
)
def test_each_mode_knows_by_which_units_it_bills(
    mode: str, prices: dict[str, int], counts: dict[str, int], missing: str | None
) -> None:
    price = Price(standard=UnitPrices(units={unit: Decimal(usd) for unit, usd in prices.items()}))
    usage = Usage(units={unit: Decimal(count) for unit, count in counts.items()})
    assert [gap.unit for gap in find_gaps(price, usage, mode)] == ([missing] if missing else [])

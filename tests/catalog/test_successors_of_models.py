"""The model to move to, and what the move changes."""

import re
from datetime import date
from decimal import Decimal

import pytest

from multillm_gov.catalog.facts import Exposure, Lifecycle, ModelFacts
from multillm_gov.catalog.lifecycle.moves import move_effects
from multillm_gov.catalog.lifecycle.retired import retired_list
from multillm_gov.catalog.lifecycle.snapshots import is_preview, line_of
from multillm_gov.catalog.lifecycle.successors import SHORT_LIFE
from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.catalog.pricing.price import Price, UnitPrices


@pytest.mark.parametrize(
    ("model", "line", "version"),
    [
        ("claude-3-5-sonnet", "claude-sonnet", (3, 5)),
        ("claude-sonnet-4-5", "claude-sonnet", (4, 5)),
        ("gemini-2.0-flash-lite", "gemini-flash-lite", (2, 0)),
        ("gpt-4o-mini", "gpt-mini", (4,)),
        ("llama-3.3-70b", "llama-70b", (3, 0.3)),
        ("deepseek-v3.2", "deepseek-v", (3, 0.2)),
        ("qwen3-coder-480b-a35b", "qwen-coder-480b-a35b", (3,)),
        ("text-embedding-3-large", "embedding-large", (3,)),
    ],
)
def test_lines_are_names_without_version(model, line, version):
    found = line_of(model)
    assert (found.name, found.version) == (line, version)


def test_decimal_versions_are_ordered_as_decimals():
    assert line_of("grok-4.20").version < line_of("grok-4.3").version


@pytest.mark.parametrize(
    ("name", "line", "region"),
    [
        ("anthropic/claude-3-5-sonnet-20241022", "claude-sonnet", ()),
        ("claude-3-opus-20240229", "claude-opus", ()),
        ("eu.anthropic.claude-3-sonnet-20240229-v1:0", "claude-sonnet", ("EU",)),
        ("bedrock/us.anthropic.claude-3-haiku-20240307-v1:0", "claude-haiku", ("US",)),
        ("gemini/gemini-1.5-flash", "gemini-flash", ()),
        ("mistral/mistral-large-2407", "mistral-large", ()),
        ("databricks/databricks-meta-llama-3-1-70b-instruct", "llama-70b", ()),
    ],
)
def test_a_past_model_names_a_living_one_of_its_line(catalog, as_of, name, line, region):
    old = catalog.find(name)
    told = old.lifecycle.successor
    new = catalog.find(told.model)
    assert new is not None
    assert line_of(new.exposure.model).name == line
    assert not new.retired_on(as_of)
    assert not is_preview(new.name)
    assert new.regions == region
    assert new.mode == old.mode
    assert (new.exposure.vendor, new.exposure.provider) == (
        old.exposure.vendor,
        old.exposure.provider,
    )
    if "/" in name:
        assert told.model.startswith(name.partition("/")[0] + "/")


def test_an_announced_successor_is_taken_while_it_lasts(price_map):
    catalog = open_catalog(Overrides(), None, lambda: price_map, date(2025, 11, 1))
    told = catalog.find("claude-3-5-sonnet-20241022").lifecycle.successor
    assert (told.model, told.origin) == ("claude-sonnet-4-5-20250929", "announced")
    assert told.source.startswith("https://docs.anthropic.com/")


def test_an_announced_successor_that_is_about_to_retire_leads_to_its_own(catalog):
    successor = catalog.find("claude-3-5-sonnet-20241022").lifecycle.successor
    assert (successor.model, successor.origin) == ("claude-sonnet-5-5", "announced")
    assert "claude-sonnet-4-5-20250929 retires on 2026-11-30" in successor.source


def test_successors_outlive_the_day_and_are_never_the_model_itself(catalog, as_of):
    moved = 0
    for name in retired_list().gone:
        old = catalog.find(name)
        told = old.lifecycle.successor
        if told is None:
            continue
        moved += 1
        new = catalog.find(told.model)
        assert new is not None, name
        assert new.name != old.name
        assert not new.retired_on(as_of), name
        assert new.mode == old.mode or told.origin == "announced", name
    assert moved > 150


def test_a_successor_loses_no_ability_where_one_that_keeps_it_exists(small_map, as_of):
    base = {"litellm_provider": "anthropic", "mode": "chat"}
    price_map = small_map(
        {
            "claude-opus-4-1": {**base, "deprecation_date": "2026-08-05", "supports_vision": True},
            "claude-opus-5": {**base, "supports_vision": True, "max_input_tokens": 1},
            "claude-opus-6": {**base},
            "claude-opus-7-preview": {**base, "supports_vision": True},
            "claude-opus-8": {**base, "supports_vision": True, "deprecation_date": "2026-11-01"},
        }
    )
    catalog = open_catalog(Overrides(), None, lambda: price_map, as_of)
    assert catalog.find("claude-opus-4-1").lifecycle.successor.model == "claude-opus-5"


@pytest.mark.parametrize(
    ("name", "worse"),
    [
        ("claude-opus-4-1", "claude-opus-7-preview"),  # a preview
        ("claude-opus-4-1", "claude-opus-4-1-20250805"),  # a snapshot of the same model
        ("claude-opus-4-1", "claude-opus-4"),  # older
        ("claude-opus-4-1", "claude-haiku-5"),  # another line
    ],
)
def test_none_is_better_than_a_bad_one(small_map, as_of, name, worse):
    base = {"litellm_provider": "anthropic", "mode": "chat"}
    price_map = small_map({name: {**base, "deprecation_date": "2026-08-05"}, worse: base})
    catalog = open_catalog(Overrides(), None, lambda: price_map, as_of)
    assert catalog.find(name).lifecycle.successor is None


@pytest.fixture(scope="module")
def moved(price_map):
    catalog = open_catalog(Overrides(), None, lambda: price_map, date(2026, 11, 30))
    models = (catalog.find(name) for name in (*price_map.names, *retired_list().gone))
    return catalog, [facts for facts in models if facts.lifecycle.successor is not None]


def test_every_announced_successor_of_the_map_is_used(price_map, moved):
    catalog, _ = moved
    checked = 0
    for name, entry in price_map.entries():
        announced = entry.get("successor_model")
        if not announced:
            continue
        checked += 1
        lifecycle = catalog.find(name).lifecycle
        successor = lifecycle.successor
        if announced not in price_map.names:
            assert lifecycle.announced == announced, name
            assert successor is None or successor.origin == "derived", name
        elif successor is not None and successor.origin == "announced":
            assert announced in {successor.model, *_passed(successor.source)}, name
        else:
            assert lifecycle.announced == announced, name
            assert catalog.find(announced).retired_on(date(2026, 11, 30) + SHORT_LIFE), name
    assert checked > 440


def _passed(source):
    """Announced successors that the chain went past; of those that have retired it says so."""
    steps = [re.split(r" (retires|was retired) on ", step) for step in source.split("; ")[1:]]
    for _, verb, day in steps:
        assert (verb == "was retired") == (date.fromisoformat(day) < date(2026, 11, 30))
    return [name for name, _, _ in steps]


def test_no_derived_successor_breaks_a_rule(moved):
    catalog, models = moved
    derived = [facts for facts in models if facts.lifecycle.successor.origin == "derived"]
    assert len(derived) > 50
    for old in derived:
        new = catalog.find(old.lifecycle.successor.model)
        assert new is not None, old.name
        assert new.exposure.model != old.exposure.model, old.name
        assert line_of(new.exposure.model).version > line_of(old.exposure.model).version, old.name
        assert not new.lifecycle.preview, old.name
        assert not new.retired_on(date(2026, 11, 30)), old.name
        ends, last = new.lifecycle.retirement, old.lifecycle.retirement
        assert ends is None or last is None or ends > last, old.name
        assert new.exposure.provider == old.exposure.provider, old.name


def test_no_successor_is_invented(small_map, as_of):
    price_map = small_map(
        {
            "claude-opus-4-1": {
                "litellm_provider": "anthropic",
                "mode": "chat",
                "deprecation_date": "2026-08-05",
            },
            "claude-haiku-5": {"litellm_provider": "anthropic", "mode": "chat"},
            "vertex_ai/claude-opus-5": {
                "litellm_provider": "vertex_ai-anthropic_models",
                "mode": "chat",
            },
        }
    )
    assert (
        open_catalog(Overrides(), None, lambda: price_map, as_of)
        .find("claude-opus-4-1")
        .lifecycle.successor
        is None
    )


def _facts(**changed):
    return ModelFacts(
        **{"name": "x", "source": "litellm", "exposure": Exposure(model="x"), **changed}
    )


def test_the_effects_of_a_move_are_in_both_figures():
    old = _facts(
        price=Price(standard=UnitPrices(input=Decimal("2e-6"), output=Decimal("1e-5"))),
        max_input_tokens=1_000_000,
        max_output_tokens=8192,
        capabilities=frozenset({"vision", "web_search", "pdf_input"}),
    )
    new = _facts(
        price=Price(standard=UnitPrices(input=Decimal("3e-6"), output=Decimal("1e-5"))),
        max_input_tokens=200_000,
        max_output_tokens=8192,
        capabilities=frozenset({"vision", "reasoning"}),
        lacks=frozenset({"web_search"}),
        lifecycle=Lifecycle(retirement=date(2027, 1, 1)),
    )
    assert move_effects(old, new) == (
        "input 2.00 USD → 3.00 USD per million tokens (+50%)",
        "context 1,000,000 → 200,000 tokens",
        "loses web search",
        "not known to have pdf input",
        "gains reasoning",
        "itself retires on 2027-01-01",
    )


def test_a_move_names_every_unit_that_both_bill():
    """By text alone, a voice at 2.40 USD looks cheaper than one at 10.00 USD."""
    old = _priced(output="10", audio_output="12", image="40000")
    new = _priced(output="2.4", audio_output="20", image="30000")
    assert move_effects(old, new) == (
        "output 10.00 USD → 2.40 USD per million tokens (−76%)",
        "audio output 12.00 USD → 20.00 USD per million tokens (+67%)",
        "price 0.04 USD → 0.03 USD per image made (−25%)",
    )
    other = "billed by other units, so the prices are not compared"
    assert move_effects(_priced(character="15"), new) == (other,)


def _priced(output=None, **units):
    """Prices in US dollars per million of a unit."""
    own = {name: Decimal(amount) / 10**6 for name, amount in units.items()}
    text = None if output is None else Decimal(output) / 10**6
    return _facts(price=Price(standard=UnitPrices(output=text, units=own)))


def test_a_move_between_unknowns_tells_nothing():
    assert move_effects(_facts(), _facts()) == ()
    free = _facts(price=Price(standard=UnitPrices(input=Decimal(0))))
    priced = _facts(price=Price(standard=UnitPrices(input=Decimal("1e-6"))))
    assert move_effects(free, priced) == ("input 0.00 USD → 1.00 USD per million tokens",)

"""Models that today's price map no longer carries are known, with date and source."""

import importlib
import json
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from multillm_gov.catalog.lifecycle.retired import retired_list

ROOT = Path(__file__).parents[2]
DATA = ROOT / "multillm_gov" / "catalog" / "data" / "retired_models.json"


@pytest.mark.parametrize(
    ("name", "retirement"),
    [
        ("anthropic/claude-3-5-sonnet-20241022", date(2025, 10, 28)),
        ("claude-3-5-sonnet-20241022", date(2025, 10, 28)),
        ("claude-3-5-sonnet-20240620", date(2025, 10, 28)),
        ("anthropic/claude-3-5-sonnet-latest", date(2025, 10, 28)),
        ("claude-3-opus-20240229", date(2026, 1, 5)),
        ("gemini/gemini-1.5-pro", date(2025, 9, 29)),
        ("vertex_ai/gemini-1.5-pro", date(2025, 9, 29)),
        ("gemini-1.5-pro", date(2025, 9, 29)),
        ("gemini/gemini-1.5-pro-latest", date(2025, 9, 29)),
        ("openai/o1-mini", date(2025, 10, 27)),
        ("claude-1.3", date(2024, 11, 6)),
    ],
)
def test_past_models_are_retired_with_a_source(catalog, as_of, name, retirement):
    facts = catalog.find(name)
    assert facts.source == "retired-list"
    assert facts.name == name
    assert facts.lifecycle.retirement == retirement
    assert facts.lifecycle.source
    assert facts.retired_on(as_of)


def test_a_past_model_keeps_its_last_known_facts(catalog):
    facts = catalog.find("anthropic/claude-3-5-sonnet-20241022")
    assert facts.mode == "chat"
    assert facts.max_input_tokens == 200_000
    assert {"vision", "function_calling"} <= facts.capabilities
    assert facts.price.standard.input * 10**6 == 3
    assert facts.price.standard.output * 10**6 == 15


def test_gpt_4o_is_current_and_floats(catalog, as_of):
    facts = catalog.find("openai/gpt-4o")
    assert facts.source == "litellm"
    assert not facts.retired_on(as_of)
    assert facts.lifecycle.floating_alias


def test_a_model_that_vanished_without_a_date_is_not_called_retired(catalog, as_of):
    facts = catalog.find("openrouter/anthropic/claude-3.5-sonnet")
    assert facts.source == "retired-list"
    assert facts.lifecycle.retirement is None
    assert not facts.retired_on(as_of)
    assert "2026-08-01" in facts.lifecycle.source


def test_every_dated_model_of_the_corpus_is_known(corpus, catalog):
    lines = (
        (corpus / "deprecations" / "litellm_deprecation_dates_over_time.csv")
        .read_text()
        .splitlines()[1:]
    )
    unknown = (
        {line.split(",")[0] for line in lines}
        - set(retired_list().gone)
        - set(catalog._known.price_map.names)
    )
    later = {line.split(",")[0] for line in lines if ",pypi-" in line}
    assert unknown <= later, (
        "models that vanished must be known; only a newer release may bring unknown ones"
    )


def test_a_model_that_only_a_release_between_two_tables_carried_is_known(catalog, as_of):
    facts = catalog.find("together_ai/Qwen/QwQ-32B")
    assert facts.source == "retired-list"
    assert facts.price.standard.output * 10**6 == Decimal("1.2")
    assert facts.retired_on(as_of)
    assert retired_list().gone[facts.name].last_seen == "release 1.106.2"


def test_what_an_older_release_carried_is_kept(corpus, builder, small_map, tmp_path, monkeypatch):
    monkeypatch.setattr(builder, "KEPT", tmp_path / "kept.json")
    older = {
        "new-in-map": {"mode": "chat"},
        "gpt-4o": {"mode": "chat"},
        "short-lived": {
            "mode": "chat",
            "input_cost_per_token": 1e-6,
            "about": "x",
            "deprecation_date": "2026-10-01",
        },
        "undated": {"mode": "chat"},
    }
    builder.keep("1.200.0", json.dumps(older).encode(), corpus, small_map({"new-in-map": {}}))
    kept = json.loads(builder.KEPT.read_bytes())
    assert kept == {
        "1.200.0": {
            "short-lived": {
                "mode": "chat",
                "input_cost_per_token": 1e-6,
                "deprecation_date": "2026-10-01",
            },
            "undated": {"mode": "chat"},
        }
    }
    last, dates = {}, defaultdict(list)
    builder.add_kept({**kept, "1.99.0": {"undated": {"mode": "embedding"}}}, last, dates)
    assert last["undated"] == ("release 1.200.0", {"mode": "chat"}), (
        "of two releases the later one is the last"
    )
    assert dates == {"short-lived": [("9999", "2026-10-01", "litellm 1.200.0")]}


def test_dates_of_the_installed_release_serve_older_ones(corpus, builder, small_map):
    installed = small_map({"a": {"deprecation_date": "2027-01-01"}, "b": {}}, "99.0.0")
    assert builder.newest_told(corpus, installed) == ("99.0.0", {"a": "2027-01-01"})
    release, told = builder.newest_told(corpus, small_map({}, "1.0.0"))
    assert (release, told["gpt-5"]) == ("1.109.1", "2026-12-11")
    successors = {"c": ("d", "https://example.org")}
    announced = {"b": ("2026-01-01", "2026-05-01", "https://example.org")}
    assert builder.addition("a", ("", "2027-01-01"), {"a": "2027-01-01"}, {}, {}) == {
        "retirement": "2027-01-01"
    }
    assert builder.addition("a", ("2027-01-01", "2027-01-01"), {"a": "2027-01-01"}, {}, {}) == {}
    assert (
        builder.addition("b", ("", ""), {}, announced, successors)["source"]
        == "https://example.org"
    )
    assert builder.addition("b", ("", "2026-06-01"), {}, announced, successors) == {}
    assert builder.addition("c", ("", ""), {}, announced, successors)["successor"] == "d"


def test_every_model_of_the_historical_maps_is_known(history, catalog):
    names = {name for price_map in history.values() for name in price_map.names}
    assert len(names) > 3000
    assert [name for name in sorted(names) if catalog.find(name) is None] == []


def test_the_list_is_small_and_says_where_it_is_from():
    listed = retired_list()
    assert DATA.stat().st_size < 400_000
    assert len(listed.gone) > 500
    for name, ending in listed.gone.items():
        assert ending.retirement or ending.last_seen, name
        assert bool(ending.retirement) == bool(ending.source), name
        assert bool(ending.successor) == bool(ending.successor_source), name
    sources = Counter(
        ending.source.partition(":")[0] for ending in listed.gone.values() if ending.source
    )
    assert sources["https"] > 30


def test_moved_dates_are_on_record():
    ending = retired_list().gone["gemini/gemini-2.0-flash"]
    assert ending.retirement == "2026-06-01"
    assert ending.before == ("2026-03-31 (litellm table of 2026-01-23)",)


@pytest.fixture
def builder(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("build_retired_models")


def test_the_documented_command_gives_the_shipped_bytes(corpus, builder, price_map):
    if json.loads(DATA.read_bytes())["litellm"] != price_map.version:
        pytest.skip(
            f"the list was built with LiteLLM {retired_list().litellm}, installed is "
            f"{price_map.version}"
        )
    assert builder.build(corpus, price_map) == DATA.read_bytes()


def test_garbled_successors_are_cleaned_or_dropped(builder):
    known = builder.Known(
        {"gpt-5": "openai", "gpt-4.1": "openai", "gpt-image-1": "openai", "imagen-3": "gemini"}
    )
    assert known.successor("openai", "gpt-5orgpt-4.1*") == "gpt-5"
    assert known.successor("openai", "gpt-image-1orgpt-image-1-mini") == "gpt-image-1"
    assert known.successor("openai", "gpt-9orgpt-4.1*") == "gpt-4-1"
    assert known.successor("openai", "Fine-tuned Embed models") == ""
    assert known.successor("openai", "") == ""


def test_a_date_that_is_the_day_of_its_announcement_is_not_believed(builder):
    told = {
        "provider": "OpenAI",
        "model_id": "gpt-5",
        "announcement_date": "2025-09-26",
        "shutdown_date": "2025-09-26",
        "replacement_model": "",
        "scraped_at": "2025-11-13T00:00:00",
        "url": "https://example.org",
    }
    dates = defaultdict(list)
    builder.add_announcements(
        [told], builder.Known({"gpt-5": "openai"}), dates, {"gpt-5": "openai"}
    )
    assert not dates

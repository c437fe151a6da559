"""Retirement, floating aliases, previews."""

from datetime import date

import pytest

from multillm_gov.catalog.lifecycle import current_lifecycle, is_older
from multillm_gov.catalog.lifecycle import stated_retirement as stated
from multillm_gov.catalog.retired import retired_list
from multillm_gov.catalog.snapshots import date_key, is_preview, is_snapshot, snapshot_of


def stated_retirement(name, price_map):
    told = stated(name, price_map)
    return told.retirement, told.source


@pytest.mark.parametrize(
    ("name", "snapshot"),
    [
        ("gpt-4o", "gpt-4o-2024-11-20"),
        ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        ("vertex_ai/claude-sonnet-4-5", "vertex_ai/claude-sonnet-4-5@20250929"),
        ("azure/eu/gpt-4o", "azure/eu/gpt-4o-2024-11-20"),
        ("mistral/mistral-large-latest", "mistral/mistral-large-2512"),
    ],
)
def test_floating_aliases_name_their_snapshot(price_map, name, snapshot):
    lifecycle = current_lifecycle(name, price_map)
    assert lifecycle.floating_alias
    assert lifecycle.snapshot == snapshot


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o-2024-08-06",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-4-6",  # no dated snapshot in the map
        "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "ft:gpt-4o-2024-08-06",
        "deepinfra/deepseek-ai/DeepSeek-V3",  # fixed weights: V3-0324 is another model
    ],
)
def test_fixed_names_do_not_float(price_map, name):
    assert not current_lifecycle(name, price_map).floating_alias


def test_a_latest_alias_floats_even_without_a_known_snapshot(small_map):
    price_map = small_map({"mistral/tiny-latest": {"litellm_provider": "mistral"}})
    lifecycle = current_lifecycle("mistral/tiny-latest", price_map)
    assert (lifecycle.floating_alias, lifecycle.snapshot) == (True, "")


def test_an_alias_points_to_the_snapshot_of_its_own_price(small_map):
    price_map = small_map(
        {
            "gpt-x": {"litellm_provider": "openai", "input_cost_per_token": 1e-6},
            "gpt-x-1106": {"litellm_provider": "openai", "input_cost_per_token": 3e-6},
            "gpt-x-0125": {"litellm_provider": "openai", "input_cost_per_token": 1e-6},
        }
    )
    assert current_lifecycle("gpt-x", price_map).snapshot == "gpt-x-0125"


@pytest.mark.parametrize(
    ("name", "preview"),
    [
        ("gemini/gemini-3-flash-preview", True),
        ("gemini-2.0-flash-exp", True),
        ("gemini-exp-1206", True),
        ("gpt-4-0125-preview", True),
        ("xai/grok-3-beta", True),
        ("mistral/labs-leanstral-1-5", True),
        ("amazon.nova-2-pro-preview-20251202-v1:0", True),
        ("gpt-4o", False),
        ("fireworks_ai/accounts/fireworks/models/qwen3-coder-next", False),
        ("bedrock/zephyr-7b-expert", False),
    ],
)
def test_previews_are_told_by_their_name(name, preview):
    assert is_preview(name) is preview


@pytest.mark.parametrize(
    "name", ["gpt-5-2025-08-07", "command-r-08-2024", "mistral-large-2407", "x@001", "gpt-4-0613"]
)
def test_dated_names_are_snapshots(name):
    assert is_snapshot(name)


@pytest.mark.parametrize(
    "name", ["gpt-4o", "llama-3.3-70b", "claude-opus-4-6", "text-embedding-3-small", "grok-4.20"]
)
def test_versions_and_sizes_are_no_dates(name):
    assert not is_snapshot(name)


def test_the_newest_snapshot_is_by_date_not_by_spelling():
    assert (
        snapshot_of("command-r", ["command-r-08-2024", "command-r-03-2025"]) == "command-r-03-2025"
    )
    assert date_key("a-2025-01-01") < date_key("a-2026-01-01")


def test_missing_retirement_is_unknown(small_map):
    price_map = small_map({"a": {"deprecation_date": "soon"}, "b": {}})
    assert stated_retirement("a", price_map) == (None, "")
    assert stated_retirement("b", price_map) == (None, "")


def test_a_newer_release_overrules_an_older_installed_one(small_map):
    entries = {"gpt-5": {"litellm_provider": "openai"}}
    newest = retired_list().newest_release
    assert stated_retirement("gpt-5", small_map(entries, "1.106.2")) == (
        date(2026, 12, 11),
        f"litellm {newest}",
    )
    assert stated_retirement("gpt-5", small_map(entries, newest)) == (None, "")
    assert stated_retirement("gpt-5", small_map(entries, "1.200.0")) == (None, "")


def test_a_release_that_agrees_with_a_newer_one_is_its_own_source(small_map):
    entries = {"gpt-5": {"litellm_provider": "openai", "deprecation_date": "2026-12-11"}}
    assert stated_retirement("gpt-5", small_map(entries, "1.106.2")) == (
        date(2026, 12, 11),
        "litellm 1.106.2",
    )


def test_an_announcement_counts_only_where_the_map_tells_no_date(small_map):
    name = "anthropic.claude-3-5-sonnet-20240620-v1:0"
    silent, telling = small_map({name: {}}), small_map({name: {"deprecation_date": "2027-01-01"}})
    retirement, source = stated_retirement(name, silent)
    assert retirement == date(2026, 3, 1)
    assert source.startswith("https://docs.aws.amazon.com/")
    assert stated_retirement(name, telling) == (date(2027, 1, 1), "litellm 99.0.0")


@pytest.mark.parametrize(
    ("version", "other", "older"),
    [
        ("1.106.2", "1.109.1", True),
        ("1.109.1", "1.109.1", False),
        ("1.110", "1.109.1", False),
        ("unknown", "1", True),
    ],
)
def test_releases_are_ordered_by_number(version, other, older):
    assert is_older(version, other) is older

"""Retirement, floating aliases, previews."""

from datetime import date

import pytest

from multillm_gov.catalog.lifecycle.lifecycle import current_lifecycle, is_older
from multillm_gov.catalog.lifecycle.lifecycle import stated_retirement as stated
from multillm_gov.catalog.lifecycle.retired import retired_list
from multillm_gov.catalog.lifecycle.snapshots import (
    date_key,
    is_preview,
    is_snapshot,
    regional_names,
    snapshot_of,
)


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


REGIONS = ("", "eu.", "us.", "apac.", "global.", "jp.", "au.")


@pytest.mark.parametrize("region", REGIONS)
def test_a_date_that_one_regional_name_of_nine_carries_is_doubtful_for_all(price_map, region):
    name = f"{region}anthropic.claude-haiku-4-5-20251001-v1:0"
    lifecycle = current_lifecycle(name, price_map)
    assert lifecycle.retirement is None
    assert lifecycle.doubtful.date == date(2026, 10, 15)
    assert "only 1 of the model's 9 regional names carries it" in lifecycle.doubtful.reason


@pytest.mark.parametrize("prefix", ["azure/", "azure/eu/", "azure/us/", "azure/us-gov/"])
def test_a_model_has_one_announced_date_in_all_regions(price_map, prefix):
    lifecycle = current_lifecycle(f"{prefix}o3-mini", price_map)
    assert lifecycle.retirement == date(2026, 11, 19)
    assert lifecycle.source.startswith("https://learn.microsoft.com/")


def test_the_other_endpoint_of_one_host_is_a_regional_name_too(price_map):
    name = "us-gov.nvidia.nemotron-nano-12b-v2"
    other = "bedrock_mantle/us-gov-east-1/nvidia.nemotron-nano-12b-v2"
    assert current_lifecycle(name, price_map).retirement == date(2027, 3, 30)
    assert current_lifecycle(other, price_map).retirement == date(2027, 3, 30)


def test_one_model_has_one_answer_over_its_regional_names_unless_a_page_says_otherwise(price_map):
    checked = 0
    for name in price_map.names:
        own, others = stated(name, price_map), regional_names(name, price_map)
        if not others or own.announced:
            continue
        checked += 1
        dates = {
            current_lifecycle(other, price_map).retirement
            for other in others
            if not stated(other, price_map).announced
        }
        assert dates <= {current_lifecycle(name, price_map).retirement}, name
    assert checked > 500


@pytest.mark.parametrize(
    ("name", "retirement"),
    [
        ("claude-3-haiku-20240307", date(2026, 4, 20)),
        ("claude-3-5-haiku-20241022", date(2026, 2, 19)),
        ("claude-sonnet-4-20250514", date(2026, 6, 15)),
        ("claude-opus-4-20250514", date(2026, 6, 15)),
        ("bedrock/amazon.titan-text-express-v1", date(2025, 8, 15)),
        ("bedrock/us-gov-east-1/amazon.titan-text-lite-v1", date(2025, 8, 15)),
        ("cohere.command-text-v14", date(2025, 8, 12)),
        ("cohere.command-light-text-v14", date(2025, 8, 12)),
        ("ai21.jamba-instruct-v1:0", date(2025, 8, 1)),
        ("stability.sd3-large-v1:0", date(2025, 9, 4)),
    ],
)
def test_what_a_vendor_announced_is_known(catalog, name, retirement):
    lifecycle = catalog.find(name).lifecycle
    assert lifecycle.retirement == retirement
    assert lifecycle.source.startswith("https://")


@pytest.mark.parametrize(
    "name",
    [
        "groq/gemma-7b-it",  # a later table carries it without the date
        "moonshot/moonshot-v1-8k-0430",  # the day of its release
        "moonshot/kimi-latest",  # the installed map carries it without the date
    ],
)
def test_a_date_that_later_tables_drop_is_doubtful(catalog, as_of, name):
    facts = catalog.find(name)
    assert facts.lifecycle.retirement is None
    assert facts.lifecycle.doubtful.date < as_of
    assert facts.lifecycle.doubtful.reason
    assert not facts.retired_on(as_of)


def test_no_date_of_a_table_alone_is_firm_for_anthropic(catalog):
    for name, ending in retired_list().gone.items():
        facts = catalog.find(name)
        if facts.exposure.provider == "anthropic" and ending.retirement:
            assert ending.doubt or ending.source.startswith("https://"), name


@pytest.mark.parametrize("alias", ["claude-opus-4-1", "xai/grok-4"])
def test_a_floating_name_whose_snapshots_are_all_retired_is_retired(catalog, as_of, alias):
    facts = catalog.find(alias)
    assert facts.ended_on(as_of)
    assert facts.lifecycle.source.startswith("of its last snapshot, ")


def test_an_alias_lives_as_long_as_one_snapshot_has_no_date(small_map):
    base = {"litellm_provider": "openai", "mode": "chat"}
    ended = {**base, "deprecation_date": "2026-01-01"}
    both = small_map({"gpt-x": base, "gpt-x-0125": ended, "gpt-x-1106": base})
    assert current_lifecycle("gpt-x", both).retirement is None
    one = small_map({"gpt-x": base, "gpt-x-0125": ended})
    assert current_lifecycle("gpt-x", one).retirement == date(2026, 1, 1)


def test_a_redirected_model_costs_what_the_answering_one_costs(catalog, as_of):
    facts, answering = catalog.find("xai/grok-4-fast-reasoning"), catalog.find("xai/grok-4.3")
    assert facts.price == answering.price
    assert facts.ended_on(as_of)
    assert not facts.retired_on(as_of)


def test_dates_elsewhere_are_an_indication_only(catalog):
    facts = catalog.find("gpt-5.5")
    assert facts.lifecycle.retirement is None
    assert "azure 2027-10-26" in catalog.elsewhere(facts)
    assert catalog.elsewhere(catalog.find("gpt-5-2025-08-07")) == ()

"""Reading LiteLLM's price map: fast, never trusted, never importing litellm."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.catalog.entry_facts import day, read_entry, whole
from multillm_gov.catalog.facts import Lifecycle
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.errors import CatalogError


def test_every_installed_entry_becomes_facts(price_map):
    facts = [
        read_entry(name, entry, source="litellm", lifecycle=Lifecycle())
        for name, entry in price_map.entries()
    ]
    assert len(facts) == len(price_map.names) > 3000
    assert "sample_spec" not in price_map.names
    assert "fallback_generalizations" not in price_map.names
    priced = [one for one in facts if one.mode == "chat" and one.price is not None]
    assert len(priced) > 2000


def test_facts_are_as_the_entry_says(price_map):
    entry = price_map.entry("gemini/gemini-2.5-pro")
    facts = read_entry("gemini/gemini-2.5-pro", entry, source="litellm", lifecycle=Lifecycle())
    assert facts.max_input_tokens == entry["max_input_tokens"]
    assert facts.max_output_tokens == entry["max_output_tokens"]
    assert facts.requests_per_minute == entry["rpm"]
    assert facts.tokens_per_minute == entry["tpm"]
    assert "vision" in facts.capabilities
    assert facts.price.standard.input * 10**6 == pytest.approx(
        entry["input_cost_per_token"] * 10**6
    )


def test_denied_capabilities_are_told_from_unknown_ones():
    entry = {"supports_vision": True, "supports_reasoning": False, "supports_tool_choice": "yes"}
    facts = read_entry("x", entry, source="litellm", lifecycle=Lifecycle())
    assert facts.capabilities == {"vision"}
    assert facts.lacks == {"reasoning"}
    assert read_entry("x", {}, source="litellm", lifecycle=Lifecycle()).capabilities is None


@pytest.mark.parametrize(
    "row",
    [
        b"null",
        b"3",
        b'"text"',
        b"[1]",
        b'{"mode": 3, "litellm_provider": [], "max_input_tokens": "many"}',
        b"{",
    ],
)
def test_a_malformed_entry_is_empty_and_hides_no_other(row):
    data = b'{"bad": ' + row + (b"}" if row == b"{" else b"") + b', "good": {"mode": "chat"}}'
    price_map = PriceMap("1", data)
    facts = read_entry("bad", price_map.entry("bad"), source="litellm", lifecycle=Lifecycle())
    assert facts.mode == "unknown"
    assert facts.price is None
    assert price_map.provider_of("bad") == ""
    assert price_map.key_of("GOOD") == "good" or row == b"{"


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"a": }'])
def test_a_broken_map_is_the_worlds_fault(data):
    with pytest.raises(CatalogError, match="price map"):
        _ = PriceMap("1", data).names


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
_keys = st.sampled_from(
    [
        "mode",
        "litellm_provider",
        "max_tokens",
        "max_input_tokens",
        "rpm",
        "deprecation_date",
        "input_cost_per_token",
        "supports_vision",
        "tiered_pricing",
        "search_context_cost_per_query",
        "input_cost_per_token_above_200k_tokens",
    ]
)


@given(st.dictionaries(_keys, _json), st.text(max_size=40))
def test_no_entry_of_odd_types_crashes(entry, name):
    facts = read_entry(name, entry, source="litellm", lifecycle=Lifecycle())
    assert facts.max_input_tokens is None or facts.max_input_tokens > 0


@pytest.mark.parametrize(
    ("text", "iso"), [("2025-10-22", "2025-10-22"), ("2025-1-6", "2025-01-06")]
)
def test_days_are_read(text, iso):
    assert day(text).isoformat() == iso


@pytest.mark.parametrize(
    "value",
    [
        None,
        20251022,
        "soon",
        "2025-13-01",
        "2025-02-30",
        "25-01-01",
        "2025-10-22T00:00",
        "٢٠٢٥-١-١",
    ],
)
def test_what_is_no_day_is_not_known(value):
    assert day(value) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (8192, 8192),
        (1e6, 1_000_000),
        (0, None),
        (-1, None),
        (1.5, None),
        (True, None),
        ("8192", None),
        (10**30, None),
    ],
)
def test_token_counts_are_whole_and_positive(value, number):
    assert whole(value) == number


def test_reading_the_map_imports_no_litellm_and_no_metadata_package():
    code = (
        "import sys; from multillm_gov.sources.price_map import read_price_map; m = "
        "read_price_map(); "
        "assert m.names and m.version[0].isdigit(); "
        "heavy = {'litellm', 'importlib.metadata', 'click', 'git', 'jinja2', 'yaml'} & "
        "set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_version_is_the_installed_one(price_map):
    from importlib.metadata import version

    assert price_map.version == version("litellm")

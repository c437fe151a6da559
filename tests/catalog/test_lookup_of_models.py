"""Order of sources, spellings of names, laziness, suggestions."""

import subprocess
import sys
import time
from datetime import date

import pytest

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.lock import encode_lock
from multillm_gov.catalog.locking import build_lock
from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.catalog.parties.exposure import resolve_exposure
from multillm_gov.catalog.suggestions import MOST_UNKNOWN, Suggestions
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import LOCK
from multillm_gov.errors import CatalogError


def _refuse():
    raise AssertionError("the price map is not needed here")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("openai/gpt-4o", "gpt-4o"),
        ("anthropic/claude-sonnet-4-5", "claude-sonnet-4-5"),
        (
            "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        ("bedrock/converse/us.anthropic.claude-sonnet-4-6", "us.anthropic.claude-sonnet-4-6"),
        ("vertex_ai/gemini-2.5-pro", "gemini-2.5-pro"),
        ("vertex_ai_beta/claude-sonnet-4-5", "vertex_ai/claude-sonnet-4-5"),
        ("cohere_chat/command-r-08-2024", "command-r-08-2024"),
        ("openai/ft:gpt-4o-2024-08-06:acme::id", "ft:gpt-4o-2024-08-06"),
        ("groq/OpenAI/GPT-OSS-120B", "groq/openai/gpt-oss-120b"),
        ("gemini/gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        (
            "bedrock/arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
    ],
)
def test_names_are_found_as_litellm_finds_them(catalog, name, key):
    facts, listed = catalog.find(name), catalog.find(key)
    assert facts.name == name
    assert facts.price == listed.price is not None
    assert facts.exposure == listed.exposure


@pytest.mark.parametrize(
    "name",
    [
        "openai/claude-sonnet-4-5",
        "anthropic/gpt-4o",
        "gemini/gpt-4o",
        "gpt-4o-2099-01-01",
        "openai/",
        "",
        "x" * 400,
    ],
)
def test_what_is_not_listed_is_unknown(catalog, name):
    assert catalog.find(name) is None


def test_a_region_the_map_does_not_list_takes_the_base_models_facts(catalog):
    facts = catalog.find("bedrock/eu-west-3/anthropic.claude-sonnet-4-5-20250929-v1:0")
    assert facts.regions == ("EU", "FR")
    assert facts.price == catalog.find("anthropic.claude-sonnet-4-5-20250929-v1:0").price


def test_it_is_a_catalog_and_keeps_its_answers(catalog):
    checked: Catalog = catalog
    assert checked.find("gpt-4o") is checked.find("gpt-4o")


def test_overrides_go_before_the_lock_and_the_lock_before_the_map(overrides, small_map, as_of):
    entry = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-6}
    names = ("gpt-a", "gpt-b", "gpt-c")
    then = small_map(dict.fromkeys(names[:2], entry))
    now = small_map({name: {**entry, "input_cost_per_token": 9e-6} for name in names})
    found, _ = overrides("models: {gpt-a: {usd_per_million_tokens: {input: 5}}}")
    lock = SourceFile(LOCK, encode_lock(build_lock(names[:2], found, then, as_of)))
    catalog = open_catalog(found, lock, lambda: now, as_of)
    assert [round(catalog.find(name).price.standard.input * 10**6) for name in names] == [5, 1, 9]
    assert [catalog.is_locked(name) for name in names] == [True, True, False]
    assert not catalog.is_locked("gpt-d")


def test_locked_models_never_touch_the_price_map(overrides, price_map, as_of):
    found, _ = overrides(
        "models: {tuned: {base: gpt-4o-mini}, own: {mode: chat, usd_per_million_tokens: {input: "
        "1}}}"
    )
    names = ["openai/gpt-4o", "anthropic/claude-3-5-sonnet-20241022", "tuned", "own"]
    lock = SourceFile(LOCK, encode_lock(build_lock(names, found, price_map, as_of)))
    catalog = open_catalog(found, lock, _refuse)
    plain = open_catalog(found, None, lambda: price_map, as_of)
    for name in names:
        assert catalog.find(name) == plain.find(name)
        assert catalog.is_locked(name)
    successor = catalog.find(names[1]).lifecycle.successor.model
    assert catalog.find(successor) is not None
    assert catalog.usual_price(catalog.find("openai/gpt-4o")) == plain.usual_price(
        plain.find("openai/gpt-4o")
    )
    assert catalog.provenance["litellm"] == price_map.version
    assert catalog.provenance["price_map"] == price_map.sha256
    assert len(catalog.provenance["lock"]) == 64


def test_a_model_amended_after_locking_still_inherits_and_is_not_locked(
    overrides, price_map, as_of
):
    lock = SourceFile(
        LOCK, encode_lock(build_lock([], overrides("models: {}")[0], price_map, as_of))
    )
    found, _ = overrides(
        "models: {gpt-4o: {max_output_tokens: 5}, new-own: {mode: chat}, tuned: {base: gpt-4o}}"
    )
    catalog = open_catalog(found, lock, lambda: price_map, as_of)
    assert catalog.find("gpt-4o").price is not None
    assert catalog.find("tuned").price is not None
    assert [catalog.is_locked(name) for name in ("gpt-4o", "tuned", "new-own")] == [
        False,
        False,
        True,
    ]


def test_provenance_without_a_lock(catalog, price_map):
    assert catalog.provenance == {
        "litellm": price_map.version,
        "price_map": price_map.sha256,
        "lock": "",
    }
    assert catalog.is_locked("anything")


def test_a_garbled_lock_is_an_error_with_a_place_and_a_hint(price_map):
    with pytest.raises(CatalogError, match=r"catalog\.lock\.json:1:1") as raised:
        open_catalog(Overrides(), SourceFile(LOCK, b"{"), lambda: price_map)
    assert "govern catalog lock" in raised.value.hint


def test_a_locked_run_loads_no_table(tmp_path, price_map, as_of):
    names = ["openai/gpt-4o", "gemini/gemini-2.5-pro"]
    (tmp_path / "lock.json").write_bytes(
        encode_lock(build_lock(names, Overrides(), price_map, as_of))
    )
    code = f"""
import sys, pathlib
from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.documents.document import SourceFile
data = pathlib.Path({str(tmp_path / "lock.json")!r}).read_bytes()
catalog = open_catalog(Overrides(), SourceFile("catalog/catalog.lock.json", data), None)
assert all(catalog.find(name) for name in {names!r})
heavy = set(sys.modules) & {{"litellm", "multillm_gov.catalog.known", "multillm_gov.catalog.parties.naming", "yaml", "click"}}
sys.exit(str(heavy) if heavy else 0)
"""  # noqa: E501
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("anthropic/claude-sonet-4-6", "anthropic/claude-sonnet-4-6"),
        ("claude-sonnet-4.6", "claude-sonnet-4-6"),
        ("openai/gpt4o", "openai/gpt-4o"),
        ("gemini/gemini-2.5-pr", "gemini/gemini-2.5-pro"),
        ("gpt-4.1-minni", "gpt-4.1-mini"),
        ("mistral/mistral-large-lastest", "mistral/mistral-large-latest"),
    ],
)
def test_near_misses_are_suggested(catalog, name, first):
    near = catalog.suggest(name)
    assert near[0] == first
    assert len(near) <= 3


def test_own_models_are_suggested_too(overrides, price_map):
    found, _ = overrides("models: {custom/lead-scorer: {mode: chat}}")
    assert (
        open_catalog(found, None, lambda: price_map).suggest("custom/lead-scorrer")[0]
        == "custom/lead-scorer"
    )


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("openai/o3-mini-2025-02-01", "chat"),  # every o3-mini is retired
        ("azure/gpt-5-prod", "chat"),
        ("mistral/mistral-smal", "chat"),
        ("text-embedding-3-larg", "embedding"),
        ("whisper-2", "audio_transcription"),
    ],
)
def test_candidates_are_of_the_same_maker_host_and_mode_and_not_retired(catalog, as_of, name, mode):
    prefix = name.rpartition("/")[0]
    for candidate in catalog.suggest(name, mode):
        facts = catalog.find(candidate)
        assert not facts.ended_on(as_of)
        assert facts.mode in ({mode, "responses"} if mode == "chat" else {mode})
        assert candidate.partition("/")[0] == prefix if prefix else "/" not in candidate
        assert resolve_exposure(name).vendor in {"unknown", facts.exposure.vendor}


@pytest.mark.parametrize(
    ("deployment", "base"),
    [
        ("azure/my-gpt4o-prod", "azure/gpt-4o"),
        ("azure/gpt-5-prod", "azure/gpt-5"),
        ("azure/qqqq", ""),
        ("azure/", ""),
        ("x", ""),
    ],
)
def test_the_model_behind_a_deployment_shows_in_its_name(catalog, deployment, base):
    assert catalog.suggest_base(deployment, "chat") == base


@pytest.mark.parametrize(
    "name", ["azure/my-gpt4o-prod", "openai/our-scorer", "hosted_vllm/llama-chat", "ollama/mine"]
)
def test_a_name_that_a_customer_gave_has_no_candidates(catalog, name):
    assert catalog.suggest(name, "chat") == ()


def test_nothing_is_suggested_for_nonsense(catalog):
    assert catalog.suggest("zzqqy") == ()
    assert catalog.suggest("") == ()


def test_suggesting_is_bounded_for_hostile_portfolios(price_map):
    catalog = open_catalog(Overrides(), None, lambda: price_map, date(2026, 11, 24))
    catalog.suggest("gpt")
    started = time.perf_counter()
    told = [catalog.suggest(("gpt-claude-" * 20)[:190] + str(number)) for number in range(3000)]
    assert time.perf_counter() - started < 15
    assert told[MOST_UNKNOWN:] == [()] * (3000 - MOST_UNKNOWN)


def test_suggestions_are_deterministic():
    names = ["b-model", "a-model", "c-model"]
    assert Suggestions(names).near("x-model") == Suggestions(reversed(names)).near("x-model")

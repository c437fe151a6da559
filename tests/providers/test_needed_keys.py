"""Which variables a model needs: told without values, without LiteLLM, and as LiteLLM tells it."""

import os

import pytest

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.providers.keys import NeededKey, needed_keys

AS_LITELLM_KNOWS = [
    "openai/gpt-4o",
    "anthropic/claude-sonnet-4-6",
    "gemini/gemini-3.5-flash",
    "azure/x",
    "bedrock/anthropic.claude-3",
    "mistral/mistral-large-latest",
    "vertex_ai/gemini-2.5-pro",
    "cohere/command-r",
    "groq/x",
    "deepseek/deepseek-chat",
    "xai/grok-4",
    "together_ai/x",
    "fireworks_ai/x",
    "openrouter/x",
    "perplexity/sonar",
    "cerebras/x",
    "nebius/x",
    "replicate/x",
    "huggingface/x",
    "voyage/voyage-3",
    "nvidia_nim/x",
    "cloudflare/x",
    "ai21/jamba",
    "deepinfra/x",
    "novita/x",
    "moonshot/x",
    "dashscope/x",
    "volcengine/x",
    "codestral/x",
    "sagemaker/x",
    "inception/x",
    "baseten/x",
    "featherless_ai/x",
    "nlp_cloud/x",
    "wandb/x",
    "ollama/x",
]
"""Providers of which LiteLLM itself can say what they need; of others its check says that nothing
is missing."""


def test_a_provider_s_key_is_named_and_its_presence_told_but_never_its_value() -> None:
    needs = needed_keys("anthropic/claude-sonnet-4-6", environment={})
    assert needs.keys == (NeededKey("ANTHROPIC_API_KEY", present=False),)
    assert needs.missing == ("ANTHROPIC_API_KEY",)
    assert not needs.satisfied
    there = needed_keys(
        "anthropic/claude-sonnet-4-6", environment={"ANTHROPIC_API_KEY": "the-very-value"}
    )
    assert there.satisfied
    assert "the-very-value" not in repr(there)


def test_of_several_ways_the_one_that_is_there_is_told() -> None:
    ways = [
        ({}, ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
        ({"AWS_BEARER_TOKEN_BEDROCK": "x"}, ()),
        ({"AWS_PROFILE": "x"}, ()),
        ({"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}, ()),
    ]
    for environment, missing in ways[1:]:
        assert (
            needed_keys("bedrock/amazon.nova-pro-v1:0", environment=environment).missing == missing
        )
    assert needed_keys("gemini/x", environment={"GOOGLE_API_KEY": "x"}).satisfied
    half = needed_keys("azure/x", environment={"AZURE_API_KEY": "x"})
    assert half.missing == ("AZURE_API_BASE", "AZURE_API_VERSION")


def test_an_empty_variable_is_not_there() -> None:
    assert not needed_keys("openai/x", environment={"OPENAI_API_KEY": ""}).satisfied


def test_an_endpoint_needs_its_address_and_may_have_a_key() -> None:
    endpoints = {
        "custom/lead": Endpoint(model="openai/lead", environment="LEAD"),
        "custom/tuned": Endpoint(model="azure/tuned"),
    }
    needs = needed_keys(
        "custom/lead", endpoints=endpoints, environment={"LEAD_API_BASE": "http://x"}
    )
    assert needs.satisfied
    assert [key.name for key in needs.keys] == ["LEAD_API_BASE", "LEAD_API_KEY"]
    assert needed_keys("custom/lead", endpoints=endpoints, environment={}).missing == (
        "LEAD_API_BASE",
    )
    assert (
        "AZURE_API_KEY" in needed_keys("custom/tuned", endpoints=endpoints, environment={}).missing
    )


def test_a_name_without_provider_is_taken_as_litellm_takes_it() -> None:
    assert needed_keys("gpt-5.4", environment={}).missing == ("OPENAI_API_KEY",)
    assert needed_keys("claude-sonnet-4-6", environment={}).missing == ("ANTHROPIC_API_KEY",)
    assert needed_keys("anything", "groq", environment={}).missing == ("GROQ_API_KEY",)


def test_of_an_unknown_provider_nothing_is_claimed() -> None:
    needs = needed_keys("in-house/model", environment={})
    assert (needs.known, needs.keys) == (False, ())


def test_it_needs_no_litellm() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from multillm_gov.providers.keys import needed_keys; needed_keys('openai/x');"
        "print('litellm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout.strip() == b"False"


@pytest.mark.litellm
@pytest.mark.parametrize("model", AS_LITELLM_KNOWS)
def test_litellm_asks_for_the_same(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from multillm_gov.providers.quiet import load_litellm, unlogged

    litellm = load_litellm()
    for name in list(os.environ):
        if any(part in name for part in ("KEY", "TOKEN", "AWS_", "AZURE", "VERTEX", "API_BASE")):
            monkeypatch.delenv(name)
    ours = needed_keys(model, environment={})
    with unlogged():  # LiteLLM takes a warning on its way for an answer
        theirs = litellm.validate_environment(model)
    assert ours.known
    assert theirs["missing_keys"], (
        "else LiteLLM has no opinion, and the model does not belong in the list"
    )
    if model.startswith("gemini/"):
        assert set(ours.missing) <= set(theirs["missing_keys"]), (
            "either name will do, and LiteLLM tells both"
        )
    elif model.startswith("cloudflare/"):
        assert ours.missing[0] == "CLOUDFLARE_API_KEY"
    else:
        assert set(ours.missing) == set(theirs["missing_keys"])
    for name in ours.missing:
        monkeypatch.setenv(name, "x")
    assert litellm.validate_environment(model)["keys_in_environment"] or model.startswith(
        "cloudflare/"
    )

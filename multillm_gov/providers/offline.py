"""Addresses of the offline server for every model: nothing leaves the machine."""

from collections.abc import Callable, Mapping
from typing import Any

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.evaluation.client import CallFailure
from multillm_gov.providers.addresses import Address, Addressing, for_mode, is_plain_name
from multillm_gov.vocabulary import CallMode

KEY = "offline"
"""Shown instead of a key."""
AZURE_VERSION = "2024-10-21"
_NATIVE: Mapping[str, tuple[str, str]] = {
    # LiteLLM's provider: wire format, provider whose client speaks it to an address of one's own.
    "openai": ("openai", "openai"),
    "text-completion-openai": ("openai", "text-completion-openai"),
    "azure": ("azure", "azure"),
    "azure_text": ("azure", "azure_text"),
    "anthropic": ("anthropic", "anthropic"),
    "gemini": ("gemini", "gemini"),
    "palm": ("gemini", "gemini"),
    "vertex_ai": ("gemini", "gemini"),
    "vertex_ai_beta": ("gemini", "gemini"),
    "bedrock": ("bedrock", "bedrock"),
    "bedrock_converse": ("bedrock", "bedrock"),
    "mistral": ("compatible", "mistral"),
}
_MAKERS_AT_VERTEX = ("claude", "mistral", "llama", "deepseek", "qwen", "jamba")
_EMBEDS = ("titan-embed", "cohere.embed", "nova-embed")


def offline_addresses(
    base_url: Callable[[str], str], endpoints: Mapping[str, Endpoint] | None = None
) -> Addressing:
    """Offline addresses: the provider's wire format where the server speaks it, else OpenAI's.

    Args:
        base_url: The server's address for a wire format, by its name.
        endpoints: How the portfolio's own models are called, by name; their environment is not
            looked at.
    """
    known = endpoints or {}

    def address(model: str, mode: CallMode) -> Address | CallFailure:
        endpoint = known.get(model)
        if not is_plain_name(model):
            return CallFailure(
                verdict="not-found",
                message="not a plain model name",
                seconds=0.0,
                may_bill=False,
            )
        if endpoint is not None:
            wire, rest = "compatible", endpoint.model.partition("/")[2]
            provider = endpoint.model.partition("/")[0]
            wire, spoken = (
                _NATIVE.get(provider, ("compatible", "openai"))
                if provider != "openai"
                else (wire, "openai")
            )
        else:
            wire, spoken, rest = _spoken(model)
        return Address(
            model=for_mode(f"{spoken}/{rest}", mode),
            arguments={**_arguments(wire), **_base(wire, base_url(wire))},
        )

    return address


def _spoken(model: str) -> tuple[str, str, str]:
    """Wire format, LiteLLM's provider and name of a model as routed."""
    provider, slash, rest = model.partition("/")
    if not slash:
        return _bare(model)
    if provider.startswith("vertex_ai") and rest.startswith(_MAKERS_AT_VERTEX):
        return "compatible", "openai", rest
    wire, spoken = _NATIVE.get(provider, ("compatible", "openai"))
    if wire == "bedrock":
        rest = rest.removeprefix("converse/").removeprefix("invoke/")
        rest = rest if any(name in rest for name in _EMBEDS) else f"converse/{rest}"
    if wire == "azure":
        rest = rest.rpartition("/")[2]
    return wire, spoken, rest if wire != "compatible" else rest.replace("/", "--")


def _bare(model: str) -> tuple[str, str, str]:
    """A name without provider, as LiteLLM knows the best known of them."""
    for start, wire in (("claude", "anthropic"), ("gemini", "gemini")):
        if model.startswith(start):
            return wire, wire, model
    return "openai", "openai", model


def _arguments(wire: str) -> dict[str, Any]:
    if wire == "bedrock":
        return {
            "aws_access_key_id": KEY,
            "aws_secret_access_key": KEY,
            "aws_region_name": "us-east-1",
        }
    return {"api_key": KEY, **({"api_version": AZURE_VERSION} if wire == "azure" else {})}


def _base(wire: str, url: str) -> dict[str, Any]:
    return {"aws_bedrock_runtime_endpoint" if wire == "bedrock" else "api_base": url}

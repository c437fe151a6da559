"""How a gateway calls one model: its name there, variables, region, prices and rate limits."""

from decimal import Decimal
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.overrides import OwnModel
from multillm_gov.catalog.parties.providers import provider_prefixed
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.gateways.litellm.known_keys import providers
from multillm_gov.gateways.variables import references, wire_provider

AZURE = ("azure", "azure_text")
"""Wire formats whose models are named by the organization's own deployments."""
TOKEN_PRICES = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    "cache_write_12h": "cache_creation_input_token_cost_above_12hr",
    "reasoning": "output_cost_per_reasoning_token",
}
"""LiteLLM's names of prices per text token."""
_NAMED_BY_MAKER = frozenset({"bedrock", "bedrock_converse"})
"""Wire formats that LiteLLM recognizes by the maker that a name begins with."""
_BARE = frozenset(
    {"openai", "anthropic", "cohere", "cohere_chat", "vertex_ai", "ai21", "nlp_cloud", UNKNOWN}
    | _NAMED_BY_MAKER
)
"""Providers whose listed models LiteLLM knows without a prefix: of the 5,300 names of its price map
in 1.110.2, no bare one of another provider was recognized (`litellm.get_llm_provider`)."""
_NOBODY = "custom"
"""LiteLLM's provider name for functions that are registered with it."""


class Served(Struct, frozen=True, kw_only=True):
    """One model as a gateway calls it."""

    model: str
    """LiteLLM's spelling, ``provider/name``: at Azure, the deployment's name."""
    provider: str
    """LiteLLM's name of the wire format."""
    base_model: str = ""
    """The catalog's name of what runs, where the gateway would not know it by `model`."""
    variables: dict[str, str] = {}
    """Environment variables by the parameter that they give: a key, an address; never a value."""
    region: str = ""
    """The cloud's name of the region; empty: the gateway's default, or in the model's name."""
    prices: dict[str, Decimal] = {}
    """US dollars per token by LiteLLM's name; empty: LiteLLM's own price list holds."""
    has_other_prices: bool = False
    """Whether prices are declared that are not per text token: tiers, images, variants."""
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    max_input_tokens: int | None = None
    """Only of models that LiteLLM does not know."""

    @property
    def bare_name(self) -> str:
        """The name without the wire format, as the provider itself is called with it."""
        return self.model.removeprefix(f"{self.provider}/")


def served(name: str, facts: ModelFacts | None, own: OwnModel | None) -> Served:
    """A model as a gateway calls it.

    Facts that only the price map states are left to the gateway, which has the same map: its rate
    limits are those of a provider's first tier, not this organization's.

    Args:
        name: As the allocation names it.
        facts: What the catalog knows.
        own: What `catalog/` declares of it; ``None``: nothing.
    """
    declared = own or OwnModel()
    endpoint = declared.endpoint
    model = endpoint.model if endpoint is not None else name
    provider = model.partition("/")[0] if endpoint is not None else wire_provider(model, facts)
    prices, others = _prices(facts) if declared.has_own_price else ({}, False)
    return Served(
        model=model,
        provider=provider,
        base_model=_base_model(name, model, facts, declared),
        variables=references(model, facts, endpoint),
        region=(endpoint.region or "") if endpoint is not None else "",
        prices=prices,
        has_other_prices=others,
        **(_limits(facts, declared) if facts is not None else {}),
    )


def unservable(name: str, facts: ModelFacts | None, own: OwnModel | None) -> str:
    """Why a gateway could not call a model, as the rest of a sentence; empty: it could."""
    endpoint = own.endpoint if own is not None else None
    model = endpoint.model if endpoint is not None else name
    prefix, slash, rest = model.partition("/")
    if prefix in AZURE and "/" in rest:
        return (
            f"is a name of the price map, and an Azure resource has no deployment called `{rest}`"
        )
    if endpoint is None and prefix == _NOBODY and slash:
        return "has no `endpoint`"
    if endpoint is None and facts is not None and facts.source == "override":
        return "" if provider_prefixed(prefix) is not None or not slash else "has no `endpoint`"
    return _unknown(model, facts) if endpoint is None else ""


def _unknown(model: str, facts: ModelFacts | None) -> str:
    """Why LiteLLM would not know whom to call for a name."""
    prefix, slash, _ = model.partition("/")
    wire = wire_provider(model, facts)
    if facts is None or facts.source == "retired-list":
        if (slash and prefix in providers()) or (not slash and wire in _NAMED_BY_MAKER):
            return ""
        return "is no model in LiteLLM's price map, and names none of its providers"
    if slash:
        return (
            "" if wire in providers() else f"is of `{wire}`, which LiteLLM does not call any more"
        )
    return "" if wire in _BARE else f"names no provider; write `{wire}/{model}`"


def is_reference(text: str) -> bool:
    """Whether a gateway would read a text as the name of a secret."""
    return text.lower().startswith(("os.environ", "oidc/"))


def _base_model(name: str, model: str, facts: ModelFacts | None, own: OwnModel) -> str:
    """What the model builds upon; a listed model under another name is its own base."""
    if own.base or facts is None or name == model:
        return own.base
    is_listed = facts.price is not None and not own.has_own_price
    return name if is_listed else ""


def _limits(facts: ModelFacts, own: OwnModel) -> dict[str, Any]:
    """Declared limits, by the fields of `Served`."""
    given = {
        "requests_per_minute": own.has_own_requests,
        "tokens_per_minute": own.has_own_tokens,
        "max_input_tokens": own.has_own_window,
    }
    return {field: getattr(facts, field) for field, declared in given.items() if declared}


def _prices(facts: ModelFacts | None) -> tuple[dict[str, Decimal], bool]:
    """Prices per text token by LiteLLM's names, and whether there are others beside them."""
    if facts is None or facts.price is None or facts.price.currency != "USD":
        return {}, facts is not None and facts.price is not None
    price = facts.price
    others = bool(price.tiers or price.services or price.variants or price.standard.units)
    amounts_by_name = {key: amount for name, amount in price.standard.text().items()
             if (key := TOKEN_PRICES.get(name)) is not None}  # fmt: skip
    return amounts_by_name, others or price.minimum is not None

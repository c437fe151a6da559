"""How a gateway calls one model: its name there, variables, region, prices and rate limits."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.parties.providers import provider_prefixed
from multillm_gov.gateways.variables import references, wire_provider

AZURE = ("azure", "azure_text")
"""Wire formats whose models are named by the organization's own deployments."""
_TOKEN_PRICES = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    "cache_write_12h": "cache_creation_input_token_cost_above_12hr",
    "reasoning": "output_cost_per_reasoning_token",
}
"""LiteLLM's names of prices per text token."""
_NOBODY = "custom"
"""LiteLLM's provider name for functions that are registered with it."""


class Served(Struct, frozen=True, kw_only=True):
    """One model as a gateway calls it."""

    model: str
    """LiteLLM's spelling, ``provider/name``: at Azure, the deployment's name."""
    provider: str
    """LiteLLM's name of the wire format."""
    base_model: str = ""
    """Of a deployment: the catalog's name of what it runs, which prices and limits are those of."""
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


def served(name: str, facts: ModelFacts | None, endpoint: Endpoint | None) -> Served:
    """A model as a gateway calls it.

    Args:
        name: As the allocation names it.
        facts: What the catalog knows.
        endpoint: What `catalog/` declares of how it is called.
    """
    model = endpoint.model if endpoint is not None else name
    provider = model.partition("/")[0] if endpoint is not None else wire_provider(model, facts)
    own = facts is not None and facts.source == "override"
    prices, others = _prices(facts) if own else ({}, False)
    return Served(
        model=model,
        provider=provider,
        base_model=_base_model(name, model, facts) if provider in AZURE else "",
        variables=references(model, facts, endpoint),
        region=(endpoint.region or "") if endpoint is not None else "",
        prices=prices,
        has_other_prices=others,
        requests_per_minute=facts.requests_per_minute if facts is not None else None,
        tokens_per_minute=facts.tokens_per_minute if facts is not None else None,
        max_input_tokens=facts.max_input_tokens if facts is not None and own else None,
    )


def unservable(name: str, facts: ModelFacts | None, endpoint: Endpoint | None) -> str:
    """Why a gateway could not call a model, as the rest of a sentence; empty: it could."""
    model = endpoint.model if endpoint is not None else name
    prefix, slash, rest = model.partition("/")
    if prefix in AZURE and "/" in rest:
        return (
            f"is a name of the price map, and an Azure resource has no deployment called `{rest}`"
        )
    if endpoint is None and prefix == _NOBODY and slash:
        return "has no `endpoint`"
    if endpoint is None and slash and facts is not None and facts.source == "override":
        return "" if provider_prefixed(prefix) is not None else "has no `endpoint`"
    return ""


def _base_model(name: str, model: str, facts: ModelFacts | None) -> str:
    """The catalog's name of what a deployment runs, where it is not the deployment's own name."""
    if facts is None or not facts.deployment:
        return name if name != model else ""
    return f"azure/{facts.exposure.model}" if facts.exposure.model not in {name, model} else ""


def _prices(facts: ModelFacts | None) -> tuple[dict[str, Decimal], bool]:
    """Prices per text token by LiteLLM's names, and whether there are others beside them."""
    if facts is None or facts.price is None or facts.price.currency != "USD":
        return {}, facts is not None and facts.price is not None
    price = facts.price
    others = bool(price.tiers or price.services or price.variants or price.standard.units)
    found = {key: amount for name, amount in price.standard.text().items()
             if (key := _TOKEN_PRICES.get(name)) is not None}  # fmt: skip
    return found, others or price.minimum is not None

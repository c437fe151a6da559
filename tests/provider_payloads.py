"""Usage payloads that providers really sent, with the prices another project expects for them."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

PAYLOADS = "usage/pydantic__genai-prices__tests__dataset__usages.json"
# Their provider -> how the price map may spell that provider's models.
PREFIXES = {
    "anthropic": ("",),
    "aws": ("", "bedrock/"),
    "azure": ("azure/", "azure_ai/"),
    "cerebras": ("cerebras/",),
    "deepseek": ("deepseek/",),
    "fireworks": ("fireworks_ai/",),
    "google": ("gemini/", "vertex_ai/"),
    "groq": ("groq/",),
    "minimax": ("minimax/",),
    "mistral": ("mistral/",),
    "moonshotai": ("moonshot/",),
    "openai": ("",),
    "openrouter": ("openrouter/",),
    "perplexity": ("perplexity/",),
    "x-ai": ("xai/",),
}
SERVED_AS = {"anthropic": "anthropic", "aws": "bedrock", "openai": "openai"}
EXCEPTIONS = yaml.safe_load(
    (Path(__file__).parent / "measures/cost/data/provider_usage_exceptions.yaml").read_text("utf-8")
)
"""Models whose unit prices differ between the two tables, with theirs."""


class Case(NamedTuple):
    """One payload at one provider's prices."""

    name: str
    tokens: dict[str, int]
    expected: Decimal


def cases_of(payload: dict[str, Any], price_map: dict[str, dict[str, Any]]) -> Iterator[Case]:
    for extracted in payload["extracted"]:
        quoted = {
            (name, quote["input_price"], quote.get("output_price", "0"))
            for quote in extracted["extractors"]
            if "input_price" in quote
            for prefix in PREFIXES.get(quote["provider_id"], ())
            if (name := prefix + payload["model"]) in price_map
            and SERVED_AS.get(quote["provider_id"], "") in price_map[name]["litellm_provider"]
        }
        for name, input_price, output_price in sorted(quoted):
            yield Case(name, extracted["usage"], Decimal(input_price) + Decimal(output_price))


def exception_of(name: str) -> dict[str, Any] | None:
    return next((one for one in EXCEPTIONS if name in one["names"]), None)

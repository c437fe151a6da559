"""What LiteLLM charges for a deployment: a price that is written, one from its map, or nothing."""

from typing import Literal

from multillm_gov.gateways.litellm.configuration import ModelListEntry, is_left_open, number_of
from multillm_gov.gateways.litellm.rule import LintContext

PriceState = Literal["written", "from the map", "not known", "not judged"]
_OWN = frozenset(
    {"azure", "azure_ai", "openai", "hosted_vllm", "vllm", "openai_like", "custom_openai"}
)
_BASES_READ = frozenset({"azure", "azure_ai", "openai", "bedrock", "vertex_ai", "gemini"})
"""Providers whose `base_model` every release tried prices by."""


def written_price(deployment: ModelListEntry) -> float | None:
    """USD a token of input that the file gives; ``None``: it gives none."""
    for values in (deployment.parameters, deployment.info):
        price = number_of(values.get("input_cost_per_token"))
        if price is not None:
            return float(price)
    return None


def is_free(context: LintContext, deployment: ModelListEntry) -> bool:
    """Whether a deployment costs nothing for certain: prices of zero are written."""
    del context
    key = "output_cost_per_token"
    output = number_of(deployment.parameters.get(key, deployment.info.get(key)))
    return written_price(deployment) == 0 and (output is None or output == 0)


def is_paid(context: LintContext, deployment: ModelListEntry) -> bool:
    """Whether a deployment is billed for certain."""
    written = written_price(deployment)
    if written is not None:
        return written > 0
    facts = context.facts(deployment)
    return facts is not None and facts.price is not None


def price_state(context: LintContext, deployment: ModelListEntry) -> tuple[PriceState, str]:
    """Where the price of a deployment comes from, and the base model that is named for it.

    Judged only where LiteLLM was seen to count nothing: names of the customer's own at Azure, at
    `openai/` and at servers of one's own, without a price and without a base that the map has.
    """
    keys = {*deployment.parameters, *deployment.info}
    if any("cost" in key for key in keys):
        return "written", ""
    if is_left_open(deployment.model) or "*" in deployment.model:
        return "not judged", ""
    base = deployment.info.get("base_model") or deployment.parameters.get("base_model")
    if isinstance(base, str) and base and not is_left_open(base):
        known = any(map(context.catalog.find, (base, f"{deployment.provider}/{base}")))
        unread: PriceState = "not judged" if deployment.provider not in _BASES_READ else "not known"
        return ("from the map" if known else unread), base
    if deployment.provider not in _OWN:
        return "not judged", ""
    bare = deployment.model.partition("/")[2]
    known = any(map(context.catalog.find, (deployment.model, bare)))
    return ("from the map" if known else "not known"), ""

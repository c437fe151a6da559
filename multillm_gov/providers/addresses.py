"""Where a call goes: LiteLLM's name of the model and the arguments for its client."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.evaluation.client import CallFailure
from multillm_gov.vocabulary import CallMode

_NAME = re.compile(r"[A-Za-z0-9@._:+-]+(?:/[A-Za-z0-9@._:+-]+)*")
_LONGEST_NAME = 300
_NOBODY = "custom/"
"""LiteLLM's prefix for functions registered with it, of which there are none here."""
NO_KEY = "no-key"
"""Sent to an endpoint without a key; otherwise LiteLLM would send the provider's key."""


class Address(Struct, frozen=True, kw_only=True):
    """Where one model's calls go."""

    model: str
    """LiteLLM's spelling."""
    arguments: dict[str, Any] = {}
    """Base address, key and what else the provider's client takes."""

    @property
    def provider(self) -> str:
        """First part of the spelling; empty where it has none."""
        return self.model.partition("/")[0] if "/" in self.model else ""


Addressing = Callable[[str, CallMode], Address | CallFailure]
"""From a model as routed to where its calls go."""


def addresses_from(environment: Mapping[str, str], endpoints: Mapping[str, Endpoint]) -> Addressing:
    """Addresses of real providers.

    Args:
        environment: Environment variables; those of known providers LiteLLM reads by itself.
        endpoints: How the portfolio's own models are called, by name.
    """

    def address(model: str, mode: CallMode) -> Address | CallFailure:
        endpoint = endpoints.get(model)
        spelled = endpoint.model if endpoint is not None else model
        if not is_plain_name(spelled):
            return _refused(
                f"`{model[:80]}` is not a plain model name: a name never contains an address"
            )
        if endpoint is None and spelled.startswith(_NOBODY):
            return _refused(
                f"`{model}` has no `endpoint` in `catalog/` that defines how to call it"
            )
        spelled = for_mode(spelled, mode)
        if endpoint is None or endpoint.environment is None:
            return Address(model=spelled)
        prefix = endpoint.environment
        base = environment.get(f"{prefix}_API_BASE", "").strip()
        if not base.startswith(("http://", "https://")):
            return CallFailure(
                verdict="unreachable",
                message=f"{prefix}_API_BASE is not an HTTP address: `{model}` cannot be called",
                seconds=0.0,
                may_bill=False,
            )
        key = environment.get(f"{prefix}_API_KEY", "").strip() or NO_KEY
        return Address(model=spelled, arguments={"api_base": base, "api_key": key})

    return address


def is_plain_name(model: str) -> bool:
    """Whether a name is words between slashes: some LiteLLM providers would follow an address."""
    return len(model) <= _LONGEST_NAME and _NAME.fullmatch(model) is not None and ".." not in model


def for_mode(model: str, mode: CallMode) -> str:
    """LiteLLM's spelling for a way to ask: legacy completions have provider names of their own."""
    provider, slash, rest = model.partition("/")
    if mode == "completion" and slash:
        return {"openai": "text-completion-openai/", "azure": "azure_text/"}.get(
            provider, f"{provider}/"
        ) + rest
    return model


def _refused(message: str) -> CallFailure:
    return CallFailure(verdict="not-found", message=message, seconds=0.0, may_bill=False)

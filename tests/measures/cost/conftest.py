import json
import os
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from multillm_gov.catalog.pricing.price import Usage

# Asking LiteLLM who serves these names makes it sign in to them.
SIGNS_IN = frozenset({"github_copilot", "chatgpt"})
# Monday morning in UTC: no off-peak window of any entry is open.
DEAR_HOUR = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def price_map() -> dict[str, dict[str, Any]]:
    spec = find_spec("litellm")
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "model_prices_and_context_window_backup.json"
    entries = json.loads(path.read_bytes())
    entries.pop("sample_spec")
    return entries


class LiteLLM:
    """LiteLLM's own cost calculation, called as it is after a real response."""

    def __init__(self) -> None:
        os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
        import litellm
        from litellm._internal_context import pinned_billing_time
        from litellm.types import utils

        litellm.suppress_debug_info = True
        self.litellm, self.types, self.pinned = litellm, utils, pinned_billing_time
        answer = utils.Message(content="x" * 1200)
        self.response = utils.ModelResponse(choices=[utils.Choices(message=answer)])
        self.vectors = utils.EmbeddingResponse()
        self.served: dict[str, tuple[str, str]] = {}
        self.usages: dict[str, Any] = {}

    def cost(self, name: str, entry: Mapping[str, Any], usage: Usage) -> float:
        """US dollars of a response; a name LiteLLM cannot place is priced with its entry's own
        provider."""
        model, provider = self.served.get(name) or self.served.setdefault(
            name, self._serve(name, entry)
        )
        try:
            return self._cost(name, model, provider, entry, usage)
        except Exception as error:
            if "isn't mapped yet" not in str(error):
                raise
            return self._cost(name, name, entry["litellm_provider"], entry, usage)

    def _serve(self, name: str, entry: Mapping[str, Any]) -> tuple[str, str]:
        own = entry["litellm_provider"]
        if own not in SIGNS_IN:
            try:
                model, provider, _, _ = self.litellm.get_llm_provider(model=name)
            except self.litellm.exceptions.BadRequestError:
                pass
            else:
                return model, provider
        return name.removeprefix(f"{own}/"), own

    def _cost(
        self, name: str, model: str, provider: str, entry: Mapping[str, Any], usage: Usage
    ) -> float:
        embedding = entry["mode"] == "embedding"
        response = self.vectors if embedding else self.response
        key = (embedding, *structs.astuple(usage))
        # The usage is the same object for all entries: LiteLLM only reads it.
        spent = self.usages.get(str(key)) or self.usages.setdefault(
            str(key), self._usage(usage, embedding=embedding)
        )
        response.usage, response.model = spent, model
        response._hidden_params = {"custom_llm_provider": provider}
        calls = {"batch": "retrieve_batch"}
        with self.pinned(DEAR_HOUR):
            return self.litellm.completion_cost(
                completion_response=response,
                model=name,
                custom_llm_provider=provider,
                call_type=calls.get(usage.service_tier, "embedding" if embedding else "completion"),
                service_tier=usage.service_tier
                if usage.service_tier in {"flex", "priority"}
                else None,
                total_time=2500,
            )

    def _usage(self, usage: Usage, *, embedding: bool) -> Any:
        writes = self.types.CacheCreationTokenDetails(
            ephemeral_5m_input_tokens=usage.cache_write_tokens,
            ephemeral_1h_input_tokens=usage.cache_write_1h_tokens,
            ephemeral_12h_input_tokens=usage.cache_write_12h_tokens,
        )
        counted = {unit: int(count) for unit, count in usage.units.items()}
        heard, seen = counted.get("audio_input", 0), counted.get("image_input", 0)
        spoken, drawn = counted.get("audio_output", 0), counted.get("image_output", 0)
        read, written = usage.input_tokens + heard + seen, usage.output_tokens + spoken + drawn
        return self.types.Usage(
            prompt_tokens=read,
            completion_tokens=written,
            total_tokens=read + written,
            prompt_tokens_details=self.types.PromptTokensDetailsWrapper(
                text_tokens=usage.input_tokens if heard or seen else None,
                audio_tokens=heard or None,
                image_tokens=seen or None,
                cached_tokens=usage.cached_input_tokens,
                cache_creation_tokens=usage.cache_write_tokens
                + usage.cache_write_1h_tokens
                + usage.cache_write_12h_tokens,
                cache_creation_token_details=writes,
                # What the transformations of embedding providers that bill by the query report for
                # one text.
                query_count=1 if embedding else None,
            ),
            completion_tokens_details=self.types.CompletionTokensDetailsWrapper(
                reasoning_tokens=usage.reasoning_tokens,
                text_tokens=usage.output_tokens if spoken or drawn else None,
                audio_tokens=spoken or None,
                image_tokens=drawn or None,
            ),
        )


@pytest.fixture(scope="session")
def litellm_cost() -> Callable[[str, Mapping[str, Any], Usage], float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies' deprecations are not ours
        billing = LiteLLM()

    def cost(name: str, entry: Mapping[str, Any], usage: Usage) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return billing.cost(name, entry, usage)

    return cost

"""Drilling a running LiteLLM proxy: it fails the routed model itself, by its own mock of faults.

No provider of a routed model is called and none is harmed: the proxy raises the error instead of
sending the request, and goes on to the fallbacks as it would in earnest.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from multillm_gov.catalog.pricing.price import Price
from multillm_gov.evaluation.client import Answer, CallFailure
from multillm_gov.evaluation.drills.drill import ChainResult, Drill
from multillm_gov.evidence.drill_record import Fault
from multillm_gov.measures.cost.request import request_cost
from multillm_gov.providers.addresses import Address
from multillm_gov.providers.arguments import arguments_for
from multillm_gov.providers.classifying import verdict_of
from multillm_gov.providers.reading import (
    Read,
    read_chat,
    read_completion,
    read_embedding,
    read_responses,
)
from multillm_gov.providers.scrubbing import Scrubber
from multillm_gov.providers.symptoms import symptoms_of

MOCKED: Mapping[Fault, str] = {
    "server-error": "mock_testing_fallbacks",
    "context-overflow": "mock_testing_context_fallbacks",
    "content-filter": "mock_testing_content_policy_fallbacks",
}
"""Faults that the proxy mocks, by the parameter that asks for it.

Its mock of a rate limit fails every fallback as well (1.108.0), so it shows nothing of a chain.
"""
_DEPLOYMENT = "x-litellm-model-id"
_FALLBACKS = "x-litellm-attempted-fallbacks"
_DISABLED = "mock testing request params are disabled"
_OWN = ("timeout", "num_retries", "max_retries")
_READERS = {"chat": read_chat, "completion": read_completion, "responses": read_responses}

Position = Callable[[Drill, str], int | None]
"""Place in a drill's chain of the deployment that the proxy says answered; ``None``: not in it."""


class MockDisabledError(Exception):
    """The proxy does not mock faults for its callers; recent versions never do unless told to."""


class GatewayChain:
    """Sends drills through a running proxy."""

    def __init__(
        self, url: str, key: str, position: Position, price_of: Callable[[str], Price | None]
    ) -> None:
        """Open a client.

        Args:
            url: The proxy's address.
            key: A key of it; it is taken out of every message.
            position: Which model of the chain a deployment is.
            price_of: A model's price as the catalog knows it.
        """
        from openai import AsyncOpenAI

        self._client: AsyncOpenAI = AsyncOpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
        self._position = position
        self._price_of = price_of
        self._scrubber = Scrubber({"LITELLM_MASTER_KEY": key})

    async def carry(self, drill: Drill) -> ChainResult:
        """Send one request whose routed model the proxy fails as requested.

        Raises:
            MockDisabledError: the proxy takes no such request.
        """
        started = time.perf_counter()
        try:
            headers, read = await self._ask(drill)
        except Exception as error:  # noqa: BLE001 # whatever comes out of the chain is its failure
            seconds = time.perf_counter() - started
            message = " ".join(self._scrubber.text(f"{type(error).__name__}: {error}").split())
            shown = symptoms_of(error)
            if _DISABLED in shown.text:
                raise MockDisabledError from None
            failure = CallFailure(
                verdict=verdict_of(shown),
                message=message[:500],
                status=shown.status,
                seconds=seconds,
            )
            return ChainResult(result=failure, attempts=(0,))
        seconds = time.perf_counter() - started
        place = self._position(drill, headers.get(_DEPLOYMENT, ""))
        if place is None:
            failure = CallFailure(
                verdict="contract",
                message="a deployment answered that is not in the declared chain",
                seconds=seconds,
            )
            return ChainResult(result=failure, attempts=(0,))
        # As many fallbacks as it says it tried: one that was passed over shows.
        tried = headers.get(_FALLBACKS, "")
        passed = range(1, place) if tried == str(place) else ()
        attempts = (0, *passed, place) if place else (0,)
        return ChainResult(result=self._answer(drill, read, seconds, place), attempts=attempts)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def _ask(self, drill: Drill) -> tuple[Mapping[str, str], Read]:
        call, address = drill.call, Address(model=drill.task.name)
        arguments = {
            key: value for key, value in arguments_for(call, address).items() if key not in _OWN
        }
        methods: dict[str, Any] = {
            "chat": self._client.chat.completions,
            "completion": self._client.completions,
            "responses": self._client.responses,
            "embedding": self._client.embeddings,
        }
        raw = await methods[call.mode].with_raw_response.create(
            **arguments, timeout=call.timeout_seconds, extra_body={MOCKED[drill.fault]: True}
        )
        response = raw.parse()
        if call.mode == "embedding":
            return raw.headers, read_embedding(response, address, len(call.inputs))
        return raw.headers, _READERS[call.mode](response, address)

    def _answer(self, drill: Drill, read: Read, seconds: float, place: int) -> Answer:
        price, usage = self._price_of(drill.chain[place]), read.usage
        usd = request_cost(price, usage) if price is not None and usage is not None else None
        return Answer(
            text=read.text,
            vectors=read.vectors,
            finish_reason=read.finish_reason,
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            usd=usd,
            seconds=seconds,
        )

"""Running a chain as a gateway would: the exported configuration in LiteLLM's router.

The routed model's address is replaced by one on this machine that fails as requested; everything
else stays as exported.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from multillm_gov.catalog.pricing.price import Price, Usage
from multillm_gov.evaluation.client import Answer, Call, CallFailure
from multillm_gov.evaluation.drills.drill import ChainResult, Drill
from multillm_gov.measures.cost.request import request_cost
from multillm_gov.providers.addresses import Address
from multillm_gov.providers.arguments import arguments_for
from multillm_gov.providers.classifying import verdict_of
from multillm_gov.providers.quiet import (
    close_connections,
    ensure_session,
    ignore_remarks,
    load_litellm,
)
from multillm_gov.providers.reading import (
    Read,
    read_chat,
    read_completion,
    read_embedding,
    read_responses,
)
from multillm_gov.providers.router_settings import Addresses, arguments_of, places_of
from multillm_gov.providers.scrubbing import Scrubber
from multillm_gov.providers.streaming import Listening, listen
from multillm_gov.providers.symptoms import symptoms_of

GRACE_SECONDS = 5.0
"""Beyond what the chain's own timeouts add up to."""
_OWN = ("timeout", "num_retries", "max_retries", "model")
"""Arguments that the router takes from its configuration."""


class Attempts:
    """Follows calls by the ids of their deployments."""

    def __init__(self, litellm: Any) -> None:  # noqa: ANN401 # a module without types
        from litellm.integrations.custom_logger import CustomLogger

        made: dict[str, list[str]] = {}

        class Recorder(CustomLogger):
            def log_pre_api_call(
                self, model: str, messages: object, kwargs: Mapping[str, Any]
            ) -> None:
                del model, messages
                deployment = _deployment_of(kwargs)
                calls = made.get(deployment)
                # A format that is spoken through another one is logged twice.
                if calls is not None and calls[-1:] != [deployment]:
                    calls.append(deployment)

        self._made = made
        self._litellm = litellm
        self._recorder = Recorder()
        litellm.callbacks = [*litellm.callbacks, self._recorder]

    def follow(self, deployments: Mapping[str, int]) -> None:
        """Note the calls of one request, which are those to these deployments."""
        calls: list[str] = []
        for deployment in deployments:
            self._made[deployment] = calls

    def made(self, deployments: Mapping[str, int]) -> tuple[int, ...]:
        """Positions of the deployments called since, in order; they are followed no longer."""
        calls = next(iter([self._made.pop(deployment) for deployment in deployments]), [])
        return tuple(deployments[deployment] for deployment in calls)

    def close(self) -> None:
        """Tell LiteLLM to tell no more."""
        self._litellm.callbacks = [
            callback for callback in self._litellm.callbacks if callback is not self._recorder
        ]


def _deployment_of(kwargs: Mapping[str, Any]) -> str:
    parameters = kwargs.get("litellm_params")
    held = parameters if isinstance(parameters, Mapping) else {}
    for place in (held, held.get("metadata"), held.get("litellm_metadata")):
        info = place.get("model_info") if isinstance(place, Mapping) else None
        if isinstance(info, Mapping) and info.get("id"):
            return str(info["id"])
    return ""


class RoutedChain:
    """Sends the drills of one fault, with one router per position of the routed models.

    A router then meets every deployment once, so that no failure is remembered from one drill to
    the next.
    """

    def __init__(
        self,
        configuration: Mapping[str, Any],
        drills: Iterable[Drill],
        addresses: Addresses,
        *,
        price_of: Callable[[str], Price | None] = lambda _: None,
        scrubber: Scrubber | None = None,
    ) -> None:
        """Load LiteLLM (seconds) and set the routers up.

        Args:
            configuration: As `gateways.litellm.configuration` makes it.
            drills: All that are to be carried, each once.
            addresses: Where calls go.
            price_of: A model's price as the catalog knows it.
            scrubber: What takes secrets out of messages; default: one that knows the environment's
                keys.
        """
        self._litellm = load_litellm()
        ignore_remarks()
        ensure_session(self._litellm)
        self._price_of = price_of
        self._scrubber = scrubber or Scrubber(addresses.environment)
        self._attempts = Attempts(self._litellm)
        self._timeouts = {
            each["model_info"]["task_class"]: float(each["litellm_params"]["timeout"])
            for each in configuration["model_list"]
        }
        by_leg: dict[int, list[Drill]] = {}
        for drill in drills:
            by_leg.setdefault(drill.leg, []).append(drill)
        self._routers = {
            entry: self._litellm.Router(
                **arguments_of(
                    configuration, entry, {each.task.name: each for each in group}, addresses
                )
            )
            for entry, group in by_leg.items()
        }

    async def carry(self, drill: Drill) -> ChainResult:
        """Send the drill's request through the chain."""
        router, places = self._routers[drill.leg], places_of(drill)
        listening, started = Listening(), time.perf_counter()
        longest = self._timeouts[drill.task.name] * len(drill.chain) + GRACE_SECONDS
        self._attempts.follow(places)
        try:
            read = await asyncio.wait_for(self._read(router, drill, listening), longest)
        except Exception as error:  # noqa: BLE001 # whatever comes out of the chain is the chain's failure
            attempts = self._attempts.made(places)
            return ChainResult(result=self._failure(error, listening, started), attempts=attempts)
        attempts = self._attempts.made(places)
        seconds = time.perf_counter() - started
        result: Answer | CallFailure = self._answer(drill, read, seconds, attempts)
        if read.refusal or read.finish_reason == "content_filter":
            result = CallFailure(
                verdict="refused-by-filter",
                message="the last model of the chain refused",
                seconds=seconds,
            )
        return ChainResult(result=result, attempts=attempts)

    async def close(self) -> None:
        """Let go of all connections, and of what follows calls."""
        self._attempts.close()
        for router in self._routers.values():
            getattr(router, "retire", router.discard)()  # older releases have the other word only
        await close_connections(self._litellm)

    async def _read(self, router: Any, drill: Drill, listening: Listening) -> Read:  # noqa: ANN401 # LiteLLM's router
        call, address = drill.call, Address(model=drill.task.name)
        function = {
            "chat": router.acompletion,
            "completion": router.atext_completion,
            "responses": router.aresponses,
            "embedding": router.aembedding,
        }[call.mode]
        arguments = arguments_for(call, address)
        response = await function(
            model=drill.task.name, **{key: arguments[key] for key in arguments if key not in _OWN}
        )
        return await _read_as(call, response, address, listening)

    def _answer(
        self, drill: Drill, read: Read, seconds: float, attempts: tuple[int, ...]
    ) -> Answer:
        usage: Usage | None = read.usage
        price = self._price_of(drill.chain[attempts[-1]]) if attempts else None
        usd: Decimal | None = (
            request_cost(price, usage) if price is not None and usage is not None else None
        )
        return Answer(
            text=read.text,
            vectors=read.vectors,
            finish_reason=read.finish_reason,
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            usd=usd,
            seconds=seconds,
        )

    def _failure(self, error: Exception, listening: Listening, started: float) -> CallFailure:
        shown = symptoms_of(error, begun=listening.first_at is not None)
        message = " ".join(self._scrubber.text(f"{type(error).__name__}: {error}").split())[:500]
        seconds = time.perf_counter() - started
        return CallFailure(
            verdict=verdict_of(shown), message=message, status=shown.status, seconds=seconds
        )


async def _read_as(call: Call, response: Any, address: Address, listening: Listening) -> Read:  # noqa: ANN401
    if call.mode == "embedding":
        return read_embedding(response, address, len(call.inputs))
    if call.stream:
        return await listen(response, call.mode, address, listening)
    readers = {"chat": read_chat, "completion": read_completion, "responses": read_responses}
    return readers[call.mode](response, address)

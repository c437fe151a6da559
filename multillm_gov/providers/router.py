"""Running a task class's chain as a gateway would: the exported configuration in LiteLLM's own router.

The routed model's address is replaced by one on this machine that fails as asked; everything else stays as exported.
"""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from multillm_gov.catalog.price import Price, Usage
from multillm_gov.measures.request_cost import request_cost
from multillm_gov.providers.addresses import NO_KEY, Address, Addressing
from multillm_gov.providers.asking import arguments_for
from multillm_gov.providers.attempts import Attempts
from multillm_gov.providers.classifying import verdict_of
from multillm_gov.providers.connections import close_connections, ensure_session
from multillm_gov.providers.quiet import ignore_remarks, load_litellm
from multillm_gov.providers.reading import Read, read_chat, read_completion, read_embedding, read_responses
from multillm_gov.providers.scrubbing import Scrubber
from multillm_gov.providers.streaming import Listening, listen
from multillm_gov.providers.symptoms import symptoms_of
from multillm_gov.trials.client import Answer, Call, Failure
from multillm_gov.trials.drill import Carried, Drill

GRACE_SECONDS = 5.0
"""Beyond what the chain's own time-outs add up to."""
_NOWHERE = {"api_base": "http://127.0.0.1:9/v1", "api_key": NO_KEY}
"""For a fallback without an address: it fails as it would in earnest."""
_REFERENCE = "os.environ/"
_CHAINS = ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
_OWN = ("timeout", "num_retries", "max_retries", "model")
"""Arguments that the router takes from its configuration."""


class RoutedChain:
    """Carries drills: each through a router of its own, so that no failure is remembered from one to the next."""

    def __init__(
        self,
        configuration: Mapping[str, Any],
        addressing: Addressing,
        faulty: Addressing,
        *,
        price_of: Callable[[str], Price | None] = lambda _: None,
        scrubber: Scrubber | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Load LiteLLM (seconds).

        Args:
            configuration: As `gateways.litellm.configuration` makes it.
            addressing: Where the fallbacks' calls go.
            faulty: Where the routed model's calls go: an address on this machine that fails.
            price_of: A model's price as the catalog knows it.
            scrubber: What takes secrets out of messages; default: one that knows the environment's keys.
            environment: Environment variables; default: those of this process.
        """
        self._litellm = load_litellm()
        self._configuration = configuration
        self._addressing, self._faulty = addressing, faulty
        self._price_of = price_of
        self._environment = os.environ if environment is None else environment
        self._scrubber = scrubber or Scrubber(self._environment)
        self._attempts = Attempts(self._litellm)
        ensure_session(self._litellm)
        self._runs = count(1)

    async def carry(self, drill: Drill) -> Carried:
        """Send the drill's request through the chain."""
        ignore_remarks()
        run = f"@{next(self._runs)}"
        router = self._litellm.Router(**self._arguments(drill, run))
        listening, started = Listening(), time.perf_counter()
        places = {f"{drill.task.name}:route-{drill.leg + 1}{run}": 0}
        places |= {f"{drill.task.name}:fallback-{number}{run}": number for number in range(1, len(drill.chain))}
        self._attempts.follow(places)
        try:
            read = await asyncio.wait_for(self._read(router, drill, listening), self._longest(drill))
        except Exception as error:  # noqa: BLE001 # whatever comes out of the chain is the chain's failure
            attempts = self._attempts.made(places)
            return Carried(result=self._failure(error, listening, started), attempts=attempts)
        finally:
            getattr(router, "retire", router.discard)()  # older releases have the other word only
        attempts = self._attempts.made(places)
        seconds = time.perf_counter() - started
        result: Answer | Failure = self._answer(drill, read, seconds, attempts)
        if read.refusal or read.finish_reason == "content_filter":
            result = Failure(verdict="refused-by-filter", message="the last of the chain refused", seconds=seconds)
        return Carried(result=result, attempts=attempts)

    async def close(self) -> None:
        """Let go of all connections, and of what follows calls."""
        self._attempts.close()
        await close_connections(self._litellm)

    async def _read(self, router: Any, drill: Drill, listening: Listening) -> Read:  # noqa: ANN401 # LiteLLM's router
        call, address = drill.call, Address(model=drill.task.name)
        function = {
            "chat": router.acompletion,
            "completion": router.atext_completion,
            "responses": router.aresponses,
            "embedding": router.aembedding,
        }[call.mode]
        asked = arguments_for(call, address)
        response = await function(model=drill.task.name, **{key: asked[key] for key in asked if key not in _OWN})
        return await _read_as(call, response, address, listening)

    def _arguments(self, drill: Drill, run: str) -> dict[str, Any]:
        name = drill.task.name
        settings = dict(self._configuration["router_settings"])
        for key in _CHAINS:
            settings[key] = [chain for chain in settings[key] if name in chain]
        wanted = f"{name}:route-{drill.leg + 1}"
        entries = [
            self._entry(entry, drill, run)
            for entry in self._configuration["model_list"]
            if entry["model_info"]["task_class"] == name and (entry["model_name"] != name or _id(entry) == wanted)
        ]
        return {"model_list": entries, **settings}

    def _entry(self, entry: Mapping[str, Any], drill: Drill, run: str) -> dict[str, Any]:
        is_routed = entry["model_name"] == drill.task.name
        position = 0 if is_routed else int(_id(entry).rpartition("-")[2])
        address = (self._faulty if is_routed else self._addressing)(drill.chain[position], drill.call.mode)
        parameters = {key: value for key, value in entry["litellm_params"].items() if not self._is_unset(value)}
        if isinstance(address, Failure):
            address = Address(model=parameters["model"], arguments=_NOWHERE)
        if address.arguments:
            parameters = {key: value for key, value in parameters.items() if not str(value).startswith(_REFERENCE)}
        return {
            "model_name": entry["model_name"],
            "litellm_params": {**parameters, "model": address.model, **address.arguments},
            "model_info": {**entry["model_info"], "id": f"{_id(entry)}{run}"},
        }

    def _is_unset(self, value: object) -> bool:
        """Whether a reference leads to no variable: the provider's client then says itself what it lacks."""
        text = str(value)
        return text.startswith(_REFERENCE) and text.removeprefix(_REFERENCE) not in self._environment

    def _longest(self, drill: Drill) -> float:
        entries = [
            one for one in self._configuration["model_list"] if one["model_info"]["task_class"] == drill.task.name
        ]
        return max(float(one["litellm_params"]["timeout"]) for one in entries) * len(drill.chain) + GRACE_SECONDS

    def _answer(self, drill: Drill, read: Read, seconds: float, attempts: tuple[int, ...]) -> Answer:
        usage: Usage | None = read.usage
        price = self._price_of(drill.chain[attempts[-1]]) if attempts else None
        usd: Decimal | None = request_cost(price, usage) if price is not None and usage is not None else None
        return Answer(
            text=read.text,
            vectors=read.vectors,
            finish_reason=read.finish_reason,
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            usd=usd,
            seconds=seconds,
        )

    def _failure(self, error: Exception, listening: Listening, started: float) -> Failure:
        shown = symptoms_of(error, begun=listening.first_at is not None)
        message = " ".join(self._scrubber.text(f"{type(error).__name__}: {error}").split())[:500]
        seconds = time.perf_counter() - started
        return Failure(verdict=verdict_of(shown), message=message, status=shown.status, seconds=seconds)


def _id(entry: Mapping[str, Any]) -> str:
    return str(entry["model_info"]["id"])


async def _read_as(call: Call, response: Any, address: Address, listening: Listening) -> Read:  # noqa: ANN401
    if call.mode == "embedding":
        return read_embedding(response, address, len(call.inputs))
    if call.stream:
        return await listen(response, call.mode, address, listening)
    readers = {"chat": read_chat, "completion": read_completion, "responses": read_responses}
    return readers[call.mode](response, address)

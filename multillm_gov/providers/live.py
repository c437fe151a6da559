"""The live client: LiteLLM's asynchronous functions, with every failure as a verdict."""

import asyncio
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from msgspec.structs import replace

from multillm_gov.catalog.pricing.price import Price, Usage
from multillm_gov.evaluation.client import Answer, Call, CallFailure
from multillm_gov.evidence.verdict import Verdict
from multillm_gov.measures.cost.request import request_cost
from multillm_gov.providers.addresses import Address, Addressing
from multillm_gov.providers.arguments import arguments_for
from multillm_gov.providers.classifying import verdict_of
from multillm_gov.providers.offline import offline_addresses
from multillm_gov.providers.quiet import close_connections, ensure_session, load_litellm, unlogged
from multillm_gov.providers.reading import (
    Read,
    read_chat,
    read_completion,
    read_embedding,
    read_responses,
)
from multillm_gov.providers.scrubbing import Scrubber
from multillm_gov.providers.streaming import Listening, listen
from multillm_gov.providers.symptoms import Symptoms, symptoms_of

LONGEST_MESSAGE = 500
"""Characters of a failure's message."""
_BILLS = frozenset({"timeout", "provider-fault", "contract", "refused-by-filter", "inconclusive"})
"""Verdicts after which tokens may be on the bill: something was, or may have been, computed."""
_LONGEST = 24 * 3600.0
"""Seconds; a longer wait is cut, for no run lasts so long."""
_DELAY = re.compile(r'"?retrydelay"?\s*:\s*"?(\d{1,9}(?:\.\d{1,9})?)s', re.IGNORECASE)


def retry_after_seconds(
    headers: Mapping[str, str], text: str, now: datetime | None = None
) -> float | None:
    """Seconds to wait; ``None`` where the provider says nothing that can be read.

    Args:
        headers: By name in small letters.
        text: The error's body.
        now: For dates; default: the clock.
    """
    pairs = (("retry-after-ms", 1000.0), ("retry-after", 1.0))
    for name, unit in pairs:
        written = headers.get(name, "").strip() or headers.get(f"llm_provider-{name}", "").strip()
        seconds = _header_number(written)
        if seconds is None and written and name == "retry-after":
            seconds = _until(written, now or datetime.now(UTC))
        if seconds is not None:
            return min(max(seconds / unit, 0.0), _LONGEST)
    delay = _DELAY.search(text)
    return min(float(delay[1]), _LONGEST) if delay else None


def _header_number(written: str) -> float | None:
    return float(written) if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", written) else None


def _until(written: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, IndexError, TypeError):
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()


class LiveClient:
    """Sends calls through LiteLLM: once, unlogged, only to the address meant for the model."""

    def __init__(
        self,
        addressing: Addressing,
        *,
        price_of: Callable[[str], Price | None] = lambda _: None,
        is_retired: Callable[[str], bool] = lambda _: False,
        scrubber: Scrubber | None = None,
    ) -> None:
        """Load LiteLLM (seconds).

        Args:
            addressing: Where a model's calls go.
            price_of: A model's price as the catalog knows it; what calls cost follows from it and
            nothing else.
            is_retired: Whether the catalog knows a model as retired: some vendors just forget such
            a model.
            scrubber: What takes secrets out of messages; default: one that knows the environment's
                keys.
        """
        self._litellm = load_litellm()
        self._addressing = addressing
        self._price_of = price_of
        self._is_retired = is_retired
        self._scrubber = scrubber or Scrubber()

    async def send(self, call: Call) -> Answer | CallFailure:
        """Send one call, once."""
        address = self._addressing(call.model, call.mode)
        if isinstance(address, CallFailure):
            return address
        ensure_session(self._litellm)
        listening = Listening()
        started = time.perf_counter()
        try:
            with unlogged():
                async with asyncio.timeout(call.timeout_seconds):
                    read = await self._read(call, address, listening)
        except Exception as error:  # noqa: BLE001 # whatever a provider's client raises is that provider's failure
            return self._failure(
                call, symptoms_of(error, begun=listening.first_at is not None), error, started
            )
        seconds = time.perf_counter() - started
        if read.refusal or read.finish_reason == "content_filter":
            message = (
                f"the model refused: {read.refusal}"
                if read.refusal
                else "the answer was stopped by a filter"
            )
            return CallFailure(
                verdict="refused-by-filter", message=self._told(message), seconds=seconds
            )
        return self._answer(
            call, read, seconds, listening.first_at and listening.first_at - started
        )

    async def close(self) -> None:
        """Let go of all connections of this process's LiteLLM."""
        await close_connections(self._litellm)

    async def _read(self, call: Call, address: Address, listening: Listening) -> Read:
        response: Any = await self._function(call)(**arguments_for(call, address))
        if call.mode == "embedding":
            return read_embedding(response, address, len(call.inputs))
        if call.stream:
            return await listen(response, call.mode, address, listening)
        readers = {"chat": read_chat, "completion": read_completion, "responses": read_responses}
        return readers[call.mode](response, address)

    def _function(self, call: Call) -> Any:  # noqa: ANN401 # LiteLLM has no types
        return {
            "chat": self._litellm.acompletion,
            "completion": self._litellm.atext_completion,
            "responses": self._litellm.aresponses,
            "embedding": self._litellm.aembedding,
        }[call.mode]

    def _answer(self, call: Call, read: Read, seconds: float, to_first: float | None) -> Answer:
        usage = read.usage
        return Answer(
            text=read.text,
            vectors=read.vectors,
            finish_reason=read.finish_reason,
            served_model=self._scrubber.text(read.served_model),
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            cached_input_tokens=usage.cached_input_tokens if usage else None,
            usd=self._cost(call.model, usage),
            seconds=seconds,
            seconds_to_first=to_first,
        )

    def _cost(self, model: str, usage: Usage | None) -> Decimal | None:
        price = self._price_of(model)
        return request_cost(price, usage) if price is not None and usage is not None else None

    def _failure(
        self, call: Call, shown: Symptoms, error: Exception, started: float
    ) -> CallFailure:
        verdict = verdict_of(shown)
        if verdict == "not-found" and self._is_retired(call.model):
            verdict = "retired"
        text = f"{type(error).__name__}: {error}"
        if isinstance(error, TimeoutError) and not str(error):
            text = f"no answer within {call.timeout_seconds:g} seconds"
        return CallFailure(
            verdict=verdict,
            message=self._told(text),
            status=shown.status,
            retry_after_seconds=retry_after_seconds(shown.headers, shown.text),
            seconds=time.perf_counter() - started,
            may_bill=shown.begun
            or (verdict in _BILLS and not _is_refused_by_server(verdict, shown)),
        )

    def _told(self, message: str) -> str:
        """A message as it may be printed: without secrets, on one line, not long."""
        return " ".join(self._scrubber.text(message).split())[:LONGEST_MESSAGE]


def _is_refused_by_server(verdict: Verdict, shown: Symptoms) -> bool:
    """Whether the provider itself reported that it does not answer: no vendor bills such a call."""
    return verdict == "provider-fault" and shown.status is not None and shown.status >= 500


_LONGEST_SECONDS = 10.0


async def warm_up(calls: Iterable[Call]) -> tuple[CallFailure, ...]:
    """Send one call of each provider and mode to an address of this machine where nobody listens.

    No key goes with it, nothing leaves the machine, and nothing is billed. Code that is loaded at
    the first call takes
    up to a second: more than some task classes allow for an answer.

    Args:
        calls: Those that a run is to send.

    Returns:
        What became of each, in order of provider and mode: connections that were refused.
    """
    first: dict[tuple[str, str, bool], Call] = {}
    for call in calls:
        first.setdefault((call.model.partition("/")[0], call.mode, call.stream), call)
    with _closed_port() as url:
        client = LiveClient(offline_addresses(partial(_everywhere, url)))
        sent = [
            await client.send(replace(first[key], timeout_seconds=_LONGEST_SECONDS))
            for key in sorted(first)
        ]
    return tuple(each for each in sent if isinstance(each, CallFailure))


def _everywhere(url: str, wire_format: str) -> str:
    del wire_format
    return url


@contextmanager
def _closed_port() -> Iterator[str]:
    """An address that is taken and refuses every connection."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}"

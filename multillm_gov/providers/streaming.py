"""Reading streams to their end, noting when the first piece came and whether the end was real."""

import time
from typing import Any

from msgspec import structs

from multillm_gov.providers.addresses import Address
from multillm_gov.providers.reading import (
    MalformedAnswerError,
    Read,
    read_responses,
    refusal_of,
    served_model,
    usage_of,
)
from multillm_gov.providers.stream_ends import watch_end
from multillm_gov.vocabulary import CallMode


class StreamCutError(Exception):
    """A stream that ended before the provider finished it."""


class Listening:
    """What has come so far, so that a failure in the middle can tell it was one."""

    def __init__(self) -> None:
        self.first_at: float | None = None

    def heard(self, piece: str) -> None:
        """Note a piece of text."""
        if piece and self.first_at is None:
            self.first_at = time.perf_counter()


async def listen(stream: Any, mode: CallMode, address: Address, listening: Listening) -> Read:  # noqa: ANN401 # LiteLLM's
    """Read a stream of any mode.

    Raises:
        StreamCutError: it ended without its proper end.
    """
    if mode == "responses":
        return await _responses(stream, address, listening)
    return await _chunks(stream, address, listening)


async def _chunks(stream: Any, address: Address, listening: Listening) -> Read:  # noqa: ANN401
    parts: list[str] = []
    read = Read()
    end = await watch_end(stream, address.provider)
    async for chunk in stream:
        end.heard()
        usage = usage_of(getattr(chunk, "usage", None))
        served = served_model(chunk, address, "chat")
        read = structs.replace(
            read, usage=usage or read.usage, served_model=served or read.served_model
        )
        for choice in chunk.choices or ():
            delta = getattr(choice, "delta", None)
            piece = (getattr(choice, "text", None) if delta is None else delta.content) or ""
            listening.heard(piece)
            parts.append(piece)
            read = structs.replace(
                read,
                finish_reason=choice.finish_reason or read.finish_reason,
                refusal=read.refusal or (refusal_of(delta) if delta is not None else ""),
            )
    if not end.came:
        raise StreamCutError("the stream ended without a finish reason")
    return structs.replace(read, text="".join(parts))


async def _responses(stream: Any, address: Address, listening: Listening) -> Read:  # noqa: ANN401 # LiteLLM's stream
    end = await watch_end(stream, address.provider)
    async for event in stream:
        end.heard()
        kind = str(getattr(getattr(event, "type", ""), "value", getattr(event, "type", "")))
        if kind == "response.output_text.delta":
            listening.heard(str(getattr(event, "delta", "")))
        if kind in {"response.completed", "response.incomplete"}:
            if not end.came:
                break
            return read_responses(event.response, address)
        if kind in {"response.failed", "error"}:
            raise MalformedAnswerError(f"the stream reported an error: {event}")
    raise StreamCutError("the stream ended without a completed response")

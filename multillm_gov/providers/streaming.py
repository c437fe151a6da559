"""Reading streams to their end, noting when the first piece came and whether the end was real.

LiteLLM makes up a reason to finish where a stream just stops, and takes every piece of Gemini's
format to have given one; so its own readers, which may lie under several layers, are asked what
really came.
"""

import time
from collections.abc import AsyncGenerator, Iterator, Mapping
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
from multillm_gov.vocabulary import CallMode

_GOOGLE = frozenset({"gemini", "vertex_ai", "vertex_ai_beta"})
_DEEPEST = 3
_REASON = "received_finish_reason"


async def watch_end(stream: Any, provider: str) -> "EndWatch":  # noqa: ANN401 # LiteLLM's stream
    """Watch a stream that nothing was read of yet."""
    readers = list(_readers(stream, 0))
    if provider in _GOOGLE:
        for reader in readers:
            await reader.fetch_stream()  # else its parser is only there after the first piece
    return EndWatch(stream, readers, provider)


def _readers(stream: Any, depth: int) -> Iterator[Any]:  # noqa: ANN401 # LiteLLM's stream
    """LiteLLM's readers of chunks below a stream, the outermost first."""
    if hasattr(stream, _REASON):
        yield stream
        return
    frame = getattr(stream, "ag_frame", None)  # of a generator that LiteLLM wraps a stream in
    parts = frame.f_locals if frame is not None else getattr(stream, "__dict__", {})
    for part in tuple(parts.values()):
        if depth < _DEEPEST and (
            isinstance(part, AsyncGenerator) or type(part).__module__.startswith("litellm.")
        ):
            yield from _readers(part, depth + 1)


class EndWatch:
    """Watches one stream."""

    def __init__(self, stream: Any, readers: list[Any], provider: str) -> None:  # noqa: ANN401 # LiteLLM's stream
        """Look at every piece from now on, where a parser lets one look."""
        self._stream = stream
        self._readers = readers
        self._ended: bool | None = None
        if provider in _GOOGLE:
            for reader in readers:
                self._look_at(getattr(reader, "completion_stream", None))

    def heard(self) -> None:
        """Look for readers once more: some are only there while the stream is read."""
        if not self._readers:
            self._readers = list(_readers(self._stream, 0))

    def _look_at(self, parser: Any) -> None:  # noqa: ANN401 # LiteLLM's parser
        parse = getattr(parser, "chunk_parser", None)
        if parse is None:
            return
        self._ended = False

        def watched(chunk: Any) -> Any:  # noqa: ANN401 # as the parser's own
            if isinstance(chunk, Mapping):
                candidates = chunk.get("candidates") or ()
                feedback = chunk.get("promptFeedback")
                self._ended = self._ended or any(
                    isinstance(candidate, Mapping) and candidate.get("finishReason")
                    for candidate in candidates
                )
                self._ended = self._ended or (
                    isinstance(feedback, Mapping) and bool(feedback.get("blockReason"))
                )
            return parse(chunk)

        parser.chunk_parser = watched

    @property
    def came(self) -> bool:
        """Whether the provider gave a reason to finish; ``True`` where no reader knows."""
        if self._ended is not None:
            return self._ended
        return not self._readers or any(
            getattr(reader, _REASON) or getattr(reader, "intermittent_finish_reason", None)
            for reader in self._readers
        )


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

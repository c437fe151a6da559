"""Whether a stream came to its proper end.

LiteLLM makes up a reason to finish where a stream just stops, and takes every piece of Gemini's
format to have given one; so its own readers, which may lie under several layers, are asked what
really came.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

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
                    isinstance(one, Mapping) and one.get("finishReason") for one in candidates
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

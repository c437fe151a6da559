"""Whether a stream came to its proper end.

LiteLLM makes up a reason to finish where a stream just stops, and takes every piece of Gemini's format to have given
one; so its own readers are asked what really came.
"""

from collections.abc import Mapping
from typing import Any

_GOOGLE = frozenset({"gemini", "vertex_ai", "vertex_ai_beta"})


async def watch_end(stream: Any, provider: str) -> "EndWatch":  # noqa: ANN401 # LiteLLM's stream
    """Watch a stream that nothing was read of yet."""
    if provider in _GOOGLE and hasattr(stream, "fetch_stream"):
        await stream.fetch_stream()  # else the reader is only there after the first piece
    return EndWatch(stream, provider)


class EndWatch:
    """Watches one stream."""

    def __init__(self, stream: Any, provider: str) -> None:  # noqa: ANN401 # LiteLLM's stream
        """Look at every piece from now on, where the reader lets one look."""
        self._stream = stream
        self._pieces = 0
        self._ended = False
        reader = getattr(stream, "completion_stream", None)
        self._parse = getattr(reader, "chunk_parser", None) if provider in _GOOGLE else None
        if self._parse is not None:
            reader.chunk_parser = self._watched  # type: ignore[union-attr]

    def _watched(self, chunk: Any) -> Any:  # noqa: ANN401 # as the reader's own
        self._pieces += 1
        if isinstance(chunk, Mapping):
            candidates = chunk.get("candidates") or ()
            self._ended |= any(isinstance(one, Mapping) and one.get("finishReason") for one in candidates)
            self._ended |= bool(isinstance(told := chunk.get("promptFeedback"), Mapping) and told.get("blockReason"))
        return self._parse(chunk)  # type: ignore[misc]

    @property
    def came(self) -> bool:
        """Whether the provider gave a reason to finish; ``True`` where the reader does not tell."""
        if self._pieces:
            return self._ended
        inner = getattr(self._stream, "completion_stream", None)
        readers: list[Any] = [one for one in (self._stream, inner) if hasattr(one, "received_finish_reason")]
        return not readers or any(
            one.received_finish_reason or getattr(one, "intermittent_finish_reason", None) for one in readers
        )

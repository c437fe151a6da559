"""A request and the answer to it, whatever the wire format."""

from collections import deque
from threading import Lock
from typing import Any

from msgspec import Struct

from multillm_gov.vocabulary import CallMode

MOST_ENTRIES = 20_000
"""Kept; the oldest go first."""


class JournalEntry(Struct, frozen=True, kw_only=True):
    """One request."""

    format: str
    path: str
    mode: CallMode | None = None
    """``None``: no endpoint is at the path, or the body could not be read."""
    model: str = ""
    texts: tuple[str, ...] = ()
    native_schema: bool = False
    stream: bool = False
    key: str = ""
    """What was shown as the key: the server is a test's, so that it may be looked at."""
    fault: str = ""


class Journal:
    """Entries in order; safe to read from another thread while the server runs."""

    def __init__(self) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=MOST_ENTRIES)
        self._lock = Lock()

    def add(self, entry: JournalEntry) -> None:
        """Note one request."""
        with self._lock:
            self._entries.append(entry)

    @property
    def entries(self) -> tuple[JournalEntry, ...]:
        """All requests so far, oldest first."""
        with self._lock:
            return tuple(self._entries)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._entries.clear()


class ReceivedCall(Struct, frozen=True, kw_only=True):
    """One request, read."""

    mode: CallMode = "chat"
    model: str
    texts: tuple[str, ...] = ()
    """Messages or inputs, in order."""
    schema: dict[str, Any] | None = None
    """JSON Schema the answer must satisfy, requested natively."""
    tool: str = ""
    """Name of the tool that must be called with the answer; empty: the answer is text."""
    stream: bool = False
    max_output_tokens: int | None = None
    dimensions: int | None = None
    encoded: bool = False
    """Whether vectors are wanted in base64."""
    single: bool = False
    """Whether one vector is wanted and not a list, where a format knows both."""
    key: str = ""
    """What the request shows as its key."""


class Reply(Struct, frozen=True, kw_only=True):
    """One answer, before it takes a wire format."""

    text: str = ""
    vectors: tuple[tuple[float, ...], ...] = ()
    cut: bool = False
    """Whether the text ended at the limit of tokens."""
    served_model: str
    input_tokens: int
    output_tokens: int = 0
    cached_input_tokens: int = 0
    reasoning_tokens: int = 0
    """Part of the output tokens."""


class Wire(Struct, frozen=True, kw_only=True):
    """A response as it goes over the wire, piece by piece."""

    status: int = 200
    media: str = "application/json"
    headers: dict[str, str] = {}
    pieces: tuple[bytes, ...]


TOKEN_CHARACTERS = 4
"""Characters of English text to a token, about."""


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text) // TOKEN_CHARACTERS)


def fragments(text: str, count: int = 4) -> tuple[str, ...]:
    """A text in about so many pieces, as a stream brings it; at least one."""
    step = max(-(-len(text) // count), 1)
    return tuple(text[at : at + step] for at in range(0, len(text), step)) or ("",)

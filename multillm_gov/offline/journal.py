"""The requests that the server received, in order: what LiteLLM really sends."""

from collections import deque
from threading import Lock

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

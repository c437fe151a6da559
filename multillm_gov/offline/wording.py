"""Shared parts of the wire formats: JSON bodies, stream events, digests as identifiers."""

import json
from collections.abc import Iterable
from hashlib import sha256
from struct import pack
from typing import Any
from zlib import crc32

from multillm_gov.offline.exchange import ReceivedCall, Wire

EVENT_STREAM = "application/vnd.amazon.eventstream"
_TEXT = 7
"""Type of a header whose value is text."""
CREATED = 1_767_225_600
"""The time in every answer (1 January 2026), since answers are the same at any time."""


def frame(event: str, payload: bytes, *, failed: bool = False) -> bytes:
    """One event with a JSON payload, or an exception of that name."""
    headers = b"".join(
        pack("!B", len(name)) + name + pack("!BH", _TEXT, len(value)) + value
        for name, value in (
            (b":exception-type" if failed else b":event-type", event.encode()),
            (b":content-type", b"application/json"),
            (b":message-type", b"exception" if failed else b"event"),
        )
    )
    prelude = pack("!II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + pack("!I", crc32(prelude)) + headers + payload
    return message + pack("!I", crc32(message))


def encoded(value: object) -> bytes:
    """A value as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def body(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Wire:
    """A response of one JSON body."""
    return Wire(status=status, headers=headers or {}, pieces=(encoded(value),))


def events(values: Iterable[tuple[str, object]], *, done: bool = False) -> Wire:
    """Server-sent events: name (may be empty) and data, ended by ``[DONE]`` where used."""
    pieces = [
        (f"event: {name}\n" if name else "").encode() + b"data: " + encoded(value) + b"\n\n"
        for name, value in values
    ]
    return Wire(
        media="text/event-stream", pieces=(*pieces, *([b"data: [DONE]\n\n"] if done else ()))
    )


def identifier(prefix: str, request: ReceivedCall) -> str:
    """An identifier that only depends on the request."""
    return prefix + sha256("\0".join((request.model, *request.texts)).encode()).hexdigest()[:24]


def text_of(content: object) -> str:
    """The text in a message's content: itself, or that of its parts, one after the other."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(text_of(part) for part in content)
    if isinstance(content, dict):
        return text_of(content.get("text", content.get("content", "")))
    return ""


def mapping(value: object) -> dict[str, Any]:
    """A value if it is a mapping, else an empty one: a request may hold anything."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """A value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def whole(value: object) -> int | None:
    """A value if it is a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None

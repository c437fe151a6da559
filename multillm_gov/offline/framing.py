"""Amazon's binary stream frames: two lengths with checksum, headers, payload, checksum."""

from struct import pack
from zlib import crc32

EVENT_STREAM = "application/vnd.amazon.eventstream"
_TEXT = 7
"""Type of a header whose value is text."""


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

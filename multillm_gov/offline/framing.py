"""Amazon's binary frames for streams: two lengths and their checksum, headers, payload, checksum of it all."""

from struct import pack
from zlib import crc32

_TEXT = 7
"""Type of a header whose value is text."""


def frame(event: str, payload: bytes) -> bytes:
    """One event with a JSON payload."""
    headers = b"".join(
        pack("!B", len(name)) + name + pack("!BH", _TEXT, len(value)) + value
        for name, value in (
            (b":event-type", event.encode()),
            (b":content-type", b"application/json"),
            (b":message-type", b"event"),
        )
    )
    prelude = pack("!II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + pack("!I", crc32(prelude)) + headers + payload
    return message + pack("!I", crc32(message))

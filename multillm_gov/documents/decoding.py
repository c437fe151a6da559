"""From bytes to text: size, encoding and invisible characters, each refused with its place."""

import re

from multillm_gov.documents.document import SourceFile, Text
from multillm_gov.finding import Flaw
from multillm_gov.location import Location

MAX_BYTES = 5 * 2**20
"""Largest governed file; 5 MiB hold some 5,000 task classes."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
"""Characters no governed file may hold: they steer terminals, or show nothing."""
HIDDEN = re.compile("[\x85\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
"""Unusual line breaks, overrides of text direction, characters without width.

A reviewer sees another text than the tool reads.
"""


def decode(file: SourceFile) -> Text | Flaw:
    """The text of a file without its byte order mark, or why it has none."""
    data = file.data
    if len(data) > MAX_BYTES:
        return _unreadable(
            file.path,
            f"the file has {len(data) / 2**20:,.1f} MiB; at most {MAX_BYTES / 2**20:.0f} MiB are "
            "read",
            "Split it into several files.",
        )
    if data.startswith(_UTF16):
        return _unreadable(file.path, "the file is UTF-16 text, not UTF-8", "Save it as UTF-8.")
    if b"\0" in data:
        return _unreadable(
            file.path,
            f"the file is binary: byte {data.index(0):,} is NUL",
            "Remove it from the governed folders, or save it as UTF-8 text.",
        )
    try:
        content = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + (len(_BOM) if data.startswith(_BOM) else 0)
        return _not_utf8(file, offset)
    return Text(file.path, content)


def _not_utf8(file: SourceFile, offset: int) -> Flaw:
    before = file.data[:offset].decode("utf-8")
    place = Text(file.path, before).span(offset, offset)
    return _unreadable(
        file.path,
        f"the file is not UTF-8: byte {offset:,} (0x{file.data[offset]:02x}) on line {place.line}",
        "Save it as UTF-8.",
        place,
    )


def _unreadable(path: str, message: str, remedy: str, location: Location | None = None) -> Flaw:
    return Flaw(
        kind="unreadable-file", message=message, location=location or Location(path), remedy=remedy
    )

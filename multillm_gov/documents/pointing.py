"""What stands at an offset of a document: the way back from a place in the text to a route."""

from bisect import bisect_right
from itertools import islice
from typing import Any

import msgspec

from multillm_gov.documents.document import Document
from multillm_gov.location import Pointer


class Spot(msgspec.Struct, frozen=True):
    """A key or a scalar, and where it stands."""

    pointer: Pointer
    on_key: bool
    start: int
    end: int
    """Offsets of its first character and past its last one, quotes included."""


def spot_at(document: Document, offset: int) -> Spot | None:
    """The key or scalar that an offset lies in or right after; `None`: there is none."""
    container: Any = document.data
    pointer: Pointer = ()
    while True:
        offsets = document.marks.get(id(container))
        if not offsets:
            return None
        width = 3 if isinstance(container, dict) else 2
        number = bisect_right(offsets[::width], offset) - 1
        if number < 0:
            return None
        key = next(islice(container, number, None)) if isinstance(container, dict) else number
        *_, start, end = offsets[number * width : (number + 1) * width]
        pointer = (*pointer, key)
        if isinstance(key, str) and offset < start:
            return _key(document, pointer, offsets[number * width], offset)
        if offset > end:
            return None
        container = container[key]
        if not isinstance(container, dict | list):
            return Spot(pointer, False, start, end)


def _key(document: Document, pointer: Pointer, start: int, offset: int) -> Spot | None:
    source = document.source
    location = source.key_span(start, str(pointer[-1]))
    end = source.line_starts()[location.end_line - 1] + location.end_column - 1
    return Spot(pointer, True, start, end) if offset <= end else None

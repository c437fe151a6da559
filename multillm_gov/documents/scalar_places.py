"""Where a character of a text stands in its file: plain, quoted, literal or folded."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from multillm_gov.documents.document import Document
from multillm_gov.location import Location, Pointer

_ESCAPES = {"x": 4, "u": 6, "U": 10}
"""Characters of an escape in double quotes, by the one after the backslash; every other has two."""


def locate_in_text(
    document: Document, pointer: Pointer, line: int, column: int, length: int = 1
) -> Location:
    """The location of characters at a line and column (both from 1) of the text at a pointer.

    Past the end of the text it is its last character; where the pointer leads to no text, the
    location of the value.
    """
    whole = document.locate(pointer)
    value = document.data
    for step in pointer:
        if not isinstance(value, dict | list):
            return whole
        value = value[step]  # type: ignore[index] # a pointer of this document
    if not isinstance(value, str) or not value:
        return whole
    lines = list(accumulate((len(part) + 1 for part in value.split("\n")), initial=0))
    offset = min(lines[min(max(line, 1), len(lines) - 1) - 1] + max(column, 1) - 1, len(value) - 1)
    source = document.source
    starts = source.line_starts()
    first = starts[whole.line - 1] + whole.column - 1
    end = starts[whole.end_line - 1] + whole.end_column - 1
    places = list(_places(value, source.content, first, end))
    if offset >= len(places):
        return whole
    last = min(offset + length, len(places)) - 1
    # A mark never runs over the end of its line.
    if bisect_right(starts, places[last]) != bisect_right(starts, places[offset]):
        last = offset
    return source.span(places[offset], places[last] + 1)


def _places(value: str, content: str, start: int, end: int) -> Iterator[int]:
    """The offset in `content` of each character of a scalar, as far as it can be followed."""
    style = content[start : start + 1]
    here = start + (style in {'"', "'"})
    if style in {"|", ">"}:
        here = content.find("\n", start, end) + 1 or end
    for character in value:
        escaped = (
            style == '"' and content.startswith("\\", here) and not content.startswith("\\\n", here)
        )
        if character.isspace() and not escaped:
            yield min(here, end - 1)
            # Folding writes one blank for a break and its indent, so the rest is passed over with
            # the next word.
            if here < end and content[here].isspace():
                here += 1
            continue
        while here < end and content[here].isspace():
            here += 1
        if style == '"' and content.startswith("\\\n", here):
            here += 2
            while here < end and content[here].isspace():
                here += 1
        if here >= end:
            return
        yield here
        here += _width(content, here, style)


def _width(content: str, here: int, style: str) -> int:
    if style == '"' and content[here] == "\\":
        return _ESCAPES.get(content[here + 1 : here + 2], 2)
    return 2 if style == "'" and content.startswith("''", here) else 1

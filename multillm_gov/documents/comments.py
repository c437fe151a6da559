"""Comments of a YAML text: exactly what a YAML reader passes over, never a ``#`` inside a value."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from multillm_gov.documents.document import Text

_START = re.compile(r"(?:(?<=[ \t\r\n])|\A)#")
_BREAK = re.compile(r"[\r\n]")
_BLOCKS = ("|", ">")


class Comment(Struct, frozen=True, kw_only=True):
    """One comment, from its ``#`` to the end of its line."""

    text: str
    start: int
    line: int
    """From 1."""
    alone: bool
    """Whether nothing else stands on its line."""


def comments(text: Text) -> Iterator[Comment]:
    """The comments of a well-formed YAML text, in order; it is parsed once more."""
    spans = _scalar_spans(text.content)
    starts = [start for start, _ in spans]
    position = 0
    while match := _START.search(text.content, position):
        position = match.start()
        index = bisect_right(starts, position) - 1
        if index >= 0 and position < spans[index][1]:
            position = spans[index][1]
            continue
        line, column = text.position(position)
        end = _line_end(text.content, position)
        alone = not text.content[position - column : position].strip()
        yield Comment(text=text.content[position:end], start=position, line=line + 1, alone=alone)
        position = end


def _scalar_spans(content: str) -> list[tuple[int, int]]:
    """Start and end of every scalar's own text, keys included; a block's begins below its head."""
    from yaml.events import ScalarEvent  # few files hold a comment that matters

    from multillm_gov.documents.yaml_reader import open_parser

    spans: list[tuple[int, int]] = []
    events: Iterator[Any] = iter(open_parser(content).get_event, None)
    for event in events:
        kind = event.__class__
        if kind is ScalarEvent:
            start, end = event.start_mark.index, event.end_mark.index
            if event.style in _BLOCKS:
                start = min(_line_end(content, start), end)
            if end > start:
                spans.append((start, end))
    return spans


def _line_end(content: str, start: int) -> int:
    match = _BREAK.search(content, start)
    return match.start() if match else len(content)

"""A governed file: its text as plain data, and where each key and value stands."""

import re
from array import array
from bisect import bisect_right
from typing import Any, TypeAlias

import msgspec

from multillm_gov.location import Location, Place, Pointer

_BREAK = re.compile(r"\r\n?|\n")
_KEY = re.compile(r"""["](?:[^"\\]|\\.)*["]|'(?:[^']|'')*'""", re.DOTALL)
_LONGEST_SOURCE_LINE = 2_000


class Text(msgspec.Struct, frozen=True, eq=False):
    """Decoded text under a path; offsets count characters, as the parser's do."""

    path: str
    content: str
    starts: list[int] = []
    """Offset of each line's first character; filled on first use."""

    def line_starts(self) -> list[int]:
        """Offsets at which the lines start."""
        if not self.starts:
            self.starts.append(0)
            self.starts.extend(match.end() for match in _BREAK.finditer(self.content))
        return self.starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 0."""
        starts = self.line_starts()
        offset = min(max(offset, 0), len(self.content))
        line = bisect_right(starts, offset) - 1
        return line, offset - starts[line]

    def line(self, number: int) -> str:
        """One line without its break, counted from 0; cut when absurdly long."""
        starts = self.line_starts()
        start = starts[number]
        end = starts[number + 1] if number + 1 < len(starts) else len(self.content)
        return self.content[start : min(end, start + _LONGEST_SOURCE_LINE)].rstrip("\r\n")

    def span(self, start: int, end: int) -> Location:
        """The location of ``content[start:end]`` without the blanks at its end."""
        length = len(self.content)
        start = min(max(start, 0), length)
        end = min(max(end, start), length)
        end = start + (len(self.content[start:end].rstrip()) or end - start)
        line, column = self.position(start)
        end_line, end_column = self.position(end)
        return Location(
            self.path, line + 1, column + 1, end_line + 1, end_column + 1, self.line(line)
        )

    def key_span(self, start: int, key: str) -> Location:
        """The location of a key that starts at an offset, with its quotes, within its line."""
        if quoted := _KEY.match(self.content, start):
            end = quoted.end()
        elif self.content.startswith(key, start):
            end = start + len(key)
        else:
            line, _ = self.position(start)
            end = self.line_starts()[line] + len(self.line(line))
        return self.span(start, end)


class SourceFile(msgspec.Struct, frozen=True):
    """Bytes under a path, from the disk or a revision: nobody downstream can tell which."""

    path: str
    """Relative to the portfolio's root, with ``/``."""
    data: bytes

    @property
    def content(self) -> bytes:
        """The data with line feeds alone, which digests are of."""
        return self.data if b"\0" in self.data else self.data.replace(b"\r\n", b"\n")


Marks: TypeAlias = "dict[int, array[int]]"
"""By ``id(container)``: character offsets, entry after entry in the container's own order.

A mapping has three per entry (start of the key, start and end of the value), a list two (start and
end). Arrays of machine integers cost a seventh of tuples in memory and nothing in the cyclic
collector.
"""


class Document(msgspec.Struct, frozen=True, eq=False):
    """Plain data with a side table of positions, which needs `data` alive."""

    source: Text
    data: Any
    marks: Marks
    root: tuple[int, int] = (0, 0)
    """Start and end of the topmost value."""
    orders: dict[int, dict[str, int]] = {}
    """By ``id(mapping)``: key to entry number; filled for the mappings that are asked for."""

    @property
    def path(self) -> str:
        """Relative to the portfolio's root, with ``/``."""
        return self.source.path

    @property
    def lines(self) -> list[str]:
        """The text by lines, without their breaks."""
        return [self.source.line(number) for number in range(len(self.source.line_starts()))]

    @property
    def size(self) -> int:
        """Keys and values, counted low: three offsets stand for a key and its value."""
        return sum(map(len, self.marks.values())) // 2

    def locate(self, pointer: Pointer, *, on_key: bool = False) -> Location:
        """The location of a route, or of the deepest part of it that exists.

        What is missing from a mapping is reported at that mapping's own key, or at its first line
        where it has none.
        """
        container = self.data
        key: tuple[int, str] | None = None
        span = self.root
        for step in pointer:
            entry = self._entry(container, step)
            if entry is None:
                on_key = isinstance(container, dict)
                break
            key, span = entry
            container = container[step]
        if not on_key:
            return self.source.span(*span)
        if key is not None:
            return self.source.key_span(*key)
        return self.source.span(span[0], min(span[1], self._line_end(span[0])))

    def offsets(self, pointer: Pointer) -> tuple[int, int]:
        """Start and end of a value in the text, exactly.

        Raises:
            KeyError: the route leads nowhere.
        """
        container, span = self.data, self.root
        for step in pointer:
            entry = self._entry(container, step)
            if entry is None:
                raise KeyError(step)
            span = entry[1]
            container = container[step]
        return span

    def _entry(
        self, container: object, step: str | int
    ) -> tuple[tuple[int, str] | None, tuple[int, int]] | None:
        offsets = self.marks.get(id(container))
        if isinstance(container, list) and offsets is not None:
            if isinstance(step, int) and 0 <= step < len(container):
                return None, (offsets[2 * step], offsets[2 * step + 1])
        elif isinstance(container, dict) and offsets is not None and isinstance(step, str):
            number = self._order(container).get(step)
            if number is not None:
                return (offsets[3 * number], step), (
                    offsets[3 * number + 1],
                    offsets[3 * number + 2],
                )
        return None

    def _order(self, mapping: dict[str, Any]) -> dict[str, int]:
        order = self.orders.get(id(mapping))
        if order is None:
            order = self.orders[id(mapping)] = {key: number for number, key in enumerate(mapping)}
        return order

    def _line_end(self, start: int) -> int:
        line, column = self.source.position(start)
        return start - column + len(self.source.line(line))


def locate(place: Place | Location, documents: dict[str, Document]) -> Location:
    """The location of a place; in an unreadable file, its first line."""
    if isinstance(place, Location):
        return place
    document = documents.get(place.path)
    if document is None:
        return Location(place.path)
    return document.locate(place.pointer, on_key=place.on_key)

"""A governed file: its text as plain data, and where each key and value stands."""

from typing import Any

import msgspec

from multillm_gov.location import Location, Place, Pointer


class SourceFile(msgspec.Struct, frozen=True):
    """Bytes under a path, from the disk or a revision: nobody downstream can tell which."""

    path: str
    """Relative to the portfolio's root, with ``/``."""
    data: bytes


Marks = dict[int, dict[str | int, tuple[int, int, int, int, int, int]]]
"""By ``id(container)``, then key or index: line and column of the key, of the value and of the value's end.

All count from 0, as the parser's do.
"""


class Document(msgspec.Struct, frozen=True, eq=False):
    """Plain dicts, lists and scalars, and a side table of positions (which needs ``data`` alive)."""

    path: str
    data: Any
    marks: Marks
    lines: tuple[str, ...] | list[str]

    def locate(self, pointer: Pointer, *, on_key: bool = False) -> Location:
        """Resolve a route to a location; a route that ends early resolves to its deepest existing part."""
        container, mark = self.data, (0, 0, 0, 0, 0, 0)
        key = False
        for step in pointer:
            entries = self.marks.get(id(container)) if isinstance(container, dict | list) else None
            if entries is None or step not in entries:
                key = key or isinstance(container, dict)
                break
            mark = entries[step]
            container = container[step]
        else:
            key = on_key
        return self._span(mark, on_key=key)

    def _span(self, mark: tuple[int, int, int, int, int, int], *, on_key: bool) -> Location:
        key_line, key_column, line, column, end_line, end_column = mark
        if on_key:
            line, column, end_line, end_column = key_line, key_column, key_line, key_column + 1
        source = self.lines[line] if line < len(self.lines) else ""
        return Location(self.path, line + 1, column + 1, end_line + 1, end_column + 1, source)


def locate(place: Place | Location, documents: dict[str, Document]) -> Location:
    """The location of a place; a file without a document (unreadable) resolves to its first line."""
    if isinstance(place, Location):
        return place
    document = documents.get(place.path)
    if document is None:
        return Location(place.path)
    return document.locate(place.pointer, on_key=place.on_key)

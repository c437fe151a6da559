"""Places in governed files: a route until it is reported, then a line and a column."""

import msgspec

Pointer = tuple[str | int, ...]
"""Route from a document's root: mapping keys and list indexes."""


class Place(msgspec.Struct, frozen=True):
    """A route to a value (or to its key) in a governed file; no line yet."""

    path: str
    pointer: Pointer = ()
    on_key: bool = False

    def at(self, *steps: str | int) -> "Place":
        """The place of a value below this one."""
        return Place(self.path, (*self.pointer, *steps))

    def key(self) -> "Place":
        """The same place, pointing at the key instead of the value."""
        return Place(self.path, self.pointer, on_key=True)


class Location(msgspec.Struct, frozen=True):
    """Where a reader finds it. Lines and columns count from 1; the end column is exclusive."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1
    source_line: str = ""
    """Text of ``line``, so that a renderer needs no file."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"

"""Places as editors count them: lines from 0, columns in code units (UTF-16 by default).

An astral character (an emoji, say) is one character to us, two units in UTF-16, four bytes in
UTF-8. Lines end where the protocol says (LF, CR LF, CR) and nowhere else, as in `documents.text`.
"""

import re
from bisect import bisect_right
from typing import Literal

from msgspec import Struct

Encoding = Literal["utf-8", "utf-16", "utf-32"]
Position = tuple[int, int]
"""Line and column, both from 0."""
_BREAK = re.compile(r"\r\n?|\n")
_FIRST_ASTRAL = 0x10000


class Buffer(Struct, frozen=True, eq=False):
    """The text of one file; offsets count characters."""

    text: str
    starts: list[int] = []
    """Offset of each line's first character; filled on first use."""

    def position(self, offset: int, encoding: Encoding) -> Position:
        """Where an offset stands; one outside the text stands at its end or start."""
        offset = min(max(offset, 0), len(self.text))
        starts = self._line_starts()
        line = bisect_right(starts, offset) - 1
        return line, _units(self.text[starts[line] : offset], encoding)

    def place(self, line: int, character: int, encoding: Encoding) -> Position:
        """A line and a column, both from 0, in the editor's units; clamped to the text."""
        starts = self._line_starts()
        if line >= len(starts):
            return self.position(len(self.text), encoding)
        return line, _units(self._line(line)[:character], encoding)

    def offset(self, position: Position, encoding: Encoding) -> int:
        """The offset of a position; clamped to its line, never inside a character."""
        line, units = position
        starts = self._line_starts()
        if line >= len(starts):
            return len(self.text)
        return starts[line] + _characters(self._line(line), units, encoding)

    def changed(self, start: Position, end: Position, text: str, encoding: Encoding) -> "Buffer":
        """The text with what stands between two positions replaced."""
        first, last = sorted((self.offset(start, encoding), self.offset(end, encoding)))
        return Buffer(f"{self.text[:first]}{text}{self.text[last:]}")

    def _line_starts(self) -> list[int]:
        if not self.starts:
            self.starts.append(0)
            self.starts.extend(match.end() for match in _BREAK.finditer(self.text))
        return self.starts

    def _line(self, number: int) -> str:
        starts = self._line_starts()
        end = starts[number + 1] if number + 1 < len(starts) else len(self.text)
        return self.text[starts[number] : end].rstrip("\r\n")


def _width(character: str, encoding: Encoding) -> int:
    if encoding == "utf-32":
        return 1
    if encoding == "utf-16":
        return 2 if ord(character) >= _FIRST_ASTRAL else 1
    return len(character.encode("utf-8", "surrogatepass"))


def _units(text: str, encoding: Encoding) -> int:
    return len(text) if text.isascii() else sum(_width(character, encoding) for character in text)


def _characters(line: str, units: int, encoding: Encoding) -> int:
    if line.isascii():
        return min(units, len(line))
    spent = 0
    for index, character in enumerate(line):
        spent += _width(character, encoding)
        if spent > units:
            return index
    return len(line)

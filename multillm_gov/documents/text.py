"""The text of one file, and how an offset in it becomes a line and a column."""

import re
from bisect import bisect_right

import msgspec

from multillm_gov.location import Location

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

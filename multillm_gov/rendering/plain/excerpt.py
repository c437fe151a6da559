"""The source line of a finding with carets below the span, cropped around it."""

from multillm_gov.location import Location
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.width import width

_TAB = "    "


def excerpt(location: Location, size: int) -> tuple[str, str] | None:
    """The line and its carets, each at most ``size`` cells wide; ``None`` for an empty line."""
    line = location.source_line.rstrip("\r\n")
    if not line.strip():
        return None
    start = min(max(location.column - 1, 0), len(line))
    end = len(line) if location.end_line > location.line else location.end_column - 1
    end = max(min(end, len(line)), start + 1)
    first = _first_shown(line, start, end, size)
    shown, offset, length = "…" if first else "", 0, 0
    for index in range(first, len(line)):
        piece = _TAB if line[index] == "\t" else visible(line[index])
        if width(shown) + width(piece) > size - 1 and not (
            index == len(line) - 1 and width(shown + piece) <= size
        ):
            shown += "…"
            break
        if index < start:
            offset += width(piece)
        elif index < end:
            length += width(piece)
        shown += piece
    return shown, " " * (offset + (1 if first else 0)) + "^" * max(length, 1)


def _first_shown(line: str, start: int, end: int, size: int) -> int:
    """0 when the span is in view from the line's start, else the first column shown."""
    head = line[: min(end, size)]
    if end <= size and sum(width(_TAB if c == "\t" else visible(c)) for c in head) < size:
        return 0
    first, room = start, size // 3
    while first > 0:
        room -= width(_TAB if line[first - 1] == "\t" else visible(line[first - 1]))
        if room < 0:
            break
        first -= 1
    return first

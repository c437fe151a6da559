"""Tables as aligned text: columns as wide as their content, text wrapped where the whole would be too wide."""

from collections.abc import Callable

from multillm_gov.rendering.plain.escaping import visible, visible_lines
from multillm_gov.rendering.plain.width import crop, pad, width, wrap
from multillm_gov.report import Cell, Status, Table

_GAP = "  "
_NARROWEST = 10
_MARKS: dict[Status, str] = {"good": "", "watch": "~ ", "bad": "! ", "neutral": ""}
"""A sign besides the color, which not every reader sees."""

Paint = Callable[[str, Status], str]


def lay_out(table: Table, size: int, paint: Paint, *, marked: bool = True) -> list[str]:
    """Title row, rule and rows; at most ``size`` cells wide unless numbers alone need more.

    ``marked``: whether cells near or outside a limit carry a sign, for tables that do not say it in words.
    """
    if not table.rows:
        return [visible(table.empty)]
    titles = [visible(column.title) for column in table.columns]
    rows = [[(_MARKS[cell.status] if marked else "") + _flat(cell.text) for cell in row] for row in table.rows]
    widths = _fit(table, titles, rows, size)
    numeric = [column.numeric for column in table.columns]
    lines = []
    if any(titles):
        lines = [_GAP.join(_padded(titles, widths, numeric)).rstrip(), _GAP.join("─" * size for size in widths)]
    for row, texts in zip(table.rows, rows, strict=True):
        lines.extend(_row(row, texts, widths, numeric, paint))
    return lines


def _flat(text: str) -> str:
    """One line; the lines of a remedy follow each other."""
    return "  ".join(line.strip() for line in visible_lines(text) if line.strip())


def _fit(table: Table, titles: list[str], rows: list[list[str]], size: int) -> list[int]:
    """Natural widths; the widest text column gives way first."""
    widths = [max(map(width, column)) for column in zip(titles, *rows, strict=True)]
    flexible = [index for index, column in enumerate(table.columns) if not column.numeric]
    while flexible and sum(widths) + len(_GAP) * (len(widths) - 1) > size:
        widest = max(flexible, key=lambda index: widths[index])
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _row(cells: tuple[Cell, ...], texts: list[str], widths: list[int], numeric: list[bool], paint: Paint) -> list[str]:
    """One table row, on as many lines as its longest wrapped cell."""
    wrapped = [
        [text] if number else [crop(line, size) for line in wrap(text, size)]
        for text, size, number in zip(texts, widths, numeric, strict=True)
    ]
    lines = []
    for index in range(max(map(len, wrapped))):
        parts = [column[index] if index < len(column) else "" for column in wrapped]
        padded = _padded(parts, widths, numeric)
        painted = [paint(part, cell.status) if part.strip() else part for part, cell in zip(padded, cells, strict=True)]
        lines.append(_GAP.join(painted).rstrip())
    return lines


def _padded(texts: list[str], widths: list[int], numeric: list[bool]) -> list[str]:
    *parts, last = [pad(text, size, right=right) for text, size, right in zip(texts, widths, numeric, strict=True)]
    return [*parts, last.rstrip()]

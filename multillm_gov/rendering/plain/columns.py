"""Tables as aligned text; where columns do not fit, each row as a record."""

from collections.abc import Callable, Iterator

from multillm_gov.content import Cell, Status, Table
from multillm_gov.rendering.plain.escaping import visible, visible_lines
from multillm_gov.rendering.plain.width import pad, width, wrap

_GAP = "  "
_MARKS: dict[Status, str] = {"good": "", "watch": "~ ", "bad": "! ", "neutral": ""}
"""A sign besides the color, which not every reader sees."""

_LEAST_ROOM = 20
"""Cells beside the titles of a record below which its texts go underneath."""

Paint = Callable[[str, Status], str]


def lay_out(table: Table, size: int, paint: Paint, *, marked: bool = True) -> list[str]:
    """The table as lines of at most ``size`` cells, unless a single word or number needs more.

    ``marked``: whether cells near or outside a limit carry a sign, for tables that do not say it in
    words.
    """
    if not table.rows:
        return wrap(visible(table.empty), size)
    return [line for row in lay_out_rows(table, size, paint, marked=marked) for line in row]


def lay_out_rows(table: Table, size: int, paint: Paint, *, marked: bool = False) -> list[list[str]]:
    """The lines of the head, which may be none, then those of each row."""
    titles = [visible(column.title) for column in table.columns]
    rows = [
        [(_MARKS[cell.status] if marked else "") + _flat(cell.text) for cell in row]
        for row in table.rows
    ]
    statuses = [[cell.status for cell in row] for row in table.rows]
    widths = _fit(table, titles, rows, size)
    if widths is None:
        return [
            [],
            *(
                list(_record(titles, row, of, size, paint))
                for row, of in zip(rows, statuses, strict=True)
            ),
        ]
    numeric = [column.numeric for column in table.columns]
    head: list[str] = []
    if any(titles):
        head = list(_row(titles, ["neutral"] * len(titles), widths, numeric, paint, title=True))
        head.append(_GAP.join("─" * each for each in widths))
    return [
        head,
        *(
            list(_row(row, of, widths, numeric, paint))
            for row, of in zip(rows, statuses, strict=True)
        ),
    ]


def _flat(text: str) -> str:
    """One line; the lines of a remedy follow each other."""
    return "  ".join(line.strip() for line in visible_lines(text) if line.strip())


def _fit(table: Table, titles: list[str], rows: list[list[str]], size: int) -> list[int] | None:
    """Natural widths, the widest text column shrinking first; ``None``: too wide."""
    columns = list(zip(titles, *rows, strict=True))
    widths = [max(map(width, column)) for column in columns]
    floors = [
        max(width(word) for text in column for word in text.split() or [""]) for column in columns
    ]
    numbers = list(zip(*rows, strict=True))
    floors = [
        max(*map(width, texts), floor) if column.numeric else floor
        for texts, floor, column in zip(numbers, floors, table.columns, strict=True)
    ]
    widths = [min(each, max(size, floor)) for each, floor in zip(widths, floors, strict=True)]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > size:
        yielding = [index for index, each in enumerate(widths) if each > floors[index]]
        if not yielding:
            return None
        widths[max(yielding, key=lambda index: widths[index])] -= 1
    return widths


def _row(
    texts: list[str],
    of: list[Status],
    widths: list[int],
    numeric: list[bool],
    paint: Paint,
    *,
    title: bool = False,
) -> Iterator[str]:
    """One table row, on as many lines as its longest wrapped cell; a number is never broken."""
    wrapped = [
        _lines(text, size, whole=number and not title)
        for text, size, number in zip(texts, widths, numeric, strict=True)
    ]
    for index in range(max(map(len, wrapped))):
        parts = [column[index] if index < len(column) else "" for column in wrapped]
        *padded, last = [
            pad(text, each, right=right)
            for text, each, right in zip(parts, widths, numeric, strict=True)
        ]
        toned = zip([*padded, last.rstrip()], of, strict=True)
        yield _GAP.join(
            paint(part, status) if part.strip() else part for part, status in toned
        ).rstrip()


def _lines(text: str, size: int, *, whole: bool) -> list[str]:
    """A cell's text broken between words, those inside code included."""
    return [text] if whole else wrap(text, size, code=False)


def _record(
    titles: list[str], texts: list[str], of: list[Status], size: int, paint: Paint
) -> Iterator[str]:
    """The first cell, then each other one below it behind its title; what is empty is left out."""
    first, *rest = zip(titles, texts, of, strict=True)
    yield from (paint(line, first[2]) for line in wrap(first[1], size, code=False))
    label = max((width(title) for title, text, _ in rest if text), default=0)
    for title, text, status in rest:
        if text:
            yield from _field(title, Cell(text, status), label, size, paint)


def _field(title: str, cell: Cell, label: int, size: int, paint: Paint) -> Iterator[str]:
    """A title and its text; the text below the title where a word of it needs the room."""
    room = size - label - 4
    if max(map(width, cell.text.split()), default=0) > room or room < _LEAST_ROOM:
        yield from (f"  {line}" for line in wrap(title, size - 2))
        yield from (
            f"    {paint(line, cell.status)}" for line in wrap(cell.text, size - 4, code=False)
        )
        return
    head, *more = wrap(cell.text, room, code=False)
    yield f"  {pad(title, label)}  {paint(head, cell.status)}"
    yield from (f"  {' ' * label}  {paint(line, cell.status)}" for line in more)

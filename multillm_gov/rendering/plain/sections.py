"""Sections, the headline and the provenance of a report as plain text."""

from collections.abc import Callable, Iterable, Iterator

from multillm_gov.content import Block, Cell, Column, HeatMap, Items, Paragraph, Status, Table
from multillm_gov.rendering.plain.escaping import visible, visible_lines
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.tabulation import list_heat, tabulate
from multillm_gov.rendering.plain.width import pad, width, wrap
from multillm_gov.rendering.plain.wording import status_words
from multillm_gov.report import Metric, Section

_GAP = "  "
_MARKS: dict[Status, str] = {"good": "", "watch": "~ ", "bad": "! ", "neutral": ""}
"""A sign besides the color, which not every reader sees."""

Paint = Callable[[str, Status], str]


def lay_out(table: Table, size: int, paint: Paint, *, marked: bool = True) -> list[str]:
    """The table as lines of at most ``size`` cells, unless a single word or number needs more.

    ``marked``: whether cells near or outside a limit carry a sign, for tables that do not say it in
    words.
    """
    if not table.rows:
        return wrap(visible(table.empty), size)
    titles = [visible(column.title) for column in table.columns]
    rows = [
        [(_MARKS[cell.status] if marked else "") + _flat(cell.text) for cell in row]
        for row in table.rows
    ]
    statuses = [[cell.status for cell in row] for row in table.rows]
    widths = _fit(table, titles, rows, size)
    if widths is None:
        return [
            line
            for row, of in zip(rows, statuses, strict=True)
            for line in _record(titles, row, of, size, paint)
        ]
    numeric = [column.numeric for column in table.columns]
    lines = []
    if any(titles):
        lines = list(_row(titles, ["neutral"] * len(titles), widths, numeric, paint))
        lines.append(_GAP.join("─" * each for each in widths))
    for row, of in zip(rows, statuses, strict=True):
        lines.extend(_row(row, of, widths, numeric, paint))
    return lines


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
    floors = [
        each if column.numeric else floor
        for each, floor, column in zip(widths, floors, table.columns, strict=True)
    ]
    widths = [min(each, max(size, floor)) for each, floor in zip(widths, floors, strict=True)]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > size:
        yielding = [index for index, each in enumerate(widths) if each > floors[index]]
        if not yielding:
            return None
        widths[max(yielding, key=lambda index: widths[index])] -= 1
    return widths


def _row(
    texts: list[str], of: list[Status], widths: list[int], numeric: list[bool], paint: Paint
) -> Iterator[str]:
    """One table row, on as many lines as its longest wrapped cell."""
    wrapped = [
        _lines(text, size, whole=number)
        for text, size, number in zip(texts, widths, numeric, strict=True)
    ]
    for index in range(max(map(len, wrapped))):
        parts = [column[index] if index < len(column) else "" for column in wrapped]
        *padded, last = [
            pad(text, each, right=right)
            for text, each, right in zip(parts, widths, numeric, strict=True)
        ]
        told = zip([*padded, last.rstrip()], of, strict=True)
        yield _GAP.join(
            paint(part, status) if part.strip() else part for part, status in told
        ).rstrip()


def _lines(text: str, size: int, *, whole: bool) -> list[str]:
    """A cell's text broken between words, those inside code included."""
    return [text] if whole else wrap(text, size, code=False)


def _record(
    titles: list[str], texts: list[str], of: list[Status], size: int, paint: Paint
) -> Iterator[str]:
    """The first cell, then each other one below it behind its title; what is empty is left out."""
    first, *rest = zip(titles, texts, of, strict=True)
    yield paint(first[1], first[2])
    label = max((width(title) for title, text, _ in rest if text), default=0)
    for title, text, status in rest:
        if text:
            head, *more = wrap(text, max(size - label - 4, 20), code=False)
            yield f"  {pad(title, label)}  {paint(head, status)}"
            yield from (f"  {' ' * label}  {paint(line, status)}" for line in more)


def headline_table(metrics: Iterable[Metric]) -> Table:
    """Figure, value before and now, limit, and the word for where it stands."""
    metrics = tuple(metrics)
    compared = any(metric.before for metric in metrics)
    rows = tuple(
        (
            Cell(metric.label),
            *((Cell(metric.before),) if compared else ()),
            Cell(metric.value, metric.status, strong=True),
            Cell(metric.limit),
            Cell(describe_status(metric), metric.status),
        )
        for metric in metrics
    )
    before = (Column("Before"), Column("Now")) if compared else (Column("Now"),)
    return Table(
        title="", columns=(Column("Figure"), *before, Column("Limit"), Column("Status")), rows=rows
    )


def describe_status(metric: Metric) -> str:
    """The status as words, with the metric's note."""
    return "; ".join(part for part in (status_words(metric), metric.note) if part)


def headline(metrics: Iterable[Metric], painter: Painter, size: int) -> list[str]:
    """The headline figures as aligned lines, colored by status, which stands there in words too."""
    return lay_out(headline_table(metrics), size, painter.status, marked=False)


def section(part: Section, painter: Painter, size: int) -> Iterator[str]:
    """A heading and its blocks, a blank line after each."""
    title = visible(part.title)
    yield painter(title, "bold")
    yield painter("─" * min(width(title), size), "dim")
    for block in part.blocks:
        yield from _block(block, painter, size)
        yield ""


def provenance(pairs: Iterable[tuple[str, str]], painter: Painter) -> Iterator[str]:
    """Label and value, one line each."""
    for label, value in pairs:
        yield painter(f"{visible(label)}: {visible(value)}", "dim")


def _block(block: Block, painter: Painter, size: int) -> Iterator[str]:
    if isinstance(block, Paragraph):
        for line in visible_lines(block.text):
            yield from (painter.status(text, block.status) for text in wrap(line, size))
    elif isinstance(block, Items):
        for item in block.items:
            first, *rest = wrap(visible(item), size - 2)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    elif isinstance(block, Table):
        yield from _table(block, painter, size)
    elif isinstance(block, HeatMap):
        yield from _table(list_heat(block), painter, size)
    else:
        yield from _table(tabulate(block), painter, size)


def _table(table: Table, painter: Painter, size: int) -> Iterator[str]:
    if table.title:
        yield painter(visible(table.title), "bold")
    yield from lay_out(table, size, painter.status)

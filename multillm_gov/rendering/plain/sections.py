"""Sections, the headline and the provenance of a report as plain text."""

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from multillm_gov.content import Block, Cell, Column, HeatMap, Items, Paragraph, Status, Table
from multillm_gov.rendering.plain.columns import lay_out, lay_out_rows
from multillm_gov.rendering.plain.escaping import visible, visible_lines
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.tabulation import list_heat, tabulate
from multillm_gov.rendering.plain.width import width, wrap
from multillm_gov.rendering.plain.wording import limit_words, status_words
from multillm_gov.report import Metric, Section
from multillm_gov.words import count_of, join_some, join_words

_SHORT = 3
"""Rows of a table in a short text."""
_CALM = 2
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def headline_table(metrics: Iterable[Metric]) -> Table:
    """Figure, value before and now, limit, and the word for where it stands."""
    metrics = tuple(metrics)
    compared = any(metric.before for metric in metrics)
    rows = tuple(
        (
            Cell(metric.label),
            *((Cell(metric.before),) if compared else ()),
            Cell(metric.value, metric.status, strong=True),
            Cell(_limit(metric)),
            Cell(describe_status(metric), metric.status),
        )
        for metric in metrics
    )
    before = (Column("Before"), Column("Now")) if compared else (Column("Now"),)
    return Table(
        title="", columns=(Column("Figure"), *before, Column("Limit"), Column("Status")), rows=rows
    )


def compared_table(metrics: Iterable[Metric]) -> Table:
    """Figure, value before and after, and the limit with where the figure stands to it."""
    rows = tuple(
        (
            Cell(metric.label),
            Cell(metric.before or "none"),
            Cell(metric.value, metric.status, strong=True),
            Cell(limit_words(metric), metric.status),
        )
        for metric in metrics
    )
    columns = Column("Figure"), Column("Before"), Column("After"), Column("Limit")
    return Table(title="", columns=columns, rows=rows)


def _limit(metric: Metric) -> str:
    """``at most 70% (was at most 50%)`` where it moved."""
    was = f" (was {metric.limit_before})" if metric.limit_before else ""
    return f"{metric.limit or 'no limit' * bool(was)}{was}"


def describe_status(metric: Metric) -> str:
    """The status as words, with the metric's note."""
    return "; ".join(part for part in (status_words(metric), metric.note) if part)


def breached_first(metrics: Iterable[Metric], least: int) -> tuple[Metric, ...]:
    """Figures outside their limit, then near it, then others up to ``least`` in all."""
    rank: dict[Status, int] = {"bad": 0, "watch": 1, "neutral": 2, "good": 2}
    ordered = sorted(metrics, key=lambda metric: rank[metric.status])
    breached = sum(metric.status == "bad" for metric in ordered)
    return tuple(ordered[: max(least, breached)])


def headline(metrics: Iterable[Metric], painter: Painter, size: int) -> Iterator[str]:
    """The headline figures as aligned lines, colored by status, which stands there in words too.

    Notes stand below their row: beside it they would squeeze the figures.
    """
    listed = tuple(metrics)
    plain = tuple(replace(metric, note="") for metric in listed)
    compared = any(metric.moved for metric in listed)
    table = compared_table(plain) if compared else headline_table(plain)
    rows = lay_out_rows(table, size, painter.status)
    for metric, lines in zip((None, *listed), rows, strict=True):
        yield from lines
        for line in wrap(visible(metric.note), size - 4) if metric and metric.note else ():
            yield painter(f"    {line}", "dim")


def shortened(part: Section) -> Section:
    """What a reader needs first: a sentence, warnings, the worst rows of the first table."""
    blocks: list[Block] = []
    tables = further = 0
    for block in part.blocks:
        if isinstance(block, Paragraph) and block.status in {"bad", "watch"}:
            blocks.append(block)
        elif isinstance(block, Paragraph) and not blocks:
            blocks.append(replace(block, text=_SENTENCE.split(block.text, maxsplit=1)[0]))
        elif isinstance(block, Items) and not tables:
            blocks.append(replace(block, items=block.items[:_SHORT]))
            further += max(len(block.items) - _SHORT, 0)
        elif isinstance(block, Table):
            tables += 1
            if tables == 1:
                rows = sorted(block.rows, key=_worst)
                blocks.append(replace(block, rows=tuple(rows[:_SHORT])))
                further += max(len(rows) - _SHORT, 0)
    left = [count_of(further, "more row")] if further else []
    left += [count_of(tables - 1, "more table")] if tables > 1 else []
    if left:
        blocks.append(Paragraph(f"… {join_words(left)}."))
    return replace(part, blocks=tuple(blocks))


def in_brief(part: Section, painter: Painter, size: int) -> Iterator[str]:
    """A section in a sentence or two: its warnings, and which rows are near a limit or outside."""
    texts = [
        f"{_SENTENCE.split(block.text, maxsplit=1)[0].rstrip(':.')}."
        for block in part.blocks
        if isinstance(block, Paragraph) and block.status in {"bad", "watch"}
    ]
    rows = sorted(
        (row for block in part.blocks if isinstance(block, Table) for row in block.rows),
        key=_worst,
    )
    names = [*dict.fromkeys(row[0].text for row in rows if row and _worst(row) < _CALM)]
    near = [f"{join_some(names)} outside a limit or near it."] if names else []
    text = " ".join((f"{part.title}:", *near, *texts[:_SHORT]))
    first, *rest = wrap(visible(text), size - 2)
    yield f"{painter('-', 'bold')} {first}"
    yield from (f"  {line}" for line in rest)


def needs_a_look(part: Section) -> bool:
    """Whether anything in it is near a limit or outside."""
    return any(
        (isinstance(block, Paragraph) and block.status in {"bad", "watch"})
        or (isinstance(block, Table) and any(_worst(row) < _CALM for row in block.rows))
        for block in part.blocks
    )


def _worst(row: tuple[Cell, ...]) -> int:
    statuses = [cell.status for cell in row]
    return 0 if "bad" in statuses else 1 if "watch" in statuses else _CALM


def section(part: Section, painter: Painter, size: int) -> Iterator[str]:
    """A heading and its blocks, a blank line after each."""
    title = wrap(visible(part.title), size)
    yield from (painter(line, "bold") for line in title)
    yield painter("─" * max(map(width, title)), "dim")
    for block in part.blocks:
        yield from _block(block, painter, size)
        yield ""


def provenance(pairs: Iterable[tuple[str, str]], painter: Painter, size: int) -> Iterator[str]:
    """Label and value, one line each; the value below the label where both are too long."""
    for label, value in pairs:
        first, *rest = wrap(f"{visible(label)}: {visible(value)}", size, code=False)
        yield painter(first, "dim")
        yield from (painter(f"  {line}", "dim") for line in rest)


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
        yield from (painter(line, "bold") for line in wrap(visible(table.title), size))
    yield from lay_out(table, size, painter.status)

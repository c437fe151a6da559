"""Sections, the headline and the provenance of a report as plain text."""

from collections.abc import Iterable, Iterator

from multillm_gov.content import Block, Cell, Column, HeatMap, Items, Paragraph, Table
from multillm_gov.rendering.plain.columns import lay_out
from multillm_gov.rendering.plain.escaping import visible, visible_lines
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.tabulation import list_heat, tabulate
from multillm_gov.rendering.plain.width import width, wrap
from multillm_gov.rendering.plain.wording import status_words
from multillm_gov.report import Metric, Section


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

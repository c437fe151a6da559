"""Sections, tables and lists in Markdown."""

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Table
from multillm_gov.languages.language import find_language
from multillm_gov.rendering.markup.escaping import cell, html_text, inline, paragraph
from multillm_gov.rendering.plain.tabulation import tabulate
from multillm_gov.report import Report, Section


def section(part: Section, level: int) -> str:
    """A heading of a level with its blocks; folded into a disclosure where it is a detail."""
    body = "".join(block(each) for each in part.blocks)
    return (
        fold_opening(part.title) + body + FOLD_CLOSING
        if part.folded
        else f"{'#' * level} {inline(part.title)}\n\n{body}"
    )


def fold_opening(title: str) -> str:
    """How a disclosure starts, closed at first; its title is plain text."""
    return f"<details><summary>{html_text(title)}</summary>\n\n"


FOLD_CLOSING = "</details>\n\n"


def table(value: Table) -> str:
    """A pipe table, or the sentence that says why there are no rows."""
    if not value.rows:
        return f"{paragraph(value.empty)}\n\n"
    lines = [
        _row([inline(column.title) for column in value.columns]),
        _row([_rule(column) for column in value.columns]),
    ]
    lines += [_row([_cell(each) for each in row]) for row in value.rows]
    return "\n".join(lines) + "\n\n"


def block(value: Block) -> str:
    """Any block, a blank line after it; a chart as its summary and a table."""
    if isinstance(value, Paragraph):
        text = paragraph(value.text)
        return f"**{text}**\n\n" if value.status == "bad" and text else f"{text}\n\n"
    if isinstance(value, Items):
        return "".join(f"- {paragraph(item)}\n" for item in value.items) + "\n"
    if isinstance(value, Table):
        return _titled(value.title) + table(value)
    return _titled(value.title) + f"{paragraph(value.summary)}\n\n" + table(tabulate(value))


def _titled(title: str) -> str:
    return f"**{inline(title)}**\n\n" if title else ""


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(column: Column) -> str:
    return "---:" if column.numeric else "---"


def _cell(value: Cell) -> str:
    text = cell(value.text)
    return f"**{text}**" if text and (value.strong or value.status == "bad") else text


def provenance_table(report: Report) -> str:
    """What a report rests on, as a table; empty where nothing is known."""
    rows = tuple((Cell(label), Cell(f"`{value}`")) for label, value in report.provenance)
    say = find_language(report.language).say
    columns = (Column(say("page.what")), Column(say("page.version")))
    return table(Table(title="", columns=columns, rows=rows)) * bool(rows)

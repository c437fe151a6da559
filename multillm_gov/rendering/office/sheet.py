"""One sheet of a workbook: figures are numbers, headroom and totals are formulas."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Status, Table
from multillm_gov.languages.language import find_language
from multillm_gov.register import LimitRecord
from multillm_gov.rendering.charts.theme import MARKS
from multillm_gov.rendering.office.cell_styles import (
    cell_properties,
    column_letters,
    number_style,
)
from multillm_gov.rendering.pages.layout import plain
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.figures import Figure, is_sum, limit_of, read_figure, total_of
from multillm_gov.rendering.plain.tabulation import list_figures
from multillm_gov.rendering.plain.wording import dated, draft_sentence, status_words
from multillm_gov.report import Metric, Report

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_LONGEST = 32_000
"""Characters of a cell; a spreadsheet takes 32,767."""
_WIDEST = 60
_LINE = 15.0
"""Points of a line of text."""
_MOST_LINES = 27
"""A row has at most 409 points."""
_LONGEST_HEADER = 240
_HEADLINE = (
    *("Figure", "Before", "Now", "Unit", "Limit", "Limit as number", "Headroom", "Status", "Note"),
)
_NUMERIC = frozenset({"Now", "Limit as number", "Headroom"})


class Sheet:
    """One sheet, written from the top; ``row`` is the next free one, from 0."""

    def __init__(self, book: "Workbook", name: str, report: Report) -> None:
        self.row = 0
        self.language = find_language(report.language)
        self._lines = 1
        self._book = book
        self._sheet: Worksheet = book.add_worksheet(name)
        self._formats: dict[tuple[str, str, Status], Format] = {}
        self._widths: dict[int, int] = {}
        self._sheet.hide_gridlines(2)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        say, as_of = self.language.say, dated(report)
        pages = say("page.number", page="&P", pages="&N")
        if report.draft:
            draft = visible(draft_sentence(report))
            self._sheet.set_header("&C" + draft.replace("&", "&&")[:_LONGEST_HEADER])
            self.line(draft, "draft")
        self._sheet.set_footer("&L" + as_of[:1].upper() + as_of[1:] + "&R" + pages)

    def line(self, text: str, style: str) -> None:
        """A text in a row of its own."""
        self._sheet.write_string(self.row, 0, _text(text), self._format(style))
        self.row += 1

    def blocks(self, blocks: Iterable[Block]) -> None:
        """Blocks below each other, charts as their figures."""
        for block in blocks:
            if isinstance(block, Paragraph):
                self.line(MARKS[block.status] + plain(block.text), "line")
            elif isinstance(block, Items):
                for item in block.items:
                    self.line(f"• {plain(item)}", "line")
            else:
                self.table(block if isinstance(block, Table) else list_figures(block))
            self.row += 1

    def table(self, table: Table) -> None:
        """A table with its title; a total that is the sum of its column is a formula."""
        if table.title:
            self.line(plain(table.title), "title")
        if not table.rows:
            self.line(plain(table.empty), "muted")
            return
        self._head(table.columns)
        first, total = self.row, total_of(table, self.language)
        for cells in table.rows:
            for index, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
                if cells is total and is_sum(index, table, self.language):
                    self._total(index, first, [row[index] for row in table.rows])
                else:
                    self._cell(index, cell, column)
            self._end_row()

    def headline(self, metrics: tuple[Metric, ...]) -> None:
        """The headline figures in full, each with its limit and the room that is left to it."""
        self._head(tuple(Column(title, numeric=title in _NUMERIC) for title in _HEADLINE))
        for metric in metrics:
            number, limit = metric.number, limit_of(metric)
            texts = [metric.label, metric.before, metric.value, metric.unit, metric.limit]
            for index, text in enumerate(texts):
                self._put(index, text, "text")
            if number is not None:
                style = "0.0%" if metric.unit.startswith("share") else "#,##0.##"
                self._number(2, number, style, metric.status)
                if limit is not None:
                    self._number(5, float(limit[1].number), style)
                    self._headroom(number, limit, style)
            self._put(7, MARKS[metric.status] + status_words(metric), "text", metric.status)
            self._put(8, metric.note, "text")
            self._end_row()

    def register(self, limits: tuple[LimitRecord, ...], currency: str) -> None:
        """Every limit of a pack in full: value, limit, the room that is left as a formula."""
        say = self.language.say
        keys = ("measure", "now", "limit", "headroom", "status")
        titles = [say(f"column.{key}") for key in keys]
        self._head(tuple(Column(title, numeric=0 < n < 4) for n, title in enumerate(titles)))
        for record in limits:
            key = "policy" if record.id.startswith("policy:") else record.id
            unit = currency if record.unit == "money" else ""
            name = record.id.split(":")[1].replace("-", " ").capitalize() if key == "policy" else ""
            self._put(0, say(f"measure.{key}", currency=unit, policy=name), "text")
            style = "0.0%" if record.unit == "share" else "#,##0.##"
            for index, number in ((1, record.value), (2, record.limit)):
                if number is None:
                    self._put(index, say("unknown" if index == 1 else "limit.none-set"), "text")
                else:
                    self._number(index, float(number), style)
            if (left := record.headroom) is not None:
                place = self.row + 1
                one, other = ("C", "B") if record.direction == "at most" else ("B", "C")
                formula = f"={one}{place}-{other}{place}"
                self._sheet.write_formula(self.row, 3, formula, self._format(style), left)
            word = say(f"status.{record.judgment}")
            self._put(4, MARKS[record.status] + word, "text", record.status)
            self._end_row()

    def _headroom(self, number: float, limit: tuple[str, Figure], style: str) -> None:
        place, most = self.row + 1, float(limit[1].number)
        ceiling = limit[0] == "at most"
        formula = f"=F{place}-C{place}" if ceiling else f"=C{place}-F{place}"
        left = most - number if ceiling else number - most
        self._sheet.write_formula(self.row, 6, formula, self._format(style), left)

    def _total(self, index: int, first: int, cells: list[Cell]) -> None:
        figures = [
            figure
            for cell in cells
            if (figure := read_figure(cell.text, self.language)) is not None
        ]
        letter = column_letters(index)
        formula = f"=SUM({letter}{first + 1}:{letter}{self.row})"
        total = float(sum(figure.number for figure in figures[:-1]))
        self._sheet.write_formula(
            self.row, index, formula, self._format(number_style(figures[-1]), strong=True), total
        )

    def _cell(self, index: int, cell: Cell, column: Column) -> None:
        figure = read_figure(cell.text, self.language) if column.numeric else None
        if figure is None or figure.unit:
            style = "strong" if cell.strong else "text"
            self._put(index, MARKS[cell.status] + plain(cell.text), style, cell.status)
        else:
            self._number(index, float(figure.number), number_style(figure), cell.status)

    def _head(self, columns: tuple[Column, ...]) -> None:
        for index, column in enumerate(columns):
            self._put(index, column.title, "number head" if column.numeric else "head")
        self._end_row()

    def _end_row(self) -> None:
        """Each row is as high as its longest cell: not every program finds that out."""
        self._sheet.set_row(self.row, _LINE * min(self._lines, _MOST_LINES))
        self.row, self._lines = self.row + 1, 1

    def _put(self, index: int, text: str, style: str, status: Status = "neutral") -> None:
        self._sheet.write_string(self.row, index, _text(text), self._format(style, status))
        self._widen(index, len(text))
        self._lines = max(self._lines, -(-len(text) // (_WIDEST - 6)))

    def _number(self, index: int, number: float, style: str, status: Status = "neutral") -> None:
        self._sheet.write_number(self.row, index, number, self._format(style, status))
        self._widen(index, len(f"{number:,.2f}"))

    def _widen(self, index: int, length: int) -> None:
        width = min(max(length + 2, 10, self._widths.get(index, 0)), _WIDEST)
        if width != self._widths.get(index):
            self._widths[index] = width
            self._sheet.set_column(index, index, width)

    def _format(self, style: str, status: Status = "neutral", *, strong: bool = False) -> "Format":
        key = (style, "strong" if strong else "", status)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(
                cell_properties(style, status, strong=strong)
            )
        return self._formats[key]


def _text(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"

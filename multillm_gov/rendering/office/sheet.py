"""One sheet of a workbook: figures are numbers, headroom and totals are formulas."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Status, Table
from multillm_gov.languages.language import find_language
from multillm_gov.rendering.charts.theme import MARKS
from multillm_gov.rendering.office.cell_styles import (
    cell_properties,
    column_letters,
    number_style,
)
from multillm_gov.rendering.pages.layout import plain
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.figures import is_sum, read_figure, total_of
from multillm_gov.rendering.plain.tabulation import list_figures
from multillm_gov.rendering.plain.wording import dated, draft_sentence
from multillm_gov.report import Report

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
        self._sheet.write_string(self.row, 0, _text(text), self.format(style))
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
        self.head(table.columns)
        first, total = self.row, total_of(table, self.language)
        for cells in table.rows:
            for index, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
                if cells is total and is_sum(index, table, self.language):
                    self._total(index, first, [row[index] for row in table.rows])
                else:
                    self._cell(index, cell, column)
            self.end_row()

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
            self.row, index, formula, self.format(number_style(figures[-1]), strong=True), total
        )

    def _cell(self, index: int, cell: Cell, column: Column) -> None:
        figure = read_figure(cell.text, self.language) if column.numeric else None
        if figure is None or figure.unit:
            style = "strong" if cell.strong else "text"
            self.put(index, MARKS[cell.status] + plain(cell.text), style, cell.status)
        else:
            self.number(index, float(figure.number), number_style(figure), cell.status)

    def head(self, columns: tuple[Column, ...]) -> None:
        """The titles of columns."""
        for index, column in enumerate(columns):
            self.put(index, column.title, "number head" if column.numeric else "head")
        self.end_row()

    def end_row(self) -> None:
        """Each row is as high as its longest cell: not every program finds that out."""
        self._sheet.set_row(self.row, _LINE * min(self._lines, _MOST_LINES))
        self.row, self._lines = self.row + 1, 1

    def put(self, index: int, text: str, style: str, status: Status = "neutral") -> None:
        """A text in a cell of the row at hand."""
        self._sheet.write_string(self.row, index, _text(text), self.format(style, status))
        self._widen(index, len(text))
        self._lines = max(self._lines, -(-len(text) // (_WIDEST - 6)))

    def formula(self, index: int, formula: str, value: float, style: str) -> None:
        """A formula with the value it has, in the row at hand."""
        self._sheet.write_formula(self.row, index, formula, self.format(style), value)

    def number(self, index: int, number: float, style: str, status: Status = "neutral") -> None:
        """A number in a cell of the row at hand, in a number format."""
        self._sheet.write_number(self.row, index, number, self.format(style, status))
        self._widen(index, len(f"{number:,.2f}"))

    def _widen(self, index: int, length: int) -> None:
        width = min(max(length + 2, 10, self._widths.get(index, 0)), _WIDEST)
        if width != self._widths.get(index):
            self._widths[index] = width
            self._sheet.set_column(index, index, width)

    def format(self, style: str, status: Status = "neutral", *, strong: bool = False) -> "Format":
        """The look of a cell, by the name of a style or by a number format."""
        key = (style, "strong" if strong else "", status)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(
                cell_properties(style, status, strong=strong)
            )
        return self._formats[key]


def _text(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"

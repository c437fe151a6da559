"""Text, tables and colors on a slide."""

from typing import TYPE_CHECKING, Any

from multillm_gov.content import Column, Status, Table
from multillm_gov.rendering.charts.theme import PRINT
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.width import crop

if TYPE_CHECKING:
    from pptx.slide import Slide

WIDE, HIGH, EDGE, TOP = 13.333, 7.5, 0.6, 1.35
"""Inches of a slide, of its margin, and where its content starts."""
ACCENT = "#1d4468"
_LONGEST_CELL = 180


def column_widths(table: Table, count: int) -> list[float]:
    """Inches of each column: by the longest text in it, within bounds."""
    longest = [
        min(max([len(table.columns[n].title), *(len(row[n].text) for row in table.rows)]), 70)
        for n in range(count)
    ]
    parts = [max(length, 8) ** 0.8 for length in longest]
    return [(WIDE - 2 * EDGE) * part / sum(parts) for part in parts]


def fill_cell(
    cell: Any,  # noqa: ANN401 - python-pptx has no types
    text: str,
    column: Column,
    *,
    size: int,
    head: bool = False,
    status: Status = "neutral",
) -> None:
    """Write a text into a cell; a heading is light on the accent, a status has its ground."""
    from pptx.util import Inches

    cell.text = visible(crop(text, _LONGEST_CELL))
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.fill.solid()
    ground = "#ffffff" if status == "neutral" else PRINT.grounds[status]
    cell.fill.fore_color.rgb = color_of(ACCENT if head else ground)
    for paragraph in cell.text_frame.paragraphs:
        paragraph.font.size, paragraph.font.bold = size, head or status == "bad"
        paragraph.font.color.rgb = color_of("#ffffff" if head else PRINT.ink)
        paragraph.alignment = 3 if column.numeric else 1  # right, left


def add_text(
    slide: "Slide", at: tuple[float, float], text: str, *, size: int, color: str = PRINT.ink
) -> None:
    """A text from a place (inches) to the right edge, wrapped."""
    from pptx.util import Inches, Pt

    left, top = at
    box = slide.shapes.add_textbox(
        Inches(left), Inches(top), Inches(WIDE - left - EDGE), Inches(0.35)
    )
    box.text_frame.word_wrap = True
    box.text_frame.text = "\n".join(map(visible, text.split("\n")))
    for paragraph in box.text_frame.paragraphs:
        paragraph.font.size, paragraph.font.color.rgb = Pt(size), color_of(color)


def color_of(code: str) -> Any:  # noqa: ANN401 - python-pptx has no types
    """The color of a code such as ``#1d4468``."""
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(code.removeprefix("#").upper())


def describe(shape: Any, text: str) -> None:  # noqa: ANN401 - python-pptx has no types
    """What those who do not see it read."""
    shape._element.nvGraphicFramePr.cNvPr.set("descr", visible(text))  # noqa: SLF001 - no other way

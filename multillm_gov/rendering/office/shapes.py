"""Text, tables and colors on a slide."""

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from multillm_gov.content import Column, Status, Table
from multillm_gov.look import Look
from multillm_gov.rendering.charts.theme import PRINT
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.width import crop

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

WIDE, HIGH, EDGE, TOP = 13.333, 7.5, 0.6, 1.35
"""Inches of a slide, of its margin, and where its content starts."""
ACCENT = "#1d4468"
_LONGEST_CELL = 180
_FOOT = 0.95
"""Inches below a table: what is counted, and the foot."""
_LATIN = re.compile(rb'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*"')


def column_widths(table: Table, count: int) -> list[float]:
    """Inches of each column: by the longest text in it, within bounds."""
    longest = [
        min(max([len(table.columns[n].title), *(len(row[n].text) for row in table.rows)]), 70)
        for n in range(count)
    ]
    parts = [max(length, 8) ** 0.8 for length in longest]
    return [(WIDE - 2 * EDGE) * part / sum(parts) for part in parts]


def row_heights(table: Table, widths: list[float], points: int) -> list[float]:
    """Inches of the heading and of the rows that a slide has room for, by their longest cells.

    A program that shows slides does not make a row higher for its text until somebody edits it.
    """
    texts = [
        [column.title for column in table.columns[: len(widths)]],
        *([cell.text for cell in row[: len(widths)]] for row in table.rows),
    ]
    heights: list[float] = []
    for row in texts:
        lines = max(
            -(-min(len(text) + 2, _LONGEST_CELL) // max(int((width - 0.2) * 155 / points), 1))
            for text, width in zip(row, widths, strict=True)
        )
        height = 0.06 + max(lines, 1) * points * 1.25 / 72
        if len(heights) > 1 and sum(heights) + height > HIGH - TOP - _FOOT:
            break
        heights.append(height)
    return heights


def fill_cell(
    cell: Any,  # noqa: ANN401 - python-pptx has no types
    text: str,
    column: Column,
    *,
    size: int,
    accent: str = "",
    status: Status = "neutral",
) -> None:
    """Write a text into a cell; with an accent it is a heading, a status has its ground."""
    from pptx.util import Inches

    cell.text = visible(crop(text, _LONGEST_CELL))
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.fill.solid()
    ground = "#ffffff" if status == "neutral" else PRINT.grounds[status]
    cell.fill.fore_color.rgb = color_of(accent or ground)
    for paragraph in cell.text_frame.paragraphs:
        paragraph.font.size, paragraph.font.bold = size, bool(accent) or status == "bad"
        paragraph.font.color.rgb = color_of("#ffffff" if accent else PRINT.ink)
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


def add_logo(slide: "Slide", look: Look) -> None:
    """The brand's picture above the title; slides take no SVG, so one is left out."""
    from pptx.util import Inches

    if look.logo and look.logo_kind != "svg":
        slide.shapes.add_picture(BytesIO(look.logo), Inches(EDGE), Inches(0.5), height=Inches(0.9))


def set_typeface(show: "Presentation", typeface: str) -> None:
    """The brand's font as the font of the theme, for headings and text; empty: as it is."""
    if not typeface:
        return
    from pptx.opc.constants import RELATIONSHIP_TYPE

    theme = show.slide_masters[0].part.part_related_by(RELATIONSHIP_TYPE.THEME)
    name = escape(typeface, {'"': "&quot;"}).encode()
    theme._blob = _LATIN.sub(lambda match: match[1] + name + b'"', theme.blob)  # noqa: SLF001 - no other way


def color_of(code: str) -> Any:  # noqa: ANN401 - python-pptx has no types
    """The color of a code such as ``#1d4468``."""
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(code.removeprefix("#").upper())


def describe(shape: Any, text: str) -> None:  # noqa: ANN401 - python-pptx has no types
    """What those who do not see it read."""
    shape._element.nvGraphicFramePr.cNvPr.set("descr", visible(text))  # noqa: SLF001 - no other way

"""The one page and the main charts as slides; charts are native and can be edited."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from msgspec.structs import replace

from multillm_gov.content import (
    BarChart,
    Chart,
    Items,
    Paragraph,
    Table,
)
from multillm_gov.errors import missing_extra
from multillm_gov.languages.language import find_language
from multillm_gov.rendering.charts.theme import MARKS, PRINT
from multillm_gov.rendering.office.native_charts import MOST_BARS, draw_chart
from multillm_gov.rendering.office.shapes import (
    ACCENT,
    EDGE,
    HIGH,
    TOP,
    WIDE,
    add_logo,
    add_text,
    color_of,
    column_widths,
    describe,
    fill_cell,
    row_heights,
    set_typeface,
)
from multillm_gov.rendering.pages.layout import facts, findings_by_severity, headline_table, plain
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.tabulation import list_figures
from multillm_gov.rendering.plain.width import crop
from multillm_gov.rendering.plain.wording import dated, draft_sentence, short_revision
from multillm_gov.report import Report, Section

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

BINARY = True
_LONGEST_PROPERTY = 255
"""Characters of a property of a document that the format takes."""
_MOST_ROWS = 12
_MOST_FIGURES = 18
_MOST_TEXT = 900
"""Characters of a slide of text."""
_MOST_COLUMNS = 8
_FINDINGS_A_SLIDE = 5
_MOST_FINDING_SLIDES = 20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</)")


def render(report: Report) -> bytes:
    """The slides; the same report gives the same bytes.

    A title, the headline, every table of a board pack, and every chart; what a slide does not hold
    is counted on it. A brand's color, logo and font are used.

    Raises:
        MissingExtraError: the ``office`` extra is not installed.
    """
    try:
        from pptx import Presentation
        from pptx.util import Inches
    except ImportError as error:
        raise missing_extra("Writing slides", "python-pptx", "office") from error
    show = Presentation()
    show.slide_width, show.slide_height = Inches(WIDE), Inches(HIGH)
    set_typeface(show, report.look.typeface)
    properties = show.core_properties
    properties.title = visible(report.title)[:_LONGEST_PROPERTY]
    properties.author = visible(report.organization)[:_LONGEST_PROPERTY]
    properties.created = properties.modified = datetime.fromisoformat(report.as_of)
    properties.keywords = visible(report.command)[:_LONGEST_PROPERTY]
    properties.last_modified_by = ""
    deck = _Deck(show, report)
    deck.title()
    deck.headline()
    for section in report.sections:
        deck.section(section)
    if report.layout == "findings":
        deck.findings()
    buffer = BytesIO()
    show.save(buffer)
    return _fixed(buffer.getvalue(), datetime.fromisoformat(report.as_of).replace(tzinfo=UTC))


class _Deck:
    """The slides of one report."""

    def __init__(self, show: "Presentation", report: Report) -> None:
        self._show = show
        self._report = report
        self._say = find_language(report.language).say
        self._accent = report.look.color or ACCENT

    def title(self) -> None:
        """Whose report it is, of which day and commit."""
        report = self._report
        slide = self._slide(report.title, size=34, top=2.2)
        add_logo(slide, report.look)
        add_text(slide, (EDGE, 1.6), report.organization, size=18, color=PRINT.muted)
        lines = "\n".join(f"{label}: {plain(value)}" for label, value in facts(report))
        add_text(slide, (EDGE, 3.6), lines, size=16)

    def headline(self) -> None:
        """Where the portfolio stands: one sentence and the figures against their limits."""
        report = self._report
        if not report.summary and not report.headline:
            return
        slide = self._slide(crop(plain(report.summary) or self._say("page.summary"), 220), size=20)
        if report.headline:
            bare = tuple(replace(metric, note="") for metric in report.headline)
            self._table(slide, headline_table(replace(report, headline=bare)), most=_MOST_FIGURES)

    def section(self, section: Section) -> None:
        """Every chart; of a pack and of the first section also every table, a slide each."""
        charts = [block for block in section.blocks if isinstance(block, Chart)]
        tables = [block for block in section.blocks if isinstance(block, Table) and block.rows]
        first = bool(self._report.sections) and section is self._report.sections[0]
        if first and self._report.edition:
            tables = tables[1:]  # the first one is on the slide before
        texts = [_words(block) for block in section.blocks if isinstance(block, Paragraph | Items)]
        if first or self._report.edition:
            if texts and not tables and not charts:
                slide = self._slide(section.title)
                add_text(slide, (EDGE, TOP), crop("\n".join(texts), _MOST_TEXT), size=16)
            for table in tables:
                self._table(self._slide(table.title or section.title), table)
        for chart in charts:
            self._chart(section, chart)

    def findings(self) -> None:
        """What a check found, errors first; each slide says how many are on no slide."""
        for table in findings_by_severity(self._report, _FINDINGS_A_SLIDE, _MOST_FINDING_SLIDES):
            slide = self._slide("Findings")
            self._table(slide, table)
            shown, whole = _FINDINGS_A_SLIDE * _MOST_FINDING_SLIDES, len(self._report.findings)
            self._count(slide, (min(shown, whole), whole), (1, 1))

    def _slide(self, title: str, *, size: int = 24, top: float = 0.35) -> "Slide":
        from pptx.util import Inches, Pt

        slide = self._show.slides.add_slide(self._show.slide_layouts[5])
        place = slide.shapes.title
        place.left, place.top = Inches(EDGE), Inches(top)
        place.width, place.height = Inches(WIDE - 2 * EDGE), Inches(0.95)
        place.text_frame.text = visible(plain(title))
        place.text_frame.word_wrap = True
        for paragraph in place.text_frame.paragraphs:
            paragraph.alignment = 1  # left
            paragraph.font.size, paragraph.font.bold = Pt(size), True
            paragraph.font.color.rgb = color_of(self._accent)
        report = self._report
        named = [crop(report.organization, 60), dated(report)]
        if report.revision:
            named.append(self._say("page.revision", revision=short_revision(report.revision)))
        foot = " · ".join(named)
        add_text(slide, (EDGE, HIGH - 0.5), foot, size=10, color=PRINT.muted)
        if report.draft:
            draft = crop(draft_sentence(report), 150)
            add_text(slide, (EDGE, 0.08), draft, size=11, color=PRINT.status["bad"])
        number = str(len(self._show.slides))
        add_text(slide, (WIDE - EDGE - 0.6, HIGH - 0.5), number, size=10, color=PRINT.muted)
        return slide

    def _table(self, slide: "Slide", table: Table, *, most: int = _MOST_ROWS) -> None:
        from pptx.util import Inches, Pt

        columns = table.columns[:_MOST_COLUMNS]
        points = 11 if min(len(table.rows), most) > 8 else 13
        widths = column_widths(table, len(columns))
        heights = row_heights(table, widths, points)[: most + 1]
        rows = table.rows[: len(heights) - 1]
        shape = slide.shapes.add_table(
            len(rows) + 1,
            len(columns),
            Inches(EDGE),
            Inches(TOP),
            Inches(WIDE - 2 * EDGE),
            Inches(sum(heights)),
        )
        describe(shape, plain(table.title))
        grid = shape.table
        for index, width in enumerate(widths):
            grid.columns[index].width = Inches(width)
        for index, height in enumerate(heights):
            grid.rows[index].height = Inches(height)
        size = Pt(points)
        for index, column in enumerate(columns):
            fill_cell(grid.cell(0, index), column.title, column, size=size, accent=self._accent)
            for place, row in enumerate(rows, 1):
                cell = row[index]
                text = MARKS[cell.status] + plain(cell.text)
                fill_cell(grid.cell(place, index), text, column, size=size, status=cell.status)
        self._count(slide, (len(rows), len(table.rows)), (len(columns), len(table.columns)))

    def _count(self, slide: "Slide", rows: tuple[int, int], columns: tuple[int, int]) -> None:
        parts = [
            self._say(f"page.{noun}", shown=shown, n=whole)
            for (shown, whole), noun in ((rows, "rows"), (columns, "columns"))
            if shown < whole
        ]
        if parts:
            add_text(slide, (EDGE, HIGH - 0.85), "; ".join(parts), size=11, color=PRINT.muted)

    def _chart(self, section: Section, chart: Chart) -> None:
        slide = self._slide(chart.title or section.title)
        drawn = draw_chart(slide, chart)
        if drawn is None:
            self._table(slide, list_figures(chart))
        else:
            describe(drawn, chart.summary)
            if isinstance(chart, BarChart):
                shown = min(len(chart.bars), MOST_BARS)
                self._count(slide, (shown, len(chart.bars)), (1, 1))
        slide.notes_slide.notes_text_frame.text = visible(f"{section.title}. {chart.summary}")


def _words(block: Paragraph | Items) -> str:
    if isinstance(block, Paragraph):
        return MARKS[block.status] + plain(block.text)
    return "\n".join(f"• {plain(item)}" for item in block.items)


def _fixed(data: bytes, made: datetime) -> bytes:
    """The archive without the clock: its entries' times, and the stamps of documents inside."""
    stamp = made.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as archive, ZipFile(buffer, "w", ZIP_DEFLATED) as fixed:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith(".xlsx"):
                content = _fixed(content, made)
            elif name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
            fixed.writestr(ZipInfo(name, _EPOCH), content, ZIP_DEFLATED)
    return buffer.getvalue()

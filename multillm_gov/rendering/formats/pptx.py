"""The one page and the main charts as slides; charts are native and can be edited."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from msgspec.structs import replace

from multillm_gov.content import (
    BarChart,
    Chart,
    Column,
    Items,
    LineChart,
    Paragraph,
    Segment,
    ShareChart,
    Status,
    Table,
)
from multillm_gov.errors import missing_extra
from multillm_gov.rendering.charts.theme import MARKS, PRINT
from multillm_gov.rendering.pages.layout import facts, headline_table, plain
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.tabulation import list_figures
from multillm_gov.rendering.plain.width import crop
from multillm_gov.rendering.plain.wording import short_revision
from multillm_gov.report import Report, Section
from multillm_gov.units import format_share
from multillm_gov.words import count_of

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

BINARY = True
_WIDE, _HIGH, _EDGE = 13.333, 7.5, 0.6
"""Inches of a slide, and of its margin."""
_TOP = 1.35
_MOST_ROWS = 12
_MOST_FIGURES = 18
_MOST_COLUMNS = 8
_MOST_PARTS = 6
_NAMED_FROM = 0.09
"""Share from which a part of a bar has room for its name."""
_LETTERS_WIDE = 100
"""Letters of a label that fit across a chart."""
_LONGEST_LABEL = 40
_LONGEST_CELL = 180
_ACCENT = "#1d4468"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</)")


def render(report: Report) -> bytes:
    """The slides; the same report gives the same bytes.

    A title, the headline, what is to be decided, and the first chart of each section; what a slide
    does not hold is counted on it.

    Raises:
        MissingExtraError: the ``office`` extra is not installed.
    """
    try:
        from pptx import Presentation
        from pptx.util import Inches
    except ImportError as error:
        raise missing_extra("Slides", "python-pptx", "office") from error
    show = Presentation()
    show.slide_width, show.slide_height = Inches(_WIDE), Inches(_HIGH)
    properties = show.core_properties
    properties.title, properties.author = visible(report.title), visible(report.organization)
    properties.created = properties.modified = datetime.fromisoformat(report.as_of)
    properties.last_modified_by = ""
    deck = _Deck(show, report)
    deck.title()
    deck.headline()
    for section in report.sections:
        deck.section(section)
    buffer = BytesIO()
    show.save(buffer)
    return _fixed(buffer.getvalue(), datetime.fromisoformat(report.as_of).replace(tzinfo=UTC))


class _Deck:
    """The slides of one report."""

    def __init__(self, show: "Presentation", report: Report) -> None:
        self._show = show
        self._report = report

    def title(self) -> None:
        """Whose report it is, of which day and commit."""
        report = self._report
        slide = self._slide(report.title, size=34, top=2.2)
        _text(slide, (_EDGE, 1.6), report.organization, size=18, color=PRINT.muted)
        lines = "\n".join(f"{label}: {plain(value)}" for label, value in facts(report))
        _text(slide, (_EDGE, 3.6), lines, size=16)

    def headline(self) -> None:
        """Where the portfolio stands: one sentence and the figures against their limits."""
        report = self._report
        if not report.summary and not report.headline:
            return
        slide = self._slide(crop(plain(report.summary) or "Summary", 220), size=20)
        if report.headline:
            bare = tuple(replace(metric, note="") for metric in report.headline)
            self._table(slide, headline_table(replace(report, headline=bare)), most=_MOST_FIGURES)

    def section(self, section: Section) -> None:
        """Its first table where it has no chart or comes first, and its first chart."""
        charts = [each for each in section.blocks if isinstance(each, Chart)]
        tables = [each for each in section.blocks if isinstance(each, Table) and each.rows]
        first = bool(self._report.sections) and section is self._report.sections[0]
        if first:
            slide = self._slide(section.title)
            texts = [_words(each) for each in section.blocks if isinstance(each, Paragraph | Items)]
            if tables:
                self._table(slide, tables[0])
            elif texts:
                _text(slide, (_EDGE, _TOP), crop("\n".join(texts), 900), size=16)
        if charts:
            self._chart(section, charts[0])

    def _slide(self, title: str, *, size: int = 24, top: float = 0.35) -> "Slide":
        from pptx.util import Inches, Pt

        slide = self._show.slides.add_slide(self._show.slide_layouts[5])
        place = slide.shapes.title
        place.left, place.top = Inches(_EDGE), Inches(top)
        place.width, place.height = Inches(_WIDE - 2 * _EDGE), Inches(0.95)
        place.text_frame.text = visible(plain(title))
        place.text_frame.word_wrap = True
        for paragraph in place.text_frame.paragraphs:
            paragraph.alignment = 1  # left
            paragraph.font.size, paragraph.font.bold = Pt(size), True
            paragraph.font.color.rgb = _color(_ACCENT)
        report = self._report
        revision = f" · revision {short_revision(report.revision)}" if report.revision else ""
        foot = f"{crop(report.organization, 60)} · as of {report.as_of}{revision}"
        _text(slide, (_EDGE, _HIGH - 0.5), foot, size=10, color=PRINT.muted)
        number = str(len(self._show.slides))
        _text(slide, (_WIDE - _EDGE - 0.6, _HIGH - 0.5), number, size=10, color=PRINT.muted)
        return slide

    def _table(self, slide: "Slide", table: Table, *, most: int = _MOST_ROWS) -> None:
        from pptx.util import Inches, Pt

        columns, rows = table.columns[:_MOST_COLUMNS], table.rows[:most]
        shape = slide.shapes.add_table(
            len(rows) + 1,
            len(columns),
            Inches(_EDGE),
            Inches(_TOP),
            Inches(_WIDE - 2 * _EDGE),
            Inches(0.3 * (len(rows) + 1)),
        )
        _describe(shape, plain(table.title))
        grid = shape.table
        for index, width in enumerate(_widths(table, len(columns))):
            grid.columns[index].width = Inches(width)
        size = Pt(11 if len(rows) > 8 else 13)
        for index, column in enumerate(columns):
            _fill(grid.cell(0, index), column.title, column, size=size, head=True)
            for place, row in enumerate(rows, 1):
                cell = row[index]
                text = MARKS[cell.status] + plain(cell.text)
                _fill(grid.cell(place, index), text, column, size=size, status=cell.status)
        self._count(slide, (len(rows), len(table.rows)), (len(columns), len(table.columns)))

    def _count(self, slide: "Slide", rows: tuple[int, int], columns: tuple[int, int]) -> None:
        parts = [
            f"{shown:,} of {count_of(whole, noun)} shown"
            for (shown, whole), noun in ((rows, "row"), (columns, "column"))
            if shown < whole
        ]
        if parts:
            _text(slide, (_EDGE, _HIGH - 0.85), "; ".join(parts), size=11, color=PRINT.muted)

    def _chart(self, section: Section, chart: Chart) -> None:
        slide = self._slide(chart.title or section.title)
        drawn: Callable[[Slide, Any], Any] | None = None
        if isinstance(chart, BarChart) and chart.bars:
            drawn = _draw_bars
        elif isinstance(chart, ShareChart) and any(row.segments for row in chart.rows):
            drawn = _draw_shares
        elif isinstance(chart, LineChart) and any(line.points for line in chart.lines):
            drawn = _draw_lines
        if drawn is None:
            self._table(slide, list_figures(chart))
        else:
            _describe(drawn(slide, chart), chart.summary)
            if isinstance(chart, BarChart):
                shown = min(len(chart.bars), 2 * _MOST_ROWS)
                self._count(slide, (shown, len(chart.bars)), (1, 1))
        slide.notes_slide.notes_text_frame.text = visible(f"{section.title}. {chart.summary}")


def _words(block: Paragraph | Items) -> str:
    if isinstance(block, Paragraph):
        return MARKS[block.status] + plain(block.text)
    return "\n".join(f"• {plain(item)}" for item in block.items)


def _widths(table: Table, count: int) -> list[float]:
    """Inches of each column: by the longest text in it, within bounds."""
    longest = [
        min(max([len(table.columns[n].title), *(len(row[n].text) for row in table.rows)]), 70)
        for n in range(count)
    ]
    parts = [max(length, 8) ** 0.8 for length in longest]
    return [(_WIDE - 2 * _EDGE) * part / sum(parts) for part in parts]


def _fill(
    cell: Any,  # noqa: ANN401 - python-pptx has no types
    text: str,
    column: Column,
    *,
    size: int,
    head: bool = False,
    status: Status = "neutral",
) -> None:
    from pptx.util import Inches

    cell.text = visible(crop(text, _LONGEST_CELL))
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.fill.solid()
    ground = "#ffffff" if status == "neutral" else PRINT.grounds[status]
    cell.fill.fore_color.rgb = _color(_ACCENT if head else ground)
    for paragraph in cell.text_frame.paragraphs:
        paragraph.font.size, paragraph.font.bold = size, head or status == "bad"
        paragraph.font.color.rgb = _color("#ffffff" if head else PRINT.ink)
        paragraph.alignment = 3 if column.numeric else 1  # right, left


def _text(
    slide: "Slide", at: tuple[float, float], text: str, *, size: int, color: str = PRINT.ink
) -> None:
    from pptx.util import Inches, Pt

    left, top = at
    box = slide.shapes.add_textbox(
        Inches(left), Inches(top), Inches(_WIDE - left - _EDGE), Inches(0.35)
    )
    box.text_frame.word_wrap = True
    box.text_frame.text = "\n".join(map(visible, text.split("\n")))
    for paragraph in box.text_frame.paragraphs:
        paragraph.font.size, paragraph.font.color.rgb = Pt(size), _color(color)


def _color(code: str) -> Any:  # noqa: ANN401 - python-pptx has no types
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(code.removeprefix("#").upper())


def _describe(shape: Any, text: str) -> None:  # noqa: ANN401 - python-pptx has no types
    """What those who do not see it read."""
    shape._element.nvGraphicFramePr.cNvPr.set("descr", visible(text))  # noqa: SLF001 - no other way


def _add(slide: "Slide", kind: str, data: Any) -> Any:  # noqa: ANN401 - python-pptx has no types
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches, Pt

    frame = slide.shapes.add_chart(
        getattr(XL_CHART_TYPE, kind),
        Inches(_EDGE),
        Inches(_TOP),
        Inches(_WIDE - 2 * _EDGE),
        Inches(_HIGH - _TOP - 0.9),
        data,
    )
    frame.chart.font.size = Pt(12)
    frame.chart.has_title = False
    for axis in (frame.chart.value_axis, frame.chart.category_axis):
        axis.format.line.color.rgb = _color(PRINT.muted)
        if axis.has_major_gridlines:
            axis.major_gridlines.format.line.color.rgb = _color(PRINT.grid)
    return frame


def _draw_bars(slide: "Slide", chart: BarChart) -> Any:  # noqa: ANN401 - python-pptx has no types
    """Bars by name with the value as shown elsewhere, and a second bar for the limit."""
    from pptx.chart.data import CategoryChartData
    from pptx.util import Pt

    bars = chart.bars[: 2 * _MOST_ROWS][::-1]  # drawn from below
    limited = any(bar.limit is not None for bar in bars)
    data = CategoryChartData()
    data.categories = [visible(crop(bar.label, _LONGEST_LABEL)) for bar in bars]
    if limited:
        data.add_series("Limit", [bar.limit for bar in bars])
    data.add_series(f"Value ({chart.unit})" if chart.unit else "Value", [bar.value for bar in bars])
    frame = _add(slide, "BAR_CLUSTERED", data)
    drawn = frame.chart
    drawn.has_legend = limited
    if limited:
        drawn.legend.include_in_layout = False
        drawn.plots[0].series[0].format.fill.solid()
        drawn.plots[0].series[0].format.fill.fore_color.rgb = _color(PRINT.grid)
    drawn.plots[0].gap_width = 60
    series = drawn.plots[0].series[-1]
    for index, bar in enumerate(bars):
        point = series.points[index]
        point.format.fill.solid()
        point.format.fill.fore_color.rgb = _color(PRINT.status[bar.status])
        label = point.data_label.text_frame
        label.text = visible(MARKS[bar.status] + bar.text)
        label.paragraphs[0].font.size = Pt(12)
    return frame


def _draw_shares(slide: "Slide", chart: ShareChart) -> Any:  # noqa: ANN401 - as above
    """A stacked bar for each level, largest part first; each part of some size bears its name."""
    from pptx.chart.data import CategoryChartData
    from pptx.util import Pt

    rows = [row for row in chart.rows if row.segments][::-1]
    most = min(max(len(row.segments) for row in rows), _MOST_PARTS)
    data = CategoryChartData(number_format="0.0%")
    data.categories = [visible(row.label) for row in rows]
    parts = [_grouped(row.segments, most) for row in rows]
    for rank in range(most):
        shares = [each[rank].share if rank < len(each) else None for each in parts]
        data.add_series(f"Largest {rank + 1}", shares)
    frame = _add(slide, "BAR_STACKED_100", data)
    plot = frame.chart.plots[0]
    plot.gap_width = 60
    for rank, series in enumerate(plot.series):
        fill, ink = PRINT.ranks[rank]
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = _color(fill)
        for index, each in enumerate(parts):
            if rank < len(each) and each[rank].share >= _NAMED_FROM:
                label = series.points[index].data_label.text_frame
                room = max(int(_LETTERS_WIDE * each[rank].share) - 7, 3)
                name = crop(each[rank].label, room)
                label.text = visible(f"{name} {format_share(each[rank].share)}")
                label.paragraphs[0].font.size = Pt(12)
                label.paragraphs[0].font.color.rgb = _color(ink)
    return frame


def _grouped(segments: tuple[Segment, ...], most: int) -> tuple[Segment, ...]:
    if len(segments) <= most:
        return segments
    rest = segments[most - 1 :]
    label = f"{len(rest):,} others"
    return (*segments[: most - 1], Segment(label=label, share=sum(part.share for part in rest)))


def _draw_lines(slide: "Slide", chart: LineChart) -> Any:  # noqa: ANN401 - as above
    """Each line through its points."""
    from pptx.chart.data import XyChartData

    data = XyChartData()
    for line in chart.lines:
        series = data.add_series(visible(crop(line.label, _LONGEST_LABEL)))
        for point in line.points:
            series.add_data_point(point.x, point.y)
    frame = _add(slide, "XY_SCATTER_LINES", data)
    frame.chart.has_legend = True
    frame.chart.legend.include_in_layout = False
    return frame


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

"""Charts of a report as native charts of a slide, with their figures."""

from typing import TYPE_CHECKING, Any

from multillm_gov.content import BarChart, Chart, LineChart, Segment, ShareChart
from multillm_gov.rendering.charts.theme import MARKS, PRINT
from multillm_gov.rendering.office.shapes import EDGE, HIGH, TOP, WIDE, color_of
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.width import crop
from multillm_gov.units import format_share

if TYPE_CHECKING:
    from pptx.slide import Slide

MOST_BARS = 24
_MOST_PARTS = 6
_NAMED_FROM = 0.09
"""Share from which a part of a bar has room for its name."""
_LETTERS_WIDE = 100
"""Letters of a label that fit across a chart."""
_LONGEST_LABEL = 40


def draw_chart(slide: "Slide", chart: Chart) -> Any:  # noqa: ANN401 - python-pptx has no types
    """The frame of the chart; ``None`` where it is of a kind that slides show as a table."""
    if isinstance(chart, BarChart) and chart.bars:
        return _draw_bars(slide, chart)
    if isinstance(chart, ShareChart) and any(row.segments for row in chart.rows):
        return _draw_shares(slide, chart)
    if isinstance(chart, LineChart) and any(line.points for line in chart.lines):
        return _draw_lines(slide, chart)
    return None


def _add(slide: "Slide", kind: str, data: Any) -> Any:  # noqa: ANN401 - python-pptx has no types
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches, Pt

    frame = slide.shapes.add_chart(
        getattr(XL_CHART_TYPE, kind),
        Inches(EDGE),
        Inches(TOP),
        Inches(WIDE - 2 * EDGE),
        Inches(HIGH - TOP - 0.9),
        data,
    )
    frame.chart.font.size = Pt(12)
    frame.chart.has_title = False
    for axis in (frame.chart.value_axis, frame.chart.category_axis):
        axis.format.line.color.rgb = color_of(PRINT.muted)
        if axis.has_major_gridlines:
            axis.major_gridlines.format.line.color.rgb = color_of(PRINT.grid)
    return frame


def _draw_bars(slide: "Slide", chart: BarChart) -> Any:  # noqa: ANN401 - python-pptx has no types
    """Bars by name with the value as shown elsewhere, and a second bar for the limit."""
    from pptx.chart.data import CategoryChartData
    from pptx.util import Pt

    bars = chart.bars[:MOST_BARS][::-1]  # drawn from below
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
        drawn.plots[0].series[0].format.fill.fore_color.rgb = color_of(PRINT.grid)
    drawn.plots[0].gap_width = 60
    series = drawn.plots[0].series[-1]
    for index, bar in enumerate(bars):
        point = series.points[index]
        point.format.fill.solid()
        point.format.fill.fore_color.rgb = color_of(PRINT.status[bar.status])
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
        shares = [part[rank].share if rank < len(part) else None for part in parts]
        data.add_series(f"Largest {rank + 1}", shares)
    frame = _add(slide, "BAR_STACKED_100", data)
    plot = frame.chart.plots[0]
    plot.gap_width = 60
    for rank, series in enumerate(plot.series):
        fill, ink = PRINT.ranks[rank]
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = color_of(fill)
        for index, each in enumerate(parts):
            if rank < len(each) and each[rank].share >= _NAMED_FROM:
                label = series.points[index].data_label.text_frame
                room = max(int(_LETTERS_WIDE * each[rank].share) - 7, 3)
                name = crop(each[rank].label, room)
                label.text = visible(f"{name} {format_share(each[rank].share)}")
                label.paragraphs[0].font.size = Pt(12)
                label.paragraphs[0].font.color.rgb = color_of(ink)
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

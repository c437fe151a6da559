"""From a chart as data to a chart as SVG."""

from multillm_gov.content import BarChart, Chart, HeatMap, LineChart, ShareChart, Waterfall
from multillm_gov.rendering.charts.bars import draw_bars, draw_waterfall
from multillm_gov.rendering.charts.heat import draw_heat
from multillm_gov.rendering.charts.lines import draw_lines
from multillm_gov.rendering.charts.shares import draw_shares
from multillm_gov.rendering.charts.theme import Theme
from multillm_gov.rendering.charts.timeline import draw_timeline

WIDE = 700.0
NARROW = 340.0
"""Widths the charts are drawn for: a page, and a telephone held upright."""


def draw(chart: Chart, *, width: float, key: str, theme: Theme) -> str:
    """The chart as an SVG with title and description; ``key`` makes its ids unique in the page.

    The same chart, width, key and theme give the same bytes.
    """
    if isinstance(chart, BarChart):
        return draw_bars(chart, width=width, key=key, theme=theme)
    if isinstance(chart, ShareChart):
        return draw_shares(chart, width=width, key=key, theme=theme)
    if isinstance(chart, HeatMap):
        return draw_heat(chart, width=width, key=key, theme=theme)
    if isinstance(chart, LineChart):
        return draw_lines(chart, width=width, key=key, theme=theme)
    if isinstance(chart, Waterfall):
        return draw_waterfall(chart, width=width, key=key, theme=theme)
    return draw_timeline(chart, width=width, key=key, theme=theme)

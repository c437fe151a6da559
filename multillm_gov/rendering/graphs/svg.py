"""The dependency graph as a drawing in layers: who hangs on whom, from left to right."""

from collections.abc import Iterator
from html import escape

from multillm_gov.rendering.charts.svg import (
    SIZE,
    box,
    clip,
    coordinate,
    element,
    label,
    line,
    text_width,
)
from multillm_gov.rendering.charts.theme import PRINT
from multillm_gov.rendering.graphs.drawing.bounding import bound
from multillm_gov.rendering.graphs.drawing.places import MARGIN, plan
from multillm_gov.rendering.graphs.drawing.shapes import (
    ALONE,
    CAUTION,
    DASHES,
    PART,
    ROUTE,
    draw_box,
    draw_lines,
    draw_sign,
)
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.risk.system.graph import Graph

MEDIA_TYPE = "image/svg+xml"
MOST = 40
"""Nodes of one kind that are drawn; the others are drawn as one."""
_TOP = 62.0
_FOOT = 52.0
_LEAST_WIDTH = 700.0
"""Room for the legend."""


def render(graph: Graph) -> bytes:
    """UTF-8 SVG with title and description; the same graph gives the same bytes."""
    drawing = plan(bound(graph, MOST), _TOP)
    width = max(drawing.width, _LEAST_WIDTH) + 2 * MARGIN
    foot = _TOP + drawing.places.height
    height = foot + _FOOT
    title, summary = visible(graph.title), visible(graph.summary)
    parts = [
        element("title", escape(title) or " ", id="graph-title"),
        element("desc", escape(summary) or " ", id="graph-desc"),
        box((0, 0), width, height, PRINT.ground),
        label((MARGIN, 26), clip(title, width - 2 * MARGIN), PRINT.ink, strong=True),
        label((MARGIN, 44), clip(summary, width - 2 * MARGIN), PRINT.muted),
        *draw_lines(drawing),
        *(part for node in drawing.graph.nodes for part in draw_box(node, drawing)),
        *_legend(MARGIN, foot + 28),
    ]
    drawn = element(
        "svg",
        "\n".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby="graph-title graph-desc",
        viewBox=f"0 0 {coordinate(width)} {coordinate(height)}",
        width=width,
        height=height,
        font_family=f"{PRINT.font}, sans-serif",
        font_size=SIZE,
    )
    return drawn.encode() + b"\n"


def _legend(x: float, y: float) -> Iterator[str]:
    samples = (
        ("routed, wider with its share", ROUTE, 3.0, ""),
        ("fallback", ROUTE, 1.2, DASHES),
        ("runs on, goes through", PART, 1.2, ""),
    )
    for text, color, wide, dashes in samples:
        yield line((x, y - 4), (x + 26, y - 4), color, width=wide, dashes=dashes)
        yield label((x + 32, y), text, PRINT.muted)
        x += 32 + text_width(text) + 14
    for text, color in (("single point of failure", ALONE), ("no fallback", CAUTION)):
        yield draw_sign((x + 7, y - 4), color, filled=color == ALONE)
        yield label((x + 19, y), text, PRINT.muted)
        x += 19 + text_width(text) + 14

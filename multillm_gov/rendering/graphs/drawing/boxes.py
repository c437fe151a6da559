"""Nodes as boxes with two lines, and the triangle of those that are marked."""

from collections.abc import Iterator
from html import escape

from multillm_gov.rendering.charts.svg import Point, clip, coordinate, element, label
from multillm_gov.rendering.charts.theme import PRINT
from multillm_gov.rendering.graphs.drawing.places import BOX
from multillm_gov.rendering.graphs.drawing.plan import SMALL, Plan, caption
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.risk.system.graph import Node

ALONE, CAUTION = PRINT.status["bad"], PRINT.status["watch"]


def draw_box(node: Node, plan: Plan) -> Iterator[str]:
    """The box, its name and what it is; figures show when a pointer rests on it."""
    left, width, y = (
        plan.left(node.id),
        plan.right(node.id) - plan.left(node.id),
        plan.middle(node.id) - BOX / 2,
    )
    single = "single point of failure" in node.marks
    stroke = ALONE if single else CAUTION if node.marks else PRINT.status["neutral"]
    told = "; ".join(part for part in (f"{caption(node)}: {node.label}", node.note) if part)
    yield element(
        "rect",
        element("title", escape(visible(told))),
        x=left,
        y=y,
        width=width,
        height=BOX,
        rx=4,
        fill=PRINT.track if node.kind == "task_class" else PRINT.ground,
        stroke=stroke,
        stroke_width=2 if node.marks else 1,
    )
    indent = 24 if node.marks else 10
    if node.marks:
        yield draw_sign((left + 13, y + BOX / 2), stroke, filled=single)
    yield label(
        (left + indent, y + 15),
        clip(visible(node.label), width - indent - 6),
        PRINT.ink,
        strong=single,
    )
    said = escape(clip(caption(node), width - indent - 6, SMALL))
    yield element("text", said, x=left + indent, y=y + 29, fill=PRINT.muted, font_size=SMALL)


def draw_sign(center: Point, color: str, *, filled: bool) -> str:
    """A triangle, filled for what takes something down alone."""
    x, y = center
    corners = ((x, y - 6), (x + 6.5, y + 5.5), (x - 6.5, y + 5.5))
    points = " ".join(f"{coordinate(px)},{coordinate(py)}" for px, py in corners)
    return element(
        "polygon",
        points=points,
        fill=color if filled else PRINT.ground,
        stroke=color,
        stroke_width=1.5,
    )

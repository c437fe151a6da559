"""Edges as curves between boxes, and one bar for what every task class uses."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from multillm_gov.rendering.charts.svg import Point, clip, coordinate, element, label, line
from multillm_gov.rendering.charts.theme import PRINT
from multillm_gov.rendering.graphs.drawing.columns import Slot
from multillm_gov.rendering.graphs.drawing.places import BOX, FEW, GUTTER, SMALL, Plan, caption
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.risk.system.graph import Edge, Node, Role
from multillm_gov.units import format_share

ALONE, CAUTION = PRINT.status["bad"], PRINT.status["watch"]
ROUTE, PART = PRINT.status["good"], "#9aa5b1"
DASHES = "5 4"
_LAYERS: tuple[Role, ...] = ("part", "fallback", "route")


def draw_box(node: Node, plan: Plan) -> Iterator[str]:
    """The box, its name and what it is; figures show when a pointer rests on it."""
    left, y = plan.left(node.id), plan.middle(node.id) - BOX / 2
    width = plan.right(node.id) - left
    single = "single point of failure" in node.marks
    stroke = ALONE if single else CAUTION if node.marks else PRINT.status["neutral"]
    text = "; ".join(part for part in (f"{caption(node)}: {node.label}", node.note) if part)
    yield element(
        "rect",
        element("title", escape(visible(text))),
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
    lines = escape(clip(caption(node), width - indent - 6, SMALL))
    yield element("text", lines, x=left + indent, y=y + 29, fill=PRINT.muted, font_size=SMALL)


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


def draw_lines(plan: Plan) -> Iterator[str]:
    """Parts first, then fallbacks, routes on top of them."""
    tasks = [node.id for node in plan.graph.nodes if node.kind == "task_class"]
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for edge in plan.graph.edges:
        sources[edge.target].add(edge.source)
    universal = {
        name for name, users in sources.items() if plan.column_of[name] == 0 and users == set(tasks)
    }
    if universal:
        yield from _bar(sorted(universal), tasks, plan)
    for number, edge in sorted(
        enumerate(plan.graph.edges), key=lambda each: _LAYERS.index(each[1].role)
    ):
        if edge.target not in universal:
            yield _curve(edge, plan.columns.routes[number], plan)


def _bar(universal: list[str], tasks: list[str], plan: Plan) -> Iterator[str]:
    """Instead of a line from each task class to each of them."""
    x = plan.left(tasks[0]) - GUTTER / 3
    heights = [plan.middle(name) for name in (*universal, *tasks)]
    yield line((x, min(heights)), (x, max(heights)), PART, width=3)
    for name in universal:
        yield line((plan.right(name), plan.middle(name)), (x, plan.middle(name)), PART, width=1.5)
    for name in tasks:
        yield line((x, plan.middle(name)), (plan.left(name), plan.middle(name)), PART, width=1.5)


def _curve(edge: Edge, route: Sequence[Slot], plan: Plan) -> str:
    """A line through the gaps of its route, level where it passes a column."""
    forward = plan.column_of[edge.target] >= plan.column_of[edge.source]
    steps = []
    for number, (start, end) in enumerate(pairwise(route)):
        out, into = _side(start, plan, far=forward), _side(end, plan, far=not forward)
        middle = (out[0] + into[0]) / 2
        points = (out, (middle, out[1]), (middle, into[1]), into)
        spelt = [f"{coordinate(x)},{coordinate(y)}" for x, y in points]
        steps.append(f"{'M' if number == 0 else 'L'}{spelt[0]} C{' '.join(spelt[1:])}")
    style = {"stroke_dasharray": DASHES} if edge.role == "fallback" else {}
    return element(
        "path",
        element("title", escape(visible(_told(edge, plan)))),
        d=" ".join(steps),
        fill="none",
        stroke=ROUTE if edge.role != "part" else PART,
        stroke_width=_stroke(edge, plan),
        stroke_opacity="0.85",
        **style,
    )


def _side(position: Slot, plan: Plan, *, far: bool) -> Point:
    """Where a line meets a slot: at its right side if ``far``."""
    return plan.right(position) if far else plan.left(position), plan.middle(position)


def _stroke(edge: Edge, plan: Plan) -> float:
    """Wider with its share; all thinner where they would cover each other."""
    tasks = sum(node.kind == "task_class" for node in plan.graph.nodes)
    return 1.2 + (2.4 if tasks <= FEW else 0.8) * edge.share


def _told(edge: Edge, plan: Plan) -> str:
    names = f"{plan.nodes[edge.source].label} → {plan.nodes[edge.target].label}"
    if edge.role == "route":
        return (
            f"{names}, {format_share(edge.share)} of the requests"
            if edge.share
            else f"{names}, routed"
        )
    return f"{names}, fallback {edge.position or ''}".rstrip() if edge.role == "fallback" else names

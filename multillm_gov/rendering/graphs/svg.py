"""The dependency graph as a drawing in layers: who hangs on whom, from left to right."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from msgspec import Struct

from multillm_gov.rendering.charts.svg import SIZE, Point, box, clip, coordinate, element, label, line, text_width
from multillm_gov.rendering.charts.theme import PRINT
from multillm_gov.rendering.graphs.drawing.bounding import bound
from multillm_gov.rendering.graphs.drawing.columns import Columns, Slot, arrange
from multillm_gov.rendering.graphs.drawing.places import BOX, Places, place
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.risk.graph import KIND_WORDS, Edge, Graph, Node
from multillm_gov.units import spell_share

MEDIA_TYPE = "image/svg+xml"
MOST = 40
"""Nodes of one kind that are drawn; the others are drawn as one."""
_MARGIN = 16.0
_SMALL = 10.0
_GUTTER = 64.0
_BUSY_GUTTER = 240.0
_FEW = 12
"""Lines between two columns that need no more room than the least."""
_WIDEST = 320.0
_SINGLE = "single point of failure"
_ALONE, _CAUTION = PRINT.status["bad"], PRINT.status["watch"]
_ROUTE, _PART = PRINT.status["good"], "#9aa5b1"


class _Drawing(Struct, frozen=True):
    """Everything that elements are placed by."""

    graph: Graph
    nodes: dict[str, Node]
    columns: Columns
    places: Places
    widths: tuple[float, ...]
    column_of: dict[Slot, int]
    top: float


def render(graph: Graph) -> bytes:
    """UTF-8 SVG with title and description; the same graph gives the same bytes."""
    drawing = _plan(bound(graph, MOST))
    width = max(drawing.places.lefts[-1] + drawing.widths[-1] if drawing.widths else 0.0, 640.0) + 2 * _MARGIN
    height = drawing.top + drawing.places.height + 52
    parts = [
        element("title", escape(visible(graph.title)) or " ", id="graph-title"),
        element("desc", escape(visible(graph.summary)) or " ", id="graph-desc"),
        box((0, 0), width, height, PRINT.ground),
        label((_MARGIN, 26), clip(visible(graph.title), width - 2 * _MARGIN), PRINT.ink, strong=True),
        label((_MARGIN, 44), clip(visible(graph.summary), width - 2 * _MARGIN), PRINT.muted),
        *_edges(drawing),
        *(part for node in drawing.graph.nodes for part in _box(node, drawing)),
        *_legend(_MARGIN, drawing.top + drawing.places.height + 28),
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


def _plan(graph: Graph) -> _Drawing:
    nodes = {node.id: node for node in graph.nodes}
    columns = arrange(graph)
    widths = tuple(
        min(max((_breadth(nodes[slot]) for slot in column if isinstance(slot, str)), default=0.0), _WIDEST)
        for column in columns.slots
    )
    places = place(columns, widths, _gutters(columns))
    column_of = {slot: number for number, column in enumerate(columns.slots) for slot in column}
    return _Drawing(graph, nodes, columns, places, widths, column_of, top=62.0)


def _gutters(columns: Columns) -> list[float]:
    """Room between a column and the next: more where many lines run."""
    column_of = {slot: number for number, column in enumerate(columns.slots) for slot in column}
    lines = [0] * len(columns.slots)
    for route in columns.routes:
        for start, end in pairwise(route):
            if column_of[end] > column_of[start]:
                lines[column_of[start]] += 1
    return [min(_GUTTER + 2 * max(count - _FEW, 0), _BUSY_GUTTER) for count in lines]


def _breadth(node: Node) -> float:
    return max(text_width(visible(node.label)) * 1.06, text_width(_caption(node), _SMALL)) + 34


def _caption(node: Node) -> str:
    """What it is, and its marks in words: color and shape say nothing to many readers."""
    return " · ".join([KIND_WORDS[node.kind], *node.marks])


def _box(node: Node, drawing: _Drawing) -> Iterator[str]:
    left, width = _left(node.id, drawing), _width(node.id, drawing)
    y = _middle(node.id, drawing) - BOX / 2
    single = _SINGLE in node.marks
    stroke = _ALONE if single else _CAUTION if node.marks else PRINT.status["neutral"]
    told = escape(visible("; ".join(part for part in (f"{_caption(node)}: {node.label}", node.note) if part)))
    shape = element(
        "rect",
        element("title", told),
        x=left,
        y=y,
        width=width,
        height=BOX,
        rx=4,
        fill=PRINT.ground if node.kind != "task_class" else PRINT.track,
        stroke=stroke,
        stroke_width=2 if node.marks else 1,
    )
    yield shape
    indent = 24 if node.marks else 10
    if node.marks:
        yield _sign((left + 13, y + BOX / 2), stroke, filled=single)
    yield label((left + indent, y + 15), clip(visible(node.label), width - indent - 6), PRINT.ink, strong=single)
    caption = clip(_caption(node), width - indent - 6, _SMALL)
    yield element("text", escape(caption), x=left + indent, y=y + 29, fill=PRINT.muted, font_size=_SMALL)


def _sign(center: Point, color: str, *, filled: bool) -> str:
    """A triangle, filled for what takes something down alone."""
    x, y = center
    corners = ((x, y - 6), (x + 6.5, y + 5.5), (x - 6.5, y + 5.5))
    points = " ".join(f"{coordinate(px)},{coordinate(py)}" for px, py in corners)
    return element("polygon", points=points, fill=color if filled else PRINT.ground, stroke=color, stroke_width=1.5)


def _edges(drawing: _Drawing) -> Iterator[str]:
    """Parts first, then fallbacks, routes on top; what every task class goes through is one bar, not many lines."""
    tasks = [node.id for node in drawing.graph.nodes if node.kind == "task_class"]
    sources: dict[str, set[str]] = {}
    for edge in drawing.graph.edges:
        sources.setdefault(edge.target, set()).add(edge.source)
    universal = {
        name for name, users in sources.items() if drawing.column_of[name] == 0 and users == set(tasks) and tasks
    }
    yield from _bar(sorted(universal), tasks, drawing)
    ranked = sorted(enumerate(drawing.graph.edges), key=lambda each: ("part", "fallback", "route").index(each[1].role))
    for number, edge in ranked:
        if edge.target not in universal:
            yield _curve(edge, drawing.columns.routes[number], drawing)


def _bar(universal: list[str], tasks: list[str], drawing: _Drawing) -> Iterator[str]:
    if not universal:
        return
    x = _left(tasks[0], drawing) - _GUTTER / 3
    heights = [_middle(name, drawing) for name in (*universal, *tasks)]
    yield line((x, min(heights)), (x, max(heights)), _PART, width=3)
    for name in universal:
        y = _middle(name, drawing)
        yield line((_left(name, drawing) + _width(name, drawing), y), (x, y), _PART, width=1.5)
    for name in tasks:
        y = _middle(name, drawing)
        yield line((x, y), (_left(name, drawing), y), _PART, width=1.5)


def _curve(edge: Edge, route: Sequence[Slot], drawing: _Drawing) -> str:
    """A line through the gaps of its route, level where it passes a column."""
    forward = drawing.column_of[edge.target] >= drawing.column_of[edge.source]
    steps = []
    for number, (start, end) in enumerate(pairwise(route)):
        out, into = _side(start, drawing, far=forward), _side(end, drawing, far=not forward)
        middle = (out[0] + into[0]) / 2
        points = (out, (middle, out[1]), (middle, into[1]), into)
        spelt = [f"{coordinate(x)},{coordinate(y)}" for x, y in points]
        steps.append(f"{'M' if number == 0 else 'L'}{spelt[0]} C{' '.join(spelt[1:])}")
    style = {"stroke_dasharray": "5 4"} if edge.role == "fallback" else {}
    return element(
        "path",
        element("title", escape(visible(_told(edge, drawing)))),
        d=" ".join(steps),
        fill="none",
        stroke=_ROUTE if edge.role != "part" else _PART,
        stroke_width=_stroke(edge, drawing),
        stroke_opacity="0.85",
        **style,
    )


def _stroke(edge: Edge, drawing: _Drawing) -> float:
    """Wider with its share; all thinner where they would cover each other."""
    tasks = sum(node.kind == "task_class" for node in drawing.graph.nodes)
    return 1.2 + (2.4 if tasks <= _FEW else 0.8) * edge.share


def _told(edge: Edge, drawing: _Drawing) -> str:
    names = f"{drawing.nodes[edge.source].label} → {drawing.nodes[edge.target].label}"
    if edge.role == "route":
        return f"{names}, {spell_share(edge.share)} of the requests" if edge.share else f"{names}, routed"
    return f"{names}, fallback {edge.position or ''}".rstrip() if edge.role == "fallback" else names


def _side(slot: Slot, drawing: _Drawing, *, far: bool) -> Point:
    """Where a line meets a slot: at its right side if ``far``."""
    return _left(slot, drawing) + (_width(slot, drawing) if far else 0.0), _middle(slot, drawing)


def _left(slot: Slot, drawing: _Drawing) -> float:
    return _MARGIN + drawing.places.lefts[drawing.column_of[slot]]


def _width(slot: Slot, drawing: _Drawing) -> float:
    return drawing.widths[drawing.column_of[slot]]


def _middle(slot: Slot, drawing: _Drawing) -> float:
    return drawing.top + drawing.places.middles[slot]


def _legend(x: float, y: float) -> Iterator[str]:
    samples = (("routed, wider with its share", _ROUTE, 3.0, ""), ("fallback", _ROUTE, 1.2, "5 4"))
    for said, color, width, dashes in (*samples, ("runs on, goes through", _PART, 1.2, "")):
        yield line((x, y - 4), (x + 26, y - 4), color, width=width, dashes=dashes)
        yield label((x + 32, y), said, PRINT.muted)
        x += 32 + text_width(said) + 18
    yield _sign((x + 7, y - 4), _ALONE, filled=True)
    yield label((x + 19, y), "single point of failure", PRINT.muted)
    x += 19 + text_width(_SINGLE) + 18
    yield _sign((x + 7, y - 4), _CAUTION, filled=False)
    yield label((x + 19, y), "no fallback", PRINT.muted)

"""The dependency graph on a terminal: largest single points, then each task class."""

from collections import defaultdict
from collections.abc import Iterator

from multillm_gov.rendering.graphs.drawing.bounding import bound
from multillm_gov.rendering.plain.escaping import encodable, visible
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.sections import section
from multillm_gov.rendering.plain.width import wrap
from multillm_gov.risk.system.graph import KIND_WORDS, Edge, Graph, Node
from multillm_gov.units import format_share

ENDINGS = (".txt",)
MEDIA_TYPE = "text/plain"
MOST = 40
"""Task classes whose tree is told."""
_WIDTH = 80


def render(graph: Graph, *, width: int = _WIDTH, color: bool = False) -> bytes:
    """UTF-8 text; ``!`` and the words mark what takes something down alone."""
    painter = Painter(color)
    title = [painter(line, "bold") for line in wrap(visible(graph.title), width)]
    lines = [*title, *wrap(visible(graph.summary), width), ""]
    for part in graph.sections:
        lines += section(part, painter, width)
    lines += _trees(bound(graph, MOST), width)
    return encodable("\n".join(lines).rstrip("\n")).encode() + b"\n"


def _trees(graph: Graph, width: int) -> Iterator[str]:
    """Task classes, most value first: their models, and once for each model its dependencies."""
    nodes = {node.id: node for node in graph.nodes}
    below: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        below[edge.source].append(edge)
    yield "Dependencies"
    yield "─" * 18
    told: set[str] = set()
    for node in graph.nodes:
        if node.kind == "task_class":
            yield from _branch(node, "", below, nodes, told, width=width)


def _branch(
    node: Node,
    said: str,
    below: dict[str, list[Edge]],
    nodes: dict[str, Node],
    told: set[str],
    depth: int = 0,
    *,
    width: int,
) -> Iterator[str]:
    single = "! " if "single point of failure" in node.marks else ""
    caption = ", ".join(part for part in (said or KIND_WORDS[node.kind], *node.marks) if part)
    again = node.id in told and bool(below.get(node.id))
    text = f"{single}{visible(node.label)} ({caption}){', as above' if again else ''}"
    for index, line in enumerate(wrap(text, max(width - 2 * depth - 2, 20))):
        yield f"{'  ' * depth}{'  ' if index else ''}{line}"
    if again:
        return
    told.add(node.id)
    for edge in sorted(below.get(node.id, ()), key=lambda edge: _place(edge, nodes)):
        yield from _branch(
            nodes[edge.target], _how(edge), below, nodes, told, depth + 1, width=width
        )


def _place(edge: Edge, nodes: dict[str, Node]) -> tuple[int, float, int, str]:
    rank = ("route", "fallback", "part").index(edge.role)
    return rank, -edge.share, edge.position, nodes[edge.target].label


def _how(edge: Edge) -> str:
    if edge.role == "route":
        return f"routed, {format_share(edge.share)}" if edge.share else "routed"
    return f"fallback {edge.position or ''}".strip() if edge.role == "fallback" else ""

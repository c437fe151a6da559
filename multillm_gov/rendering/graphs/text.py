"""The dependency graph on a terminal: largest single points, then each task class."""

from collections import defaultdict
from collections.abc import Iterator

from multillm_gov.rendering.graphs.drawing.bounding import bound
from multillm_gov.rendering.plain.escaping import encodable, visible, without_commands
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.sections import section
from multillm_gov.rendering.plain.width import wrap
from multillm_gov.risk.system.graph import KIND_WORDS, Edge, Graph, Node
from multillm_gov.units import format_share

ENDINGS = (".txt",)
MEDIA_TYPE = "text/plain"
MOST = 40
"""Task classes whose tree is drawn."""
_WIDTH = 80


def render(graph: Graph, *, width: int = _WIDTH, color: bool = False) -> bytes:
    """UTF-8 text; ``!`` and the words mark what takes something down alone."""
    painter = Painter(color)
    title = [painter(line, "bold") for line in wrap(visible(graph.title), width)]
    lines = [*title, *wrap(visible(graph.summary), width), ""]
    for part in graph.sections:
        lines += section(part, painter, width)
    lines += _trees(bound(graph, MOST), width)
    text = without_commands("\n".join(lines).rstrip("\n"))
    return encodable(text).encode() + b"\n"


def _trees(graph: Graph, width: int) -> Iterator[str]:
    """Task classes, most value first: their models, and once for each model its dependencies."""
    yield "Dependencies"
    yield "─" * 18
    trees = _Trees(graph, width)
    for node in graph.nodes:
        if node.kind == "task_class":
            yield from trees.branch(node)


class _Trees:
    """Draws trees; what stands in an earlier one is not drawn again."""

    def __init__(self, graph: Graph, width: int) -> None:
        self._nodes = {node.id: node for node in graph.nodes}
        self._below: defaultdict[str, list[Edge]] = defaultdict(list)
        for edge in graph.edges:
            self._below[edge.source].append(edge)
        self._drawn: set[str] = set()
        self._width = width

    def branch(self, node: Node, role: str = "", depth: int = 0) -> Iterator[str]:
        """A node and what it depends on; ``role``: how the node above it uses it."""
        single = "! " if "single point of failure" in node.marks else ""
        caption = ", ".join(part for part in (role or KIND_WORDS[node.kind], *node.marks) if part)
        again = node.id in self._drawn and bool(self._below.get(node.id))
        text = f"{single}{visible(node.label)} ({caption}){', as above' if again else ''}"
        for index, line in enumerate(wrap(text, max(self._width - 2 * depth - 2, 20))):
            yield f"{'  ' * depth}{'  ' if index else ''}{line}"
        if again:
            return
        self._drawn.add(node.id)
        edges = self._below.get(node.id, ())
        for edge in sorted(edges, key=lambda edge: _place(edge, self._nodes)):
            yield from self.branch(self._nodes[edge.target], _how(edge), depth + 1)


def _place(edge: Edge, nodes: dict[str, Node]) -> tuple[int, float, int, str]:
    rank = ("route", "fallback", "part").index(edge.role)
    return rank, -edge.share, edge.position, nodes[edge.target].label


def _how(edge: Edge) -> str:
    if edge.role == "route":
        return f"routed, {format_share(edge.share)}" if edge.share else "routed"
    return f"fallback {edge.position or ''}".strip() if edge.role == "fallback" else ""

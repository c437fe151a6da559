"""What elements of a drawing are placed by: the columns, their widths and the room between them."""

from itertools import pairwise

from msgspec import Struct

from multillm_gov.rendering.charts.svg import text_width
from multillm_gov.rendering.graphs.drawing.columns import Columns, Slot, arrange
from multillm_gov.rendering.graphs.drawing.places import Places, place
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.risk.system.graph import KIND_WORDS, Graph, Node

MARGIN = 16.0
SMALL = 10.0
"""Text size of the second line of a node."""
GUTTER = 64.0
FEW = 12
"""Lines between two columns, or task classes, that need no more room than the least."""
_BUSY_GUTTER = 240.0
_WIDEST = 320.0


class Plan(Struct, frozen=True):
    """A graph with a place for each of its nodes."""

    graph: Graph
    nodes: dict[str, Node]
    columns: Columns
    column_of: dict[Slot, int]
    widths: tuple[float, ...]
    places: Places
    top: float
    """Where the columns start."""

    @property
    def width(self) -> float:
        """From the first column's left edge to the last one's right edge."""
        return self.places.lefts[-1] + self.widths[-1] if self.widths else 0.0

    def left(self, slot: Slot) -> float:
        """Left edge of a node or gap."""
        return MARGIN + self.places.lefts[self.column_of[slot]]

    def right(self, slot: Slot) -> float:
        """Its right edge."""
        return self.left(slot) + self.widths[self.column_of[slot]]

    def middle(self, slot: Slot) -> float:
        """Its middle from above."""
        return self.top + self.places.middles[slot]


def plan(graph: Graph, top: float) -> Plan:
    """Places for everything in a graph that is bounded."""
    nodes = {node.id: node for node in graph.nodes}
    columns = arrange(graph)
    column_of = {slot: number for number, column in enumerate(columns.slots) for slot in column}
    widths = tuple(
        min(
            max((_breadth(nodes[slot]) for slot in column if isinstance(slot, str)), default=0.0),
            _WIDEST,
        )
        for column in columns.slots
    )
    places = place(columns, widths, _gutters(columns, column_of))
    return Plan(graph, nodes, columns, column_of, widths, places, top)


def caption(node: Node) -> str:
    """What it is, and its marks in words: color and shape say nothing to many readers."""
    return " · ".join([KIND_WORDS[node.kind], *node.marks])


def _breadth(node: Node) -> float:
    return max(text_width(visible(node.label)) * 1.06, text_width(caption(node), SMALL)) + 34


def _gutters(columns: Columns, column_of: dict[Slot, int]) -> list[float]:
    """Room between a column and the next: more where many lines run."""
    lines = [0] * len(columns.slots)
    for route in columns.routes:
        for start, end in pairwise(route):
            if column_of[end] > column_of[start]:
                lines[column_of[start]] += 1
    return [min(GUTTER + 2 * max(count - FEW, 0), _BUSY_GUTTER) for count in lines]

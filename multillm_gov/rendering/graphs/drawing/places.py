"""Coordinates of a layered drawing: boxes in columns, level with their neighbors."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from multillm_gov.rendering.charts.svg import text_width
from multillm_gov.rendering.graphs.drawing.columns import Columns, Slot, arrange
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
BOX = 36.0
"""Height of a node."""
_GAP = 8.0
_LANE = 10.0
"""Height kept free for an edge that runs through a column."""
_ROUNDS = 6


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


class SlotPlaces(Struct, frozen=True):
    """Middle of each slot (y), left edge of each column (x), and the height of it all."""

    middles: dict[Slot, float]
    lefts: tuple[float, ...]
    height: float


class Plan(Struct, frozen=True):
    """A graph with a place for each of its nodes."""

    graph: Graph
    nodes: dict[str, Node]
    columns: Columns
    column_of: dict[Slot, int]
    widths: tuple[float, ...]
    places: SlotPlaces
    top: float
    """Where the columns start."""

    @property
    def width(self) -> float:
        """From the first column's left edge to the last one's right edge."""
        return self.places.lefts[-1] + self.widths[-1] if self.widths else 0.0

    def left(self, position: Slot) -> float:
        """Left edge of a node or gap."""
        return MARGIN + self.places.lefts[self.column_of[position]]

    def right(self, position: Slot) -> float:
        """Its right edge."""
        return self.left(position) + self.widths[self.column_of[position]]

    def middle(self, position: Slot) -> float:
        """Its middle from above."""
        return self.top + self.places.middles[position]


def plan(graph: Graph, top: float) -> Plan:
    """Places for everything in a graph that is bounded."""
    nodes = {node.id: node for node in graph.nodes}
    columns = arrange(graph)
    column_of = {
        position: number for number, column in enumerate(columns.slots) for position in column
    }
    widths = tuple(
        min(
            max(
                (_breadth(nodes[position]) for position in column if isinstance(position, str)),
                default=0.0,
            ),
            _WIDEST,
        )
        for column in columns.slots
    )
    places = place(columns, widths, _gutters(columns, column_of))
    return Plan(graph, nodes, columns, column_of, widths, places, top)


def place(columns: Columns, widths: Sequence[float], gutters: Sequence[float]) -> SlotPlaces:
    """Places for columns of given widths with a gutter after each."""
    height = max((sum(map(_tall, column)) for column in columns.slots), default=0.0)
    beside: defaultdict[Slot, list[Slot]] = defaultdict(list)
    for route in columns.routes:
        for left, right in pairwise(route):
            beside[left].append(right)
            beside[right].append(left)
    middles: dict[Slot, float] = {}
    for column in columns.slots:
        middles.update(_packed(column, (height - sum(map(_tall, column))) / 2))
    for _ in range(_ROUNDS):
        for column in columns.slots:
            wanted = [_wanted(position, beside, middles) for position in column]
            middles.update(zip(column, _level(column, wanted, height), strict=True))
    lefts, x = [], 0.0
    for width, gutter in zip(widths, gutters, strict=True):
        lefts.append(x)
        x += width + gutter
    return SlotPlaces(middles, tuple(lefts), height)


def _tall(position: Slot) -> float:
    return BOX + _GAP if isinstance(position, str) else _LANE


def _packed(column: Sequence[Slot], top: float) -> dict[Slot, float]:
    middles = {}
    for position in column:
        middles[position] = top + _tall(position) / 2
        top += _tall(position)
    return middles


def _wanted(position: Slot, beside: dict[Slot, list[Slot]], middles: dict[Slot, float]) -> float:
    touched = [middles[other] for other in beside[position]]
    return sum(touched) / len(touched) if touched else middles[position]


def _level(column: Sequence[Slot], wanted: Sequence[float], height: float) -> list[float]:
    """As near to the wanted middles as order and height allow: pushed down, then back up."""
    middles = []
    edge = 0.0
    for position, middle in zip(column, wanted, strict=True):
        half = _tall(position) / 2
        middles.append(max(middle, edge + half))
        edge = middles[-1] + half
    edge = height
    for index in range(len(column) - 1, -1, -1):
        half = _tall(column[index]) / 2
        middles[index] = min(middles[index], edge - half)
        edge = middles[index] - half
    return middles

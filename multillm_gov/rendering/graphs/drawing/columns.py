"""The column of each node, its order, and the gaps through which long edges run."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from multillm_gov.risk.system.graph import Edge, Graph, Node, NodeKind

COLUMNS: dict[NodeKind, int] = {
    "everything": 0,
    "gateway": 0,
    "dependency": 0,
    "task_class": 1,
    "model": 2,
    "deployment": 2,
    "provider": 3,
    "vendor": 3,
    "cloud": 4,
    "jurisdiction": 4,
    "region": 5,
}
"""Left to right as requests go; what all of a task class's requests go through stands before it."""
_SWEEPS = 12

Slot = str | tuple[int, int]
"""A node by its id, or the gap that an edge (by its number) runs through in a column."""


class Columns(Struct, frozen=True):
    """Slots of each column from top to bottom, and the slots each edge runs through."""

    slots: tuple[tuple[Slot, ...], ...]
    routes: tuple[tuple[Slot, ...], ...]


def arrange(graph: Graph) -> Columns:
    """Columns with few crossings, by repeated sweeps (Sugiyama's method).

    Empty columns are left out; the same graph gives the same columns.
    """
    places = _places(graph)
    routes = tuple(_route(number, edge, places) for number, edge in enumerate(graph.edges))
    columns: list[list[Slot]] = [[] for _ in range(max(places.values(), default=-1) + 1)]
    for node in graph.nodes:
        columns[places[node.id]].append(node.id)
    beside: defaultdict[Slot, list[Slot]] = defaultdict(list)
    for edge, route in zip(graph.edges, routes, strict=True):
        step = 1 if places[edge.target] > places[edge.source] else -1
        for offset, position in enumerate(route[1:-1], 1):
            columns[places[edge.source] + step * offset].append(position)
        for left, right in pairwise(route):
            beside[left].append(right)
            beside[right].append(left)
    for sweep in range(_SWEEPS):
        order = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for number in order:
            _settle(columns[number], columns[number - 1 if sweep % 2 == 0 else number + 1], beside)
    return Columns(tuple(tuple(column) for column in columns), routes)


def _places(graph: Graph) -> dict[str, int]:
    """Column of each node, without empty ones; what only some models use stands behind them."""
    kinds = {node.id: node.kind for node in graph.nodes}
    behind = {
        edge.target
        for edge in graph.edges
        if COLUMNS[kinds[edge.target]] == 0 and kinds[edge.source] != "task_class"
    }
    wanted = {node.id: _wanted(node, behind) for node in graph.nodes}
    used = {column: rank for rank, column in enumerate(sorted(set(wanted.values())))}
    return {name: used[column] for name, column in wanted.items()}


def _wanted(node: Node, behind: Iterable[str]) -> int:
    return 5 if node.id in behind else COLUMNS[node.kind]


def _route(number: int, edge: Edge, places: dict[str, int]) -> tuple[Slot, ...]:
    start, end = places[edge.source], places[edge.target]
    step = 1 if end > start else -1
    gaps = [(number, column) for column in range(start + step, end, step)]
    return (edge.source, *gaps, edge.target)


def _settle(column: list[Slot], fixed: Sequence[Slot], beside: dict[Slot, list[Slot]]) -> None:
    """Order a column by the mean place of its slots' neighbors in the fixed one."""
    place = {position: index for index, position in enumerate(fixed)}
    scale = len(fixed) / max(len(column), 1)

    def middle(ranked: tuple[int, Slot]) -> float:
        touched = [place[position] for position in beside[ranked[1]] if position in place]
        return sum(touched) / len(touched) if touched else ranked[0] * scale

    column[:] = [position for _, position in sorted(enumerate(column), key=middle)]

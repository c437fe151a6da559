"""Why something hangs on something: the ways through the dependency graph."""

from collections.abc import Iterable
from itertools import islice, pairwise

from multillm_gov.risk.system.graph import Edge, Graph

MOST_PATHS = 50
"""Ways told; the shortest."""
_LONGEST = 8
"""Edges of a way: more than there are kinds on it."""


def paths(graph: Graph, source: str, target: str) -> tuple[tuple[Edge, ...], ...]:
    """Ways from a node to another as edges, by their ids: routes before fallbacks, the shortest first.

    Raises:
        KeyError: there is no such node.
    """
    import networkx as nx  # a fifth of a second, for this question only

    edges: dict[tuple[str, str], Edge] = {}
    for edge in graph.edges:
        known = edges.get((edge.source, edge.target))
        if known is None or _weight((edge,)) < _weight((known,)):
            edges[edge.source, edge.target] = edge
    drawn = nx.DiGraph()
    drawn.add_nodes_from(node.id for node in graph.nodes)
    drawn.add_edges_from(edges)
    if source not in drawn or target not in drawn:
        raise KeyError(target if source in drawn else source)
    # What cannot reach the target is left out first, so that every step of the search leads there.
    drawn = drawn.subgraph({target, *nx.ancestors(drawn, target)})
    if source not in drawn:
        return ()
    found = islice(nx.all_simple_paths(drawn, source, target, cutoff=_LONGEST), 10 * MOST_PATHS)
    ways = [tuple(edges[step] for step in pairwise(way)) for way in found]
    return tuple(sorted(ways, key=_weight)[:MOST_PATHS])


def _weight(way: Iterable[Edge]) -> tuple[object, ...]:
    way = tuple(way)
    first = way[0]
    rank = {"route": 0, "fallback": 1, "part": 2}[first.role]
    return rank, -first.share, first.position, len(way), tuple(edge.target for edge in way)

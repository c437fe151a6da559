"""The dependency graph as plain nouns for any format: what depends on what, and how much."""

from collections.abc import Iterable
from itertools import islice, pairwise
from typing import Literal

from msgspec import Struct

from multillm_gov.errors import missing_extra
from multillm_gov.report import Section
from multillm_gov.risk.system.system import Kind, System
from multillm_gov.units import format_share

MOST_PATHS = 50
"""Paths shown; the shortest."""
_LONGEST = 8
"""Edges of a way: more than there are kinds on it."""


NodeKind = Kind | Literal["task_class", "model"]
KIND_WORDS: dict[NodeKind, str] = {
    "task_class": "task class",
    "model": "model",
    "everything": "common cause",
    "gateway": "gateway",
    "dependency": "dependency",
    "jurisdiction": "jurisdiction",
    "vendor": "vendor",
    "cloud": "cloud",
    "region": "region",
    "provider": "provider",
    "deployment": "model",
}
"""Kinds in words: a deployment is one model at one provider, and drawn as the model it is."""
Role = Literal["route", "fallback", "part"]
"""A routed model, a fallback, or something that a node is part of, runs on or goes through."""
Mark = Literal["single point of failure", "no fallback"]
"""``no fallback`` marks a task class; ``single point of failure`` what takes one down alone."""


class Node(Struct, frozen=True, kw_only=True):
    """A task class, a model, or a component; or several of one kind drawn as one."""

    id: str
    """``task_class:crm``, ``model:openai/gpt-5``, ``cloud:AWS``: unique in a graph."""
    kind: NodeKind
    label: str
    marks: tuple[Mark, ...] = ()
    note: str = ""
    """Figures in words, a line."""
    value_per_hour: float = 0.0
    """Value at stake of a task class, else what it takes down alone; portfolio's currency."""
    stands_for: int = 1
    """Nodes drawn as this one."""


class Edge(Struct, frozen=True, kw_only=True):
    """The source depends on the target."""

    source: str
    target: str
    role: Role = "part"
    share: float = 0.0
    """Of the source's requests (0..1), on a route."""
    position: int = 0
    """Place in the order fallbacks are tried, from 1."""


class Graph(Struct, frozen=True, kw_only=True):
    """A portfolio's dependencies."""

    title: str
    summary: str
    """What it shows, in a sentence with figures: the alternative text of a drawing."""
    currency: str
    nodes: tuple[Node, ...]
    """By layer, those that take down the most value first, then by name."""
    edges: tuple[Edge, ...]
    """By source and target."""
    sections: tuple[Section, ...] = ()
    """The figures in words and tables, for formats that show them."""
    data: dict[str, object] = {}
    """The same figures as data, for formats that programs read."""


def paths(graph: Graph, source: str, target: str) -> tuple[tuple[Edge, ...], ...]:
    """Paths between two nodes as edge ids: routes before fallbacks, the shortest first.

    Raises:
        KeyError: there is no such node.
        MissingExtraError: the extra `risk` is not installed.
    """
    try:
        import networkx as nx  # a fifth of a second, for this question only
    except ImportError as error:
        raise missing_extra("Finding paths", "networkx", "risk") from error

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
    result = islice(nx.all_simple_paths(drawn, source, target, cutoff=_LONGEST), 10 * MOST_PATHS)
    ways = [tuple(edges[step] for step in pairwise(way)) for way in result]
    return tuple(sorted(ways, key=_weight)[:MOST_PATHS])


def _weight(way: Iterable[Edge]) -> tuple[object, ...]:
    way = tuple(way)
    first = way[0]
    rank = {"route": 0, "fallback": 1, "part": 2}[first.role]
    return rank, -first.share, first.position, len(way), tuple(edge.target for edge in way)


def shortfall_words(system: System) -> str:
    """How far figures of joint outages may be too low; empty where every beta is met."""
    if not system.shared_shortfall:
        return ""
    return (
        "the declared betas cannot all hold: deployments of one vendor and provider on two clouds "
        f"share up to {format_share(system.shared_shortfall)} less than declared, so their "
        "joint outages are understated by up to as much"
    )

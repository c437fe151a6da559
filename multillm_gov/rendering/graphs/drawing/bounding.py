"""Bounding: of each kind the largest nodes are drawn, the others as one."""

from collections import Counter

from msgspec.structs import replace

from multillm_gov.risk.system.graph import KIND_WORDS, Edge, Graph, Mark, Node, NodeKind
from multillm_gov.words import count_of


def bound(graph: Graph, most: int) -> Graph:
    """The graph with at most ``most`` nodes of each kind; marked and large ones stay."""
    ranked = sorted(
        graph.nodes,
        key=lambda node: ("single point of failure" not in node.marks, -node.value_per_hour),
    )
    seen: Counter[NodeKind] = Counter()
    total = Counter(node.kind for node in graph.nodes)
    merged: dict[NodeKind, list[Node]] = {}
    for node in ranked:
        seen[node.kind] += 1
        if total[node.kind] > most and seen[node.kind] >= most:
            merged.setdefault(node.kind, []).append(node)
    if not merged:
        return graph
    others = {kind: _as_one(kind, nodes) for kind, nodes in merged.items()}
    standing = {node.id: others[kind].id for kind, nodes in merged.items() for node in nodes}
    kept_nodes = [node for node in graph.nodes if node.id not in standing]
    edges = {_moved(edge, standing) for edge in graph.edges}
    return replace(
        graph,
        nodes=(*kept_nodes, *others.values()),
        edges=tuple(
            sorted(edges, key=lambda edge: (edge.source, edge.target, edge.role, edge.position))
        ),
    )


def _as_one(kind: NodeKind, nodes: list[Node]) -> Node:
    marks: set[Mark] = {mark for node in nodes for mark in node.marks}
    return Node(
        id=f"others:{kind}",
        kind=kind,
        label=f"{count_of(len(nodes), 'other ' + KIND_WORDS[kind])}",
        marks=tuple(sorted(marks)),
        value_per_hour=sum(node.value_per_hour for node in nodes) if kind == "task_class" else 0.0,
        stands_for=len(nodes),
    )


def _moved(edge: Edge, standing: dict[str, str]) -> Edge:
    """The edge between what is drawn; shares and places of several edges in one are not told."""
    if edge.source not in standing and edge.target not in standing:
        return edge
    source, target = standing.get(edge.source, edge.source), standing.get(edge.target, edge.target)
    return Edge(source=source, target=target, role=edge.role)

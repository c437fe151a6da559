"""The dependency graph as a Mermaid flowchart for Markdown."""

from collections.abc import Iterator

from multillm_gov.rendering.graphs.drawing.bounding import bound
from multillm_gov.rendering.plain.escaping import encodable, visible
from multillm_gov.risk.system.graph import KIND_WORDS, Edge, Graph, Node
from multillm_gov.units import format_share

ENDINGS = (".mmd",)
MEDIA_TYPE = "text/vnd.mermaid"
MOST = 40
"""Nodes of one kind that are drawn first; fewer as long as there are too many edges."""
MOST_EDGES = 450
"""GitHub draws at most 500 edges (Mermaid's ``maxEdges``)."""
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:/_-+%()")
_LONGEST = 80
"""Characters of a label: Mermaid draws at most 50,000 characters in all."""


def render(graph: Graph) -> bytes:
    """UTF-8 Mermaid with an accessible title; single points of failure are hexagons."""
    bounded = _bounded(graph)
    names = {node.id: f"n{number}" for number, node in enumerate(bounded.nodes)}
    lines = [
        "flowchart LR",
        f"  accTitle: {_sentence(graph.title)}",
        f"  accDescr: {_sentence(graph.summary)}",
        *(f"  {names[node.id]}{_shape(node)}" for node in bounded.nodes),
        *(f"  {names[edge.source]} {_arrow(edge)} {names[edge.target]}" for edge in bounded.edges),
        *_classes(bounded, names),
    ]
    return encodable("\n".join(lines)).encode() + b"\n"


def _bounded(graph: Graph) -> Graph:
    most = MOST
    bounded = bound(graph, most)
    while len(bounded.edges) > MOST_EDGES and most > 1:
        most = most * 3 // 4
        bounded = bound(graph, most)
    return bounded


def _shape(node: Node) -> str:
    caption = " · ".join([KIND_WORDS[node.kind], *node.marks])
    text = f'"{_escaped(node.label)}<br/>{_escaped(caption)}"'
    if "single point of failure" in node.marks:
        return f"{{{{{text}}}}}"
    return f"([{text}])" if node.kind == "task_class" else f"[{text}]"


def _arrow(edge: Edge) -> str:
    if edge.role == "route":
        return f'==>|"{format_share(edge.share)}"|' if edge.share else "==>"
    if edge.role == "fallback":
        return f'-.->|"fallback {edge.position}"|' if edge.position else "-.->"
    return "-->"


def _classes(graph: Graph, names: dict[str, str]) -> Iterator[str]:
    """Colors beside shapes and words; legible on light and dark pages."""
    for mark, name, style in (
        ("single point of failure", "single", "stroke:#b3392c,stroke-width:3px"),
        ("no fallback", "alone", "stroke:#d89b1d,stroke-width:2px,stroke-dasharray:4 3"),
    ):
        marked = [names[node.id] for node in graph.nodes if mark in node.marks]
        if marked:
            yield f"  classDef {name} {style}"
            yield f"  class {','.join(marked)} {name}"


def _escaped(text: str) -> str:
    """Everything but letters, digits and harmless signs as a numeric entity."""
    lines = visible(text)
    short = lines if len(lines) <= _LONGEST else f"{lines[: _LONGEST - 1]}…"
    return "".join(char if char in _PLAIN or char in "·…" else f"#{ord(char)};" for char in short)


def _sentence(text: str) -> str:
    """One line of an accessible title, where entities are not read: syntax is removed."""
    return "".join(char for char in visible(text) if char in _PLAIN)

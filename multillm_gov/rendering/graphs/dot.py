"""The dependency graph for Graphviz, which lays it out itself."""

from collections.abc import Iterator

from multillm_gov.rendering.graphs.drawing.bounding import bound
from multillm_gov.rendering.graphs.drawing.columns import COLUMNS
from multillm_gov.rendering.plain.escaping import encodable, visible
from multillm_gov.risk.system.graph import KIND_WORDS, Edge, Graph, Node
from multillm_gov.units import format_share

ENDINGS = (".gv",)
MEDIA_TYPE = "text/vnd.graphviz"
MOST = 200
"""Nodes of one kind that are told; the others are told as one."""


def render(graph: Graph) -> bytes:
    """UTF-8 DOT from left to right; single points of failure are double octagons."""
    bounded = bound(graph, MOST)
    names = {node.id: f"n{number}" for number, node in enumerate(bounded.nodes)}
    lines = [
        "digraph dependencies {",
        "  rankdir=LR;",
        f"  label={_quoted(graph.title)};",
        f"  tooltip={_quoted(graph.summary)};",
        '  node [shape=box, fontname="Helvetica", fontsize=11];',
        '  edge [fontname="Helvetica", fontsize=9];',
        *(f"  {names[node.id]} [{_attributes(node)}];" for node in bounded.nodes),
        *_ranks(bounded, names),
        *(
            f"  {names[edge.source]} -> {names[edge.target]}{_style(edge)};"
            for edge in bounded.edges
        ),
        "}",
    ]
    return encodable("\n".join(lines)).encode() + b"\n"


def _attributes(node: Node) -> str:
    caption = " · ".join([KIND_WORDS[node.kind], *node.marks])
    label = f'"{_escaped(node.label)}\\n{_escaped(caption)}"'
    shape = ", shape=doubleoctagon, penwidth=2" if "single point of failure" in node.marks else ""
    style = ", style=dashed" if "no fallback" in node.marks else ""
    note = f", tooltip={_quoted(node.note)}" if node.note else ""
    return f"label={label}{shape}{style}{note}"


def _ranks(graph: Graph, names: dict[str, str]) -> Iterator[str]:
    """Task classes one below the other, models likewise: the rest follows from the edges."""
    for column in (COLUMNS["task_class"], COLUMNS["model"]):
        same = [names[node.id] for node in graph.nodes if COLUMNS[node.kind] == column]
        if same:
            yield f"  {{rank=same; {'; '.join(same)};}}"


def _style(edge: Edge) -> str:
    if edge.role == "route":
        return (
            f' [label="{format_share(edge.share)}", penwidth=2]' if edge.share else " [penwidth=2]"
        )
    if edge.role == "fallback":
        return f' [label="fallback {edge.position or ""}", style=dashed]'.replace(' "', '"')
    return " [color=gray50]"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """A DOT string has two escapes: the quote and the backslash."""
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')

"""The dependency graph as Markdown: a diagram that GitHub and GitLab draw, and the tables."""

from multillm_gov.rendering.graphs.mermaid import render as render_mermaid
from multillm_gov.rendering.markup.blocks import section
from multillm_gov.rendering.markup.escaping import inline, paragraph
from multillm_gov.rendering.plain.escaping import encodable
from multillm_gov.risk.system.graph import Graph

ENDINGS = (".md",)
MEDIA_TYPE = "text/markdown"


def render(graph: Graph) -> bytes:
    """UTF-8 Markdown; no label can end the diagram's block, since backticks are entities in it."""
    parts = [f"# {inline(graph.title)}\n\n{paragraph(graph.summary)}\n\n"]
    parts.append(f"```mermaid\n{render_mermaid(graph).decode()}```\n\n")
    parts += [section(part, 2) for part in graph.sections]
    return encodable("".join(parts).rstrip("\n")).encode() + b"\n"

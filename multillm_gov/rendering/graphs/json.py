"""The dependency graph and its figures as JSON for programs: all of it, nothing drawn as one."""

import msgspec

from multillm_gov.rendering.formats.json import write_json
from multillm_gov.risk.system.graph import Graph

MEDIA_TYPE = "application/json"
VERSION = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""


def render(graph: Graph) -> bytes:
    """UTF-8, two-space indent: nodes, edges, and every figure of the tables."""
    return write_json(
        {
            "version": VERSION,
            "title": graph.title,
            "summary": graph.summary,
            "currency": graph.currency,
            "nodes": msgspec.to_builtins(graph.nodes),
            "edges": msgspec.to_builtins(graph.edges),
            **graph.data,
        }
    )

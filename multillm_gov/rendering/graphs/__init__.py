"""The dependency graph: one module per format with ``render(graph) -> bytes``."""

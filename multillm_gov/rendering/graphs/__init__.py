"""The dependency graph in every format: one file each with ``render(graph) -> bytes``, found by presence."""

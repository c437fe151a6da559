"""One output format per module: ``render(report) -> bytes``."""

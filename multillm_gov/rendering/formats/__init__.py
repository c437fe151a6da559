"""One output format per module: ``render(report) -> bytes``, and ``ENDINGS`` of files it writes."""

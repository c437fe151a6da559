"""Charts of a report as SVG: deterministic vectors, text as text, readable without color."""

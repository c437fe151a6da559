"""Plain text: escaping, display width, source excerpts, aligned tables, charts as tables."""

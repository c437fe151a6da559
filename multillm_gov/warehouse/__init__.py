"""The aggregation engine: embedded by default; elsewhere the same query in the engine's dialect."""

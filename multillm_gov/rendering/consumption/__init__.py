"""Usage for other tools: one format a file, found by presence; each has ``render``."""

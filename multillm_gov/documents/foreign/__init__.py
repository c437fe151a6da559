"""YAML of other programs, read as their loaders read it."""

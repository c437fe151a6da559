"""Exports that incident histories are read from: one file, one format, found by presence."""

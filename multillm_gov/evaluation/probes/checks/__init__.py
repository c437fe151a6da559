"""Checks of probes, one a file, found by presence."""

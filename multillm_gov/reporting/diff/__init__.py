"""The report of a comparison of two states."""

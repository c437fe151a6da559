"""Scorers, one file each, found by presence: how an answer becomes a score (0..1)."""

"""Prices by billed unit: reading, declaring, plausibility."""

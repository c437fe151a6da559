"""Semantic comparison of two portfolios: typed changes with their effect."""

"""Retirement dates, successors and how sure both are."""

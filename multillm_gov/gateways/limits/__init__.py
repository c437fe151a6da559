"""Limits that providers keep themselves: one file per provider, found by presence."""

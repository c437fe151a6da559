"""Kinds of shocks, one file each."""

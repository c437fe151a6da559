"""Trials: what to call, what an answer shows, and the verdict; clients are handed in."""

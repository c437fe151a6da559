"""Probes of a model: calls, checks, verdicts."""

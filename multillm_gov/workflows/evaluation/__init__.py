"""Probes, benchmarks and drills, step by step."""

"""Probes, benchmarks and drills: plan, run through a given client, judge."""

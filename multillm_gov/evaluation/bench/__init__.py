"""Benchmark cases: plan, run, scores, comparisons."""

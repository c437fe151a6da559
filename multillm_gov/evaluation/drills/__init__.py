"""Failover drills: plan, run, verdicts."""

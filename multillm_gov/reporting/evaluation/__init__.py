"""Reports of probes, benchmarks and drills."""

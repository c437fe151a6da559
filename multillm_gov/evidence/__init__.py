"""Records of benchmarks, dry-runs, drills and incidents, with dates and sample sizes."""

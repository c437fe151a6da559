"""What trials showed: benchmark and dry-run records with date and sample size."""

"""What a reader is told: assessments and comparisons turned into format-neutral reports."""

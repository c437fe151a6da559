"""What was really consumed: actual spend by month, task class or owner."""

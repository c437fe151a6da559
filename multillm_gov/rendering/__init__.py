"""From a report to bytes: formats, and what they share."""

"""The public, versioned shape of a report as data."""

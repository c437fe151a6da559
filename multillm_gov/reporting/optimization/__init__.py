"""What `govern optimize` reports."""

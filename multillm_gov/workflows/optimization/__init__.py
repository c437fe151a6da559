"""What `govern optimize` does."""

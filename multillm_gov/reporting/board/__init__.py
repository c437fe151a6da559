"""The board pack."""

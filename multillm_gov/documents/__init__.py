"""Text turned into plain data that remembers its place."""

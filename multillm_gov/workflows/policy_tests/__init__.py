"""Running the cases that a portfolio keeps for its own policies."""

"""One limit after the other: the smallest shock of a kind that breaks it, in closed form or by exact search."""

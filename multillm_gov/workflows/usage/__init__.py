"""``govern usage``: import feeds, and answer from them."""

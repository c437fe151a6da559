"""How an answer becomes a score (0..1): one file a kind, found by presence; helpers of a score live elsewhere."""

"""Custom policies: what their expressions may read, how they are checked and evaluated."""

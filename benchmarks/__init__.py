"""How fast `govern` is, as ratios against named peers measured in the same run."""

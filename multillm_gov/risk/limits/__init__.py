"""The register of limits: every limit of the board with a number, and where each stands."""

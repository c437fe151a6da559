"""The diversification claim on a table of scores and costs, set up so that it can fail (method 6.3)."""

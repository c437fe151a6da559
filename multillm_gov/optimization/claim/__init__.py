"""The diversification claim on a table of scores and costs, so that it can fail (method 6.5)."""

"""Shocks applied to a portfolio: what fails, what it costs."""

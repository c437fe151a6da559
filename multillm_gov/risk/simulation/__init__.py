"""Simulated years: outages, expenses and their distribution."""

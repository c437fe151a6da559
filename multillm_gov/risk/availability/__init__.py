"""Unavailability, importance and single points of failure."""

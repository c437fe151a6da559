"""Kinds of shocks, one module each: ``strains(shock, aims, context)`` says what such a shock does to what it hits."""

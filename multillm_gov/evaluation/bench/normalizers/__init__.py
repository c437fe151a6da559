"""Normalizers, one a file, found by presence: what may be done to an answer before it is read as JSON."""

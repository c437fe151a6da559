"""Normalizers, one file each, found by presence: how an answer is cleaned before parsing."""

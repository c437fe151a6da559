"""Workflows about a gateway's own files: lint, import, shadow models."""

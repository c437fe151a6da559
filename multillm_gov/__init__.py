"""Governance as code for a company's multi-LLM portfolio."""

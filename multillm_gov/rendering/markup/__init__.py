"""Markdown: escaping, tables, findings, and keeping a comment within its host's limit."""

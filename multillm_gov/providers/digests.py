"""Digests of calls: what makes two requests the same, and in what two that differ do so."""

import msgspec

from multillm_gov.documents.canonical import digest
from multillm_gov.evaluation.client import Call

PARTS: dict[str, tuple[str, ...]] = {
    "model": ("model",),
    "mode": ("mode", "stream"),
    "prompt": ("messages", "inputs"),
    "output schema": ("output_schema",),
    "settings": ("max_output_tokens", "temperature"),
}
"""Fields of a call by their names for people; the timeout does not make another request."""


def part_digests(call: Call) -> dict[str, str]:
    """SHA-256 (hex) of each part of a call."""
    plain = msgspec.to_builtins(call)
    return {word: digest([plain[field] for field in fields]) for word, fields in PARTS.items()}


def call_digest(parts: dict[str, str]) -> str:
    """SHA-256 (hex) of a whole call, from those of its parts."""
    return digest(parts)

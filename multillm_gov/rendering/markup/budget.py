"""Keeping a comment within its host's limit: whole pieces are dropped and counted."""

from collections import Counter

from msgspec import Struct

from multillm_gov.words import count_of, join_words

_NOTE = 400
"""Room kept for the sentence that says what was left out."""


class TextPart(Struct, frozen=True, kw_only=True):
    """Pieces that stay or go whole, between an opening and a closing."""

    pieces: tuple[str, ...]
    noun: str = ""
    """What one piece is (``finding``, ``section``); empty: it is always kept."""
    opening: str = ""
    closing: str = ""


def assemble(parts: list[TextPart], limit: int | None, command: str) -> str:
    """All parts in order, or as many pieces as fit into ``limit`` characters and a note.

    Args:
        parts: What to say, the most important first.
        limit: Characters the host accepts; ``None``: any number.
        command: What prints everything.
    """
    whole = "".join(_joined(part, part.pieces) for part in parts)
    if limit is None or len(whole) <= limit:
        return whole
    left_out: Counter[str] = Counter()
    room = limit - _NOTE - sum(len(_joined(part, part.pieces)) for part in parts if not part.noun)
    texts = []
    for part in parts:
        kept_names = part.pieces if not part.noun else _fitting(part, room)
        if part.noun:
            room -= len(_joined(part, kept_names))
            left_out[part.noun] += len(part.pieces) - len(kept_names)
        texts.append(_joined(part, kept_names))
    counted = join_words(count_of(number, noun) for noun, number in left_out.items() if number)
    return (
        f"{''.join(texts)}Left out to stay within {limit:,} characters: {counted}. `{command}` "
        "has everything.\n"
    )


def _fitting(part: TextPart, room: int) -> tuple[str, ...]:
    room -= len(part.opening) + len(part.closing)
    kept_names = []
    for piece in part.pieces:
        if len(piece) <= room:
            kept_names.append(piece)
            room -= len(piece)
    return tuple(kept_names)


def _joined(part: TextPart, pieces: tuple[str, ...]) -> str:
    return f"{part.opening}{''.join(pieces)}{part.closing}" if pieces else ""

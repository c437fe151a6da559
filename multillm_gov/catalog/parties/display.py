"""Names for people of vendors, providers, clouds and models, where the portfolio gives none."""

import re
from datetime import date
from functools import cache
from typing import Literal

import msgspec

from multillm_gov.catalog.parties.naming import LONGEST_NAME, canonical_name, take_apart
from multillm_gov.catalog.shipped import shipped_bytes

PartyKind = Literal["vendors", "providers", "clouds"]
_STAMP = re.compile(r"[-@](20\d\d)-?([01]\d)-?([0-3]\d)(?=$|[-:v@])")
_SEPARATORS = re.compile(r"[-_\s/.:@]+(?!\d)|[-_\s/:@]+")
_VERSION = 2
"""Digits of a part of a version: ``4-6`` is 4.6."""
_SIZE = re.compile(r"^\d+(\.\d+)?[bkm]$")


class _Names(msgspec.Struct, frozen=True):
    vendors: dict[str, str]
    providers: dict[str, str]
    clouds: dict[str, str]
    words: dict[str, str]


@cache
def _names() -> _Names:
    return msgspec.json.decode(shipped_bytes("names.json"), type=_Names)


def party_name(kind: PartyKind, identifier: str) -> str:
    """``Amazon Web Services`` of ``aws``; an id that the table lacks with capitals and spaces."""
    table: dict[str, str] = getattr(_names(), kind)
    return table.get(identifier.lower()) or title_of(identifier, every=True)


def title_of(identifier: str, *, every: bool = False) -> str:
    """``Claims triage`` of ``claims-triage``; text that is no identifier stays as it is.

    ``every`` gives each word a capital, as names of companies have.
    """
    parts = [part for part in _SEPARATORS.split(identifier) if part]
    if (
        not parts
        or "@" in identifier
        or (len(parts) > 1 and " " in identifier)
        or not identifier.isascii()
    ):
        return identifier
    if len(parts) == 1 and not parts[0].islower():
        return identifier
    known = _names().words
    spelled = [known.get(part.lower(), part) for part in parts]
    return " ".join(
        word if word != part else word[:1].upper() + word[1:] if every or not index else word
        for index, (word, part) in enumerate(zip(spelled, parts, strict=True))
    )


def model_title(name: str) -> tuple[str, date | None]:
    """The model's own name for people, and the day of a dated snapshot.

    ``openai/gpt-5.4-2026-03-05`` is ``GPT-5.4`` of 5 March 2026.
    """
    parts = take_apart(name)
    own = canonical_name(parts.base, parts.provider)
    stamp = _day(_STAMP.search(name[:LONGEST_NAME]))
    words = [part for part in re.split(r"[-_\s/:@]+", own) if part]
    known = _names().words
    title = ""
    for word in words:
        spelled = known.get(word.lower()) or (
            word.upper() if _SIZE.match(word) else word[:1].upper() + word[1:]
        )
        if re.match(r"^o\d", word):
            spelled = word
        joint = "-" if title in {"GPT", "GLM", "DALL"} else " " if title else ""
        if title[-1:].isdigit() and word.isdigit() and len(word) <= _VERSION:
            joint = "."
        title = f"{title}{joint}{spelled}"
    return title or own or name, stamp


def _day(match: "re.Match[str] | None") -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None

"""Keys, tokens and passwords in governed files, reported without being repeated."""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from string import ascii_letters, digits

from msgspec import Struct

from multillm_gov.documents.document import SourceFile, Text
from multillm_gov.documents.secrets.shapes import (
    AZURE,
    SHAPES,
    is_stand_in,
    looks_chosen,
    looks_random,
)
from multillm_gov.location import Location

MOST_SECRETS = 10_000
"""Found in one portfolio; the search ends there."""
_BATCH_BYTES = 1 << 20
_SHORTEST = 16
"""Bytes of the shortest key of any shape."""
_WORDS_FOR_IT = frozenset({b"pass", b"password", b"passwd", b"pwd", b"secret", b"token", b"pw"})
_INSIDE = (ascii_letters + digits + "_-").encode()
_WORDS = bytes(byte if byte in _INSIDE + b"./+=~" else 32 for byte in range(256))
_AFTER_NAME = (
    rb"[a-z0-9_-]{0,24}[\"'`]?[ \t]{0,3}(?:=>|:=|[:=]|is )[ \t]{0,3}[\"'`]?(?:bearer |basic )?"
    rb"([^\s\"'`,;<>(){}\[\]|\\]{8,512})"
)
_NAMES_OF_KEYS = (b"key", b"token", b"secret", b"credential", b"authorization")
_NAMES_OF_PASSWORDS = (b"password", b"passwd", b"passphrase", b"pwd")
_BEARER = rb" ([a-z0-9_.~+/=-]{16,2000})"
_IN_URL = rb"://[^\s/:@\"'<>]{0,100}:([^\s/@\"'<>]{3,200})@[A-Za-z0-9\[]"
_PEM = rb"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
_PEM_LONGEST = 20_000
_PEM_LINE = rb"[A-Za-z0-9+/]{20,}"


class Secret(Struct, frozen=True, kw_only=True):
    """A secret in a governed file. No output may print ``text``."""

    path: str
    kind: str
    """In words, with an article."""
    location: Location
    """Its line is given with stars in the place of every secret of the file."""
    text: str
    marked: bool
    """Whether a digest of the text gives nothing away: not so for passwords that people chose."""

    @property
    def subject(self) -> str:
        """What a waiver of a false positive names: the path, and a safe digest of the text."""
        mark = (
            sha256(self.text.encode()).hexdigest()[:8]
            if self.marked
            else self.kind.partition(" ")[2]
        )
        return f"{self.path}#{mark}".replace(" ", "-")


class _Span(Struct, frozen=True):
    start: int
    end: int
    kind: str
    marked: bool = True


def find_secrets(files: Iterable[SourceFile]) -> tuple[Secret, ...]:
    """Every secret in the files' bytes, in order, comments included.

    Time is linear in the bytes: all expressions start with a literal and repeat boundedly.
    """
    secrets: list[Secret] = []
    for batch in _batches(files):
        if not _is_suspicious(b"\n".join(file.data for file in batch)):
            continue
        for file in batch:
            secrets.extend(_locate(file, _apart(_spans(file.data))))
            if len(secrets) >= MOST_SECRETS:
                return tuple(secrets[:MOST_SECRETS])
    return tuple(secrets)


def _batches(files: Iterable[SourceFile]) -> Iterator[list[SourceFile]]:
    """Small files together, so that ten thousand of them cost no more than their bytes."""
    batch: list[SourceFile] = []
    size = 0
    for file in files:
        batch.append(file)
        size += len(file.data)
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _is_suspicious(data: bytes) -> bool:
    """Whether any secret may be found, by the different long words, which are few."""
    words = {word for word in set(data.translate(_WORDS).split()) if len(word) >= _SHORTEST}
    return any(
        next(spans, None) is not None
        for spans in (
            _shaped(b"\n".join(words)),
            _private_keys(data),
            _in_addresses(data),
            _named(data),
        )
    )


def _spans(data: bytes) -> Iterator[_Span]:
    yield from _private_keys(data)
    yield from _shaped(data)
    yield from _in_addresses(data)
    yield from _named(data)


def _in_addresses(data: bytes) -> Iterator[_Span]:
    for match in re.finditer(_IN_URL, data) if b"://" in data else ():
        if not is_stand_in(match[1]) and match[1].lower() not in _WORDS_FOR_IT:
            yield _Span(*match.span(1), "a password in an address", marked=False)


def _private_keys(data: bytes) -> Iterator[_Span]:
    for match in re.finditer(_PEM, data) if b"-----BEGIN" in data else ():
        end = data.find(b"-----", match.end(), match.end() + _PEM_LONGEST)
        end = end if end >= 0 else min(len(data), match.end() + _PEM_LONGEST)
        if re.search(_PEM_LINE, data[match.end() : end]):
            yield _Span(match.end(), end, "a private key")


def _shaped(data: bytes) -> Iterator[_Span]:
    for shape in SHAPES:
        at = data.find(shape.hint)
        while at >= 0:
            start = _word_start(data, at) if shape is AZURE else at
            match = (
                None
                if start and data[start - 1] in _INSIDE
                else re.compile(shape.pattern).match(data, start)
            )
            if match and not is_stand_in(match[0]) and (not shape.random or looks_random(match[0])):
                yield _Span(*match.span(), shape.kind)
            at = data.find(shape.hint, match.end() if match else at + len(shape.hint))


def _word_start(data: bytes, at: int) -> int:
    word = re.search(rb"[A-Za-z0-9]*\Z", data[max(at - 61, 0) : at])
    return at - len(word[0]) if word else at


def _named(data: bytes) -> Iterator[_Span]:
    """Values that look like secrets, next to names that say they are."""
    low = data.lower()
    for name in (*_NAMES_OF_KEYS, b"bearer"):
        for start, end in _values_after(name, low):
            if looks_random(data[start:end]) and not is_stand_in(data[start:end]):
                yield _Span(start, end, "what looks like a key")
    for name in _NAMES_OF_PASSWORDS:
        for start, end in _values_after(name, low):
            if looks_chosen(data[start:end]) and not is_stand_in(data[start:end]):
                yield _Span(start, end, "what looks like a password", marked=False)


def _values_after(name: bytes, low: bytes) -> Iterator[tuple[int, int]]:
    """Where values after a name stand; only names that occur compile an expression."""
    if name in low:
        for match in re.finditer(name + (_BEARER if name == b"bearer" else _AFTER_NAME), low):
            yield match.span(1)


def _apart(spans: Iterable[_Span]) -> list[_Span]:
    """In order of place, the more telling kind first where two overlap."""
    kept_spans: list[_Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        if kept_spans and span.start < kept_spans[-1].end:
            kept_spans[-1] = _Span(
                kept_spans[-1].start,
                max(kept_spans[-1].end, span.end),
                *_telling(kept_spans[-1], span),
            )
        else:
            kept_spans.append(span)
    return kept_spans


def _telling(span: _Span, other: _Span) -> tuple[str, bool]:
    vague = span.kind.startswith("what looks") and not other.kind.startswith("what looks")
    return (other.kind if vague else span.kind), span.marked and other.marked


def _locate(file: SourceFile, spans: list[_Span]) -> Iterator[Secret]:
    """Secrets with their places; the bytes between two are decoded once."""
    if not spans:
        return
    stars = bytearray(file.data)
    for span in spans:
        for at in range(span.start, span.end):
            if stars[at] not in b"\r\n":
                stars[at] = ord("*")
    text = Text(file.path, stars.decode("utf-8", "replace"))
    offset = at = 0
    for span in spans:
        offset += len(stars[at : span.start].decode("utf-8", "replace"))
        length = len(stars[span.start : span.end].decode("utf-8", "replace"))
        at = span.end
        raw = file.data[span.start : span.end].decode("utf-8", "replace")
        place = text.span(offset, offset + length)
        offset += length
        yield Secret(path=file.path, kind=span.kind, location=place, text=raw, marked=span.marked)

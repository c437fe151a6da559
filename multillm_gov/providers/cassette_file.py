"""The cassette file: read with the bounds that an untrusted file needs, and written."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from multillm_gov.errors import SourceError
from multillm_gov.evaluation.client import Answer, CallFailure
from multillm_gov.providers.digests import PARTS, call_digest
from multillm_gov.vocabulary import CallMode

LARGEST_FILE = 256 * 1024 * 1024
LONGEST_LINE = 8 * 1024 * 1024
"""Bytes; some embeddings of 3,072 numbers fit."""
MOST_ENTRIES = 100_000
_HIGHEST_EXPONENT = 9
_LOWEST_EXPONENT = -30
_LONGEST_CALL = 86_400.0
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class CassetteEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line."""

    format: Literal[1] = 1
    digest: Digest
    model: Annotated[str, Meta(max_length=300)]
    mode: CallMode
    parts: Annotated[dict[str, Digest], Meta(max_length=len(PARTS))]
    answer: Answer | None = None
    failure: CallFailure | None = None

    @property
    def outcome(self) -> Answer | CallFailure | None:
        """What came back."""
        return self.answer if self.answer is not None else self.failure


def read_entries(path: Path) -> Iterator[CassetteEntry]:
    """Every recorded call, in order.

    Raises:
        SourceError: there is no such file, or it is too large or malformed.
    """
    decoder = msgspec.json.Decoder(CassetteEntry)
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST_FILE:
                raise SourceError(
                    f"`{path.name}` is larger than {LARGEST_FILE >> 20} MiB, the limit for "
                    "cassettes"
                )
            for number in range(1, MOST_ENTRIES + 2):
                line = file.readline(LONGEST_LINE + 1)
                if not line:
                    return
                if len(line) > LONGEST_LINE or number > MOST_ENTRIES:
                    raise SourceError(
                        f"`{path.name}` is too long at line {number}: cassettes have shorter lines"
                    )
                if line.strip():
                    yield _entry(decoder, line, f"`{path.name}`, line {number}")
    except OSError as error:
        raise SourceError(f"The cassette `{path}` cannot be read: {error.strerror}") from None


def _entry(
    decoder: "msgspec.json.Decoder[CassetteEntry]", line: bytes, place: str
) -> CassetteEntry:
    try:
        entry = decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"{place} is not a recorded call: {error}") from None
    if entry.digest != call_digest(entry.parts) or set(entry.parts) != set(PARTS):
        raise SourceError(f"{place} does not match the digest of its parts")
    if (entry.answer is None) is (entry.failure is None) or not _is_plausible(entry.outcome):
        raise SourceError(f"{place} has no valid answer or failure")
    return entry


def _is_plausible(outcome: Answer | CallFailure | None) -> bool:
    """Whether all figures are in the range that a call can have, so that they are safe to use."""
    if outcome is None or not 0 <= outcome.seconds <= _LONGEST_CALL:
        return False
    if isinstance(outcome, CallFailure):
        wait = outcome.retry_after_seconds
        return outcome.verdict != "pass" and (wait is None or 0 <= wait <= _LONGEST_CALL)
    counts = (outcome.input_tokens, outcome.output_tokens, outcome.cached_input_tokens)
    if not all(count is None or 0 <= count <= 1_000_000_000 for count in counts):
        return False
    if outcome.usd is None:
        return True
    _, digits, exponent = outcome.usd.as_tuple()
    return (
        outcome.usd.is_finite()
        and outcome.usd >= 0
        and len(digits) <= 60
        and outcome.usd.adjusted() <= _HIGHEST_EXPONENT
        and isinstance(exponent, int)
        and exponent >= 2 * _LOWEST_EXPONENT
    )


def encode_entries(entries: Iterable[CassetteEntry]) -> bytes:
    """The bytes of a cassette: one entry a line, keys sorted."""
    return b"".join(msgspec.json.encode(entry, order="sorted") + b"\n" for entry in entries)

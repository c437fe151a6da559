"""Cassettes: calls recorded at the client protocol, to repeat a run without keys or network.

One JSON object a line: digests of the call and of its parts, its model and mode, and the answer or
failure. No prompt
is in a cassette, but answers are, for they are judged again: whoever records decides that they may
be kept. All texts are scrubbed of secrets before they are written. A call sent several times is
recorded and replayed as often, in order.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, structs

from multillm_gov.errors import SourceError, UnableError
from multillm_gov.evaluation.client import Answer, Call, CallFailure, Client
from multillm_gov.providers.digests import PARTS, call_digest, part_digests
from multillm_gov.providers.scrubbing import Scrubber
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


class RecordingClient:
    """Forwards calls and keeps the results; the cassette is written when the client closes."""

    def __init__(
        self, inner: Client, write: Callable[[bytes], None], scrubber: Scrubber | None = None
    ) -> None:
        """Record.

        Args:
            inner: Who really carries the calls.
            write: Where the finished cassette goes; called once.
            scrubber: What takes secrets out of texts; default: one that knows the environment's
                keys.
        """
        self._inner = inner
        self._write = write
        self._scrubber = scrubber or Scrubber()
        self._entries: list[CassetteEntry] = []

    async def send(self, call: Call) -> Answer | CallFailure:
        """Send one call, once."""
        outcome = await self._inner.send(call)
        parts = part_digests(call)
        remaining = self._scrubbed(outcome)
        self._entries.append(
            CassetteEntry(
                digest=call_digest(parts),
                model=self._scrubber.text(call.model)[:300],
                mode=call.mode,
                parts=parts,
                answer=remaining if isinstance(remaining, Answer) else None,
                failure=remaining if isinstance(remaining, CallFailure) else None,
            )
        )
        return outcome

    async def close(self) -> None:
        """Write the cassette, sorted, and close the client within.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            await self._inner.close()
        finally:
            # Sorting keeps the order of equal calls, and makes two recordings of one run
            # comparable.
            self._write(
                encode_entries(sorted(self._entries, key=lambda entry: (entry.model, entry.digest)))
            )

    def _scrubbed(self, outcome: Answer | CallFailure) -> Answer | CallFailure:
        if isinstance(outcome, CallFailure):
            return structs.replace(outcome, message=self._scrubber.text(outcome.message))
        return structs.replace(
            outcome,
            text=self._scrubber.text(outcome.text),
            served_model=self._scrubber.text(outcome.served_model),
        )


class ReplayClient:
    """Answers from a cassette and refuses what is not in it."""

    def __init__(self, path: Path) -> None:
        """Read a cassette.

        Raises:
            SourceError: there is none, or it is too large or malformed.
        """
        self._path = path
        self._by_digest: dict[str, list[Answer | CallFailure]] = {}
        self._recorded: dict[tuple[str, CallMode], list[dict[str, str]]] = {}
        self._given: dict[str, int] = {}
        for entry in read_entries(path):
            if entry.outcome is not None:
                self._by_digest.setdefault(entry.digest, []).append(entry.outcome)
                self._recorded.setdefault((entry.model, entry.mode), []).append(entry.parts)

    async def send(self, call: Call) -> Answer | CallFailure:
        """What came back when the very same call was recorded.

        Raises:
            UnableError: it was not recorded, or not so often.
        """
        parts = part_digests(call)
        key = call_digest(parts)
        outcomes = self._by_digest.get(key)
        about = f"this call to `{call.model}` ({call.mode})"
        if outcomes is None:
            raise UnableError(
                f"`{self._path.name}` has no recording of {about}: {self._difference(call, parts)}",
                "Record it again with `--record`, and review what changed.",
            )
        number = self._given.get(key, 0)
        if number >= len(outcomes):
            raise UnableError(
                f"`{self._path.name}` has {len(outcomes)} recordings of {about}, and it is sent "
                "once more",
                "Record it again with `--record` and the same numbers of samples and retries.",
            )
        self._given[key] = number + 1
        return outcomes[number]

    async def close(self) -> None:
        """Nothing is open."""

    def _difference(self, call: Call, parts: dict[str, str]) -> str:
        recorded = self._recorded.get((call.model, call.mode))
        if not recorded:
            return "no call to it in this mode was recorded"
        differing = [[word for word in PARTS if other[word] != parts[word]] for other in recorded]
        fewest: list[str] = min(differing, key=len)
        return f"the {' and the '.join(fewest)} {'differs' if len(fewest) == 1 else 'differ'}"

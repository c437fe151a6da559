"""Cassettes: calls recorded at the client protocol, so that a run can be repeated without keys or network.

One JSON object a line: digests of the call and of its parts, its model and mode, and the answer or failure. No prompt
is in a cassette, but answers are, for they are judged again: whoever records decides that they may be kept. All texts
are scrubbed of secrets before they are written. A call sent several times is recorded and replayed as often, in order.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, structs

from multillm_gov.errors import OutputError, SourceError, UnableError
from multillm_gov.providers.digests import PARTS, call_digest, part_digests
from multillm_gov.providers.scrubbing import Scrubber
from multillm_gov.trials.client import Answer, Call, Client, Failure, Mode

LARGEST_FILE = 256 * 1024 * 1024
LONGEST_LINE = 8 * 1024 * 1024
"""Bytes; some embeddings of 3,072 numbers fit."""
MOST_ENTRIES = 100_000
_HIGHEST_EXPONENT = 9
_LOWEST_EXPONENT = -30
_LONGEST_CALL = 86_400.0
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line."""

    format: Literal[1] = 1
    digest: Digest
    model: Annotated[str, Meta(max_length=300)]
    mode: Mode
    parts: Annotated[dict[str, Digest], Meta(max_length=len(PARTS))]
    answer: Answer | None = None
    failure: Failure | None = None

    @property
    def outcome(self) -> Answer | Failure | None:
        """What came back."""
        return self.answer if self.answer is not None else self.failure


class RecordingClient:
    """Hands calls on and keeps what comes back; the file is written, whole, when the client is closed."""

    def __init__(self, inner: Client, path: Path, scrubber: Scrubber | None = None) -> None:
        """Record to a path, replacing what is there.

        Args:
            inner: Who really carries the calls.
            path: Of the cassette.
            scrubber: What takes secrets out of texts; default: one that knows the environment's keys.
        """
        self._inner = inner
        self._path = path
        self._scrubber = scrubber or Scrubber()
        self._entries: list[Entry] = []

    async def send(self, call: Call) -> Answer | Failure:
        """Send one call, once."""
        outcome = await self._inner.send(call)
        parts = part_digests(call)
        kept = self._scrubbed(outcome)
        self._entries.append(
            Entry(
                digest=call_digest(parts),
                model=self._scrubber.text(call.model)[:300],
                mode=call.mode,
                parts=parts,
                answer=kept if isinstance(kept, Answer) else None,
                failure=kept if isinstance(kept, Failure) else None,
            )
        )
        return outcome

    async def close(self) -> None:
        """Write the cassette, sorted, and close the client within.

        Raises:
            OutputError: the file cannot be written.
        """
        try:
            await self._inner.close()
        finally:
            entries = sorted(
                self._entries, key=lambda entry: (entry.model, entry.digest)
            )  # equal ones keep their order
            _write(self._path, b"".join(msgspec.json.encode(entry, order="sorted") + b"\n" for entry in entries))

    def _scrubbed(self, outcome: Answer | Failure) -> Answer | Failure:
        if isinstance(outcome, Failure):
            return structs.replace(outcome, message=self._scrubber.text(outcome.message))
        return structs.replace(
            outcome, text=self._scrubber.text(outcome.text), served_model=self._scrubber.text(outcome.served_model)
        )


class ReplayClient:
    """Answers from a cassette and refuses what is not in it."""

    def __init__(self, path: Path) -> None:
        """Read a cassette.

        Raises:
            SourceError: there is none, or it is too large or malformed.
        """
        self._path = path
        self._by_digest: dict[str, list[Answer | Failure]] = {}
        self._recorded: dict[tuple[str, Mode], list[dict[str, str]]] = {}
        self._given: dict[str, int] = {}
        for entry in _entries(path):
            if entry.outcome is not None:
                self._by_digest.setdefault(entry.digest, []).append(entry.outcome)
                self._recorded.setdefault((entry.model, entry.mode), []).append(entry.parts)

    async def send(self, call: Call) -> Answer | Failure:
        """What came back when the very same call was recorded.

        Raises:
            UnableError: it was not recorded, or not so often.
        """
        parts = part_digests(call)
        key = call_digest(parts)
        outcomes = self._by_digest.get(key)
        if outcomes is None:
            raise UnableError(
                f"`{self._path.name}` has no recording of this call to `{call.model}` ({call.mode}): {self._difference(call, parts)}",
                "Record it anew with `--record`, and review what changed.",
            )
        number = self._given.get(key, 0)
        if number >= len(outcomes):
            raise UnableError(
                f"`{self._path.name}` has {len(outcomes)} recordings of this call to `{call.model}` ({call.mode}), and it is"
                f" sent once more",
                "Record it anew with `--record` and the same numbers of samples and retries.",
            )
        self._given[key] = number + 1
        return outcomes[number]

    async def close(self) -> None:
        """Nothing is open."""

    def _difference(self, call: Call, parts: dict[str, str]) -> str:
        recorded = self._recorded.get((call.model, call.mode))
        if not recorded:
            return "no call to it in this mode was recorded"
        differing = [[word for word in PARTS if other.get(word) != parts[word]] for other in recorded]
        return f"the {' and the '.join(min(differing, key=len))} differ{'s' if min(map(len, differing)) == 1 else ''}"


def _entries(path: Path) -> Iterator[Entry]:
    decoder = msgspec.json.Decoder(Entry)
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST_FILE:
                raise SourceError(f"`{path.name}` is larger than {LARGEST_FILE >> 20} MiB: no cassette is")
            for number in range(1, MOST_ENTRIES + 2):
                line = file.readline(LONGEST_LINE + 1)
                if not line:
                    return
                if len(line) > LONGEST_LINE or number > MOST_ENTRIES:
                    raise SourceError(f"`{path.name}` is too long at line {number}: no cassette is")
                if line.strip():
                    yield _entry(decoder, line, f"`{path.name}`, line {number}")
    except OSError as error:
        raise SourceError(f"The cassette `{path}` cannot be read: {error.strerror}") from None


def _entry(decoder: "msgspec.json.Decoder[Entry]", line: bytes, place: str) -> Entry:
    try:
        entry = decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"{place} is no recorded call: {error}") from None
    if entry.digest != call_digest(entry.parts) or set(entry.parts) != set(PARTS):
        raise SourceError(f"{place} does not have the digest of its parts")
    if (entry.answer is None) is (entry.failure is None) or not _is_plausible(entry.outcome):
        raise SourceError(f"{place} holds no answer or failure that a client gives")
    return entry


def _is_plausible(outcome: Answer | Failure | None) -> bool:
    """Whether all figures are within what a call can have: what reads them may format and add them freely."""
    if outcome is None or not 0 <= outcome.seconds <= _LONGEST_CALL:
        return False
    if isinstance(outcome, Failure):
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


def _write(path: Path, data: bytes) -> None:
    """Write to a neighbor first, then rename: no reader ever sees half a cassette."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, neighbor = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(neighbor).replace(path)
        except BaseException:
            Path(neighbor).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"The cassette `{path}` cannot be written: {error.strerror}") from None

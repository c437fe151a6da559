"""Cassettes: calls recorded at the client protocol, to repeat a run without keys or network.

One JSON object a line: digests of the call and of its parts, its model and mode, and the answer or
failure. No prompt
is in a cassette, but answers are, for they are judged again: whoever records decides that they may
be kept. All texts are scrubbed of secrets before they are written. A call sent several times is
recorded and replayed as often, in order.
"""

from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from multillm_gov.errors import UnableError
from multillm_gov.evaluation.client import Answer, Call, CallFailure, Client
from multillm_gov.providers.cassette_file import CassetteEntry, encode_entries, read_entries
from multillm_gov.providers.digests import PARTS, call_digest, part_digests
from multillm_gov.providers.scrubbing import Scrubber
from multillm_gov.vocabulary import CallMode


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
        kept = self._scrubbed(outcome)
        self._entries.append(
            CassetteEntry(
                digest=call_digest(parts),
                model=self._scrubber.text(call.model)[:300],
                mode=call.mode,
                parts=parts,
                answer=kept if isinstance(kept, Answer) else None,
                failure=kept if isinstance(kept, CallFailure) else None,
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

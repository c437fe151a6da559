"""The history of evidence: a chain of lines, each naming the digest of one before it.

A line changed, removed or moved breaks the chain: the line after it names a digest that no
earlier line has. Two branches that append at once and are merged line by line leave two lines that
name the same one: that is no break. The chain holds no secret, so whoever rewrites every line after
a change leaves it whole; only a comparison with the base, and who committed it, shows that.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256

import msgspec
from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import history_order, kind_of
from multillm_gov.documents.shape import decoded
from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.record import EvidenceRecord, ProbeRecord
from multillm_gov.evidence.verdict import PROVING
from multillm_gov.evidence.writing import FIRST, canonical
from multillm_gov.finding import Flaw
from multillm_gov.location import Location

MOST_HISTORY_BYTES = 64 * 2**20
"""Of the newest files; older ones are not verified, which is said. About 100,000 entries."""
_SHOWN = 200

Entry = EvidenceRecord | DrillRecord | ProbeRecord
Subject = tuple[str, ...]
"""``record``, ``drill`` or ``probe``; then task class, model, and origin or kind of probe."""


class HistoryLine(Struct, frozen=True):
    """A line of the history, and where it stands."""

    path: str
    number: int
    """From 1."""
    text: bytes
    subject: Subject
    date: date

    @property
    def location(self) -> Location:
        """The line, with the start of its text."""
        return _located(self.path, self.number, self.text)

    def entry(self) -> Entry | None:
        """The whole entry; ``None`` where it is none of those that this version knows."""
        try:
            line = decoded(_EXACT.decode(self.text), _WholeLine)
        except (msgspec.MsgspecError, ValueError):
            return None
        return line.record or line.drill or line.probe


class History(Struct, frozen=True, kw_only=True):
    """Every line that was read, in the order written."""

    newest: dict[Subject, HistoryLine] = {}
    """The line that the current view must agree with, by subject."""
    digests: dict[bytes, tuple[str, int]] = {}
    """Path and number of each line, by the SHA-256 of its text."""
    flaws: tuple[Flaw, ...] = ()
    """Where the chain is broken, and what cannot be read."""

    def has(self, entry: Entry) -> bool:
        """Whether it is the newest entry of its subject, word for word."""
        line = self.newest.get(subject_of(entry))
        written = None if line is None else line.entry()
        return written is not None and canonical(written) == canonical(entry)


class _Head(Struct, frozen=True):
    """As much of an entry as decides which one is the newest."""

    task_class: str
    date: date
    model: str = ""
    origin: str = "internal"
    kind: str = ""
    verdict: str = "pass"


class _Line(Struct, frozen=True):
    previous: str = ""
    record: _Head | None = None
    drill: _Head | None = None
    probe: _Head | None = None

    def subject(self) -> tuple[Subject, _Head] | None:
        if head := self.record:
            return ("record", head.task_class, head.model, head.origin), head
        if head := self.drill:
            return ("drill", head.task_class), head
        if head := self.probe:
            return ("probe", head.task_class, head.model, head.kind), head
        return None


class _WholeLine(Struct, frozen=True):
    record: EvidenceRecord | None = None
    drill: DrillRecord | None = None
    probe: ProbeRecord | None = None


_EXACT = msgspec.json.Decoder(float_hook=Decimal)
_LINES = msgspec.json.Decoder(_Line)


def line_digest(line: bytes) -> str:
    """``sha256:…`` of a line's text, whatever its line ending."""
    text = line.rstrip(b"\r\n")
    return f"sha256:{sha256(text).hexdigest()}"


def subject_of(entry: Entry) -> Subject:
    """What the entry is about: of each subject, the view holds the newest entry."""
    if isinstance(entry, EvidenceRecord):
        return ("record", entry.task_class, entry.model, entry.origin)
    if isinstance(entry, DrillRecord):
        return ("drill", entry.task_class)
    return ("probe", entry.task_class, entry.model, entry.kind)


def read_history(files: Mapping[str, SourceFile]) -> History:
    """Read and verify the history among governed files by path, in one pass of linear time."""
    paths = sorted((path for path in files if kind_of(path) == "history"), key=history_order)
    kept_names, flaw = _within_bounds(paths, files)
    reading = _Reading(from_start=flaw is None)
    if flaw is not None:
        reading.flaws.append(flaw)
    for path in kept_names:
        reading.take(path, files[path].data)
    return reading.finish()


class _Reading:
    """A walk along the chain."""

    def __init__(self, *, from_start: bool) -> None:
        self.newest: dict[Subject, HistoryLine] = {}
        self.digests: dict[bytes, tuple[str, int]] = {}
        self.flaws: list[Flaw] = []
        self._ranks: dict[Subject, tuple[bool, date]] = {}
        self._unreadable: dict[bytes, Flaw] = {}
        self._is_chained = False
        self._may_start_anywhere = not from_start

    def take(self, path: str, data: bytes) -> None:
        """Follow the chain through a file."""
        for number, text in enumerate(data.split(b"\n"), start=1):
            line = text.rstrip(b"\r")
            if line:
                self._take_line(path, number, line)

    def _take_line(self, path: str, number: int, text: bytes) -> None:
        digest = sha256(text).digest()
        try:
            line = _LINES.decode(text)
            pairs = line.subject()
        except (msgspec.MsgspecError, ValueError):
            pairs = None
        if pairs is None:
            self._unreadable[digest] = _unreadable(_located(path, number, text))
        else:
            self._follow(line.previous, (path, number, text))
            subject, head = pairs
            rank = (head.verdict in PROVING, head.date)
            if subject not in self._ranks or rank >= self._ranks[subject]:
                self._ranks[subject] = rank
                self.newest[subject] = HistoryLine(path, number, text, subject, head.date)
        self.digests[digest] = (path, number)

    def _follow(self, previous: str, place: tuple[str, int, bytes]) -> None:
        digest = _bytes_of(previous)
        # A line that an interruption cut short is no flaw once the next one names it.
        self._unreadable.pop(digest, None)
        is_due = (previous or self._is_chained) and not self._may_start_anywhere
        is_first = previous == FIRST and not self.digests
        if is_due and not is_first and digest not in self.digests:
            self.flaws.append(_broken(_located(*place), names_one=bool(previous)))
        self._may_start_anywhere = False
        self._is_chained = self._is_chained or bool(previous)

    def finish(self) -> History:
        """What was found."""
        flaws = (*self.flaws, *self._unreadable.values())
        return History(newest=self.newest, digests=self.digests, flaws=flaws)


def _bytes_of(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest.removeprefix("sha256:"))
    except ValueError:
        return b""


def _located(path: str, number: int, text: bytes) -> Location:
    shown = text[:_SHOWN].decode("utf-8", "replace")
    return Location(path, number, 1, number, len(shown) + 1, shown)


def _flaw(message: str, place: Location, cure: str) -> Flaw:
    kind = "evidence-history"
    return Flaw(kind=kind, message=message, location=place, remedy=cure, subject=place.path)


def _broken(location: Location, *, names_one: bool) -> Flaw:
    why = (
        "the line before it was changed, removed or moved: no earlier line has the digest that "
        "this one names"
        if names_one
        else "this line names no line before it, so that nothing shows when it was added"
    )
    return _flaw(
        f"the chain of the history is broken: {why}",
        location,
        "Restore the file from git (`git log -p` shows who changed it), and let only `govern "
        "bench`, `govern drill` and `govern dry-run` append to it.",
    )


def _unreadable(location: Location) -> Flaw:
    return _flaw(
        "this line of the history is no entry",
        location,
        "If a run was interrupted here, run it again: the next entry closes the chain. Else "
        "restore the file from git.",
    )


def _within_bounds(
    paths: list[str], files: Mapping[str, SourceFile]
) -> tuple[list[str], Flaw | None]:
    """The newest files that are verified, oldest first, and a flaw where there are older ones."""
    held = 0
    for index in range(len(paths) - 1, -1, -1):
        held += len(files[paths[index]].data)
        if held > MOST_HISTORY_BYTES and index < len(paths) - 1:
            return paths[index + 1 :], _flaw(
                f"not verified: the newer files hold {MOST_HISTORY_BYTES / 2**20:.0f} MiB of "
                "history",
                Location(paths[index]),
                "Move the files of past years out of `evidence/history/`, into an archive.",
            )
    return paths, None

"""Imported rows on the disk: Parquet by day, and a marker for every range that is complete.

A range counts from the moment its marker is there: files without one are left over from a killed
import, are read by nobody, and are written anew by the next.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from multillm_gov.errors import OutputError, SourceError
from multillm_gov.warehouse.engine import literal

FOLDER = Path(".govern/usage")
"""Below the portfolio's root; not for git."""


class Total(Struct, frozen=True, kw_only=True):
    """Rows, and their money by currency as exact text."""

    rows: int = 0
    money: dict[str, str] = {}


class Marker(Struct, frozen=True, kw_only=True):
    """What one imported range held; each row of it is in exactly one of the totals."""

    id: str
    file: str
    """Name of the file it was read from."""
    producer: str
    sequence: int
    """Of the file: a later one replaces buckets of an earlier one."""
    newest_wins: bool
    days: tuple[date, ...]
    kept: Total
    already_counted: Total
    left_out: dict[str, Total]
    quarantined: Total
    reasons: dict[str, str] = {}
    """Why, by line, of the first quarantined rows."""


class Store(Struct, frozen=True, kw_only=True):
    """The folder of imported rows."""

    folder: Path

    @property
    def rows(self) -> Path:
        """Below it one folder a day."""
        return self.folder / "rows"

    @property
    def staged(self) -> Path:
        """What an import is writing."""
        return self.folder / "staged"

    def markers(self) -> tuple[Marker, ...]:
        """All complete ranges, in order of their sequence.

        Raises:
            SourceError: one is damaged.
        """
        matching_markers = []
        for path in sorted((self.folder / "chunks").glob("*.json")):
            try:
                matching_markers.append(msgspec.json.decode(path.read_bytes(), type=Marker))
            except (msgspec.DecodeError, OSError) as error:
                raise SourceError(
                    f"The marker `{path.name}` of the usage store is damaged",
                    "Delete it and import its file again.",
                ) from error
        return tuple(sorted(matching_markers, key=lambda marker: (marker.sequence, marker.id)))

    def files(
        self, markers: tuple[Marker, ...], first: date | None = None, last: date | None = None
    ) -> list[Path]:
        """The Parquet files of ranges, of the days from ``first`` to ``last`` only."""
        return [
            self.file_of(marker.id, day)
            for marker in markers
            for day in marker.days
            if (first is None or day >= first) and (last is None or day <= last)
        ]

    def file_of(self, chunk: str, day: date) -> Path:
        """Where the rows of a range and a day lie."""
        return self.rows / f"day={day}" / f"{chunk}.parquet"

    def mark(self, marker: Marker) -> None:
        """Make a range count: in one step, after its rows are on the disk."""
        folder = self.folder / "chunks"
        folder.mkdir(parents=True, exist_ok=True)
        neighbor = folder / f"{marker.id}.tmp"
        with neighbor.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(marker), indent=1))
            file.flush()
            os.fsync(file.fileno())
        neighbor.replace(folder / f"{marker.id}.json")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One import at a time.

        Raises:
            OutputError: another one runs, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            ignore = self.folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")
            lock = (self.folder / "lock").open("wb")
        except OSError as error:
            raise OutputError(
                f"Cannot write to `{FOLDER}`: {error.strerror or error}",
                "Make the portfolio's folder writable.",
            ) from error
        with lock, suppress(ImportError):
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise OutputError(
                    "Another import is running", "Wait until it has finished."
                ) from error
            yield


def stored_rows(store: Store, first: date | None = None, last: date | None = None) -> str | None:
    """SELECT of the usage rows that count, of a span of days; ``None``: there are none.

    Of buckets that several files hold, those of the newest file count.
    """
    markers = store.markers()
    files = store.files(markers, first, last)
    if not files:
        return None
    listed = ", ".join(literal(str(path)) for path in files)
    rows = f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false)"
    if not any(marker.newest_wins for marker in markers):
        return rows
    newest = "MAX(sequence) OVER (PARTITION BY producer, row_id)"
    return f"SELECT * FROM ({rows}) AS stored QUALIFY NOT newest_wins OR sequence = {newest}"

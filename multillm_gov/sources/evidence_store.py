"""Evidence on the disk: the current view is replaced at once, the history only grows."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path

from multillm_gov.documents.decoding import MAX_BYTES
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import HISTORY, REFERENCES, history_order, kind_of
from multillm_gov.errors import OutputError
from multillm_gov.sources.output import write_bytes

CURRENT = "evidence/current.json"
"""The newest results, below the portfolio's root: all the evidence that ``check`` reads."""
_MOST_OF_A_PART = MAX_BYTES // 2
"""Bytes; a run that starts below it stays within what is read of a file."""
_BLOCK = 2**16
_MOST_REFERENCE = 2**20
"""Bytes; sixteen vectors of 4,096 numbers take 90 thousand."""


def read_view(root: Path) -> SourceFile | None:
    """The current view as it stands; ``None`` where there is none yet.

    Raises:
        OutputError: it cannot be read, or is reached through a link.
    """
    path = _inside(root, CURRENT)
    try:
        return SourceFile(CURRENT, path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(
            f"Cannot read `{path}`: {error.strerror or error}", "Make the file readable."
        ) from error


def write_view(root: Path, data: bytes) -> None:
    """Replace the current view in one step.

    Raises:
        OutputError: it is larger than ``check`` reads, or may not be written.
    """
    if len(data) > MAX_BYTES:
        raise OutputError(
            f"`{CURRENT}` would have {len(data) / 2**20:,.1f} MiB; at most {MAX_BYTES / 2**20:.0f} "
            "MiB are read",
            "Remove the entries of task classes and models no longer used; the history keeps them.",
        )
    write_bytes(_inside(root, CURRENT), data)


def append_history(root: Path, day: date, encode: Callable[[bytes], bytes]) -> None:
    """Append lines to the history of a day's month and flush them; nothing is rewritten.

    A month that grew beyond what ``check`` reads in one file goes on in another one. A line that an
    interruption cut short stays by itself: the next one starts on a new line.

    Args:
        root: The portfolio's root.
        day: Any day of the month.
        encode: Gives the lines, from the text of the line before them; empty: there is none.

    Raises:
        OutputError: the file may not be written, or is reached through a link.
    """
    try:
        path = _part(root, day)
        data = encode(_last_line(root, path))
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = (
            os.O_RDWR
            | os.O_CREAT
            | os.O_APPEND
            | getattr(os, "O_NOFOLLOW", 0)
            | getattr(os, "O_BINARY", 0)
        )
        with os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0) as file:
            file.write(b"\n" + data if _is_torn(path) else data)
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(
            f"Cannot append to `{root / HISTORY}`: {error.strerror or error}",
            "Make `evidence/` writable, or pass --no-write to leave the evidence as it is.",
        ) from error


def _part(root: Path, day: date) -> Path:
    """The file of a month that new lines go to."""
    for part in range(1, 10_000):
        name = f"{day:%Y-%m}.jsonl" if part == 1 else f"{day:%Y-%m}-{part}.jsonl"
        path = _inside(root, f"{HISTORY}/{name}")
        if not path.exists() or path.stat().st_size < _MOST_OF_A_PART:
            break
    return path


def _last_line(root: Path, path: Path) -> bytes:
    """The last line of a file of the history, or else of the one before it; empty: none."""
    folder = _inside(root, HISTORY)
    names = [f"{HISTORY}/{each.name}" for each in folder.iterdir()] if folder.is_dir() else []
    own = history_order(f"{HISTORY}/{path.name}")
    ordered = sorted(
        (name for name in names if kind_of(name) == "history" and history_order(name) <= own),
        key=history_order,
    )
    for name in reversed(ordered):
        last = _tail(_inside(root, name))
        if last:
            return last
    return b""


def _tail(path: Path) -> bytes:
    """The last line with text, read from the end."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        data = b""
        while end:
            start = max(0, end - _BLOCK)
            file.seek(start)
            data = (file.read(end - start) + data).rstrip(b"\r\n")
            end = start
            _, line_break, last = data.rpartition(b"\n")
            if line_break:
                return last
        return data


def reference_path(task_class: str, model: str) -> str:
    """Path of the reference vectors of a model in a task class: readable and unique."""
    spelled = re.sub(r"[^a-z0-9.]+", "-", f"{task_class}--{model}".lower()).strip("-.")[:80]
    return f"{REFERENCES}/{spelled}-{sha256(f'{task_class}/{model}'.encode()).hexdigest()[:8]}.json"


def read_reference(root: Path, task_class: str, model: str) -> bytes | None:
    """The stored reference as bytes; ``None`` where there is none, or none that could be one.

    Raises:
        OutputError: it is reached through a link.
    """
    path = _inside(root, reference_path(task_class, model))
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_REFERENCE + 1)
    except OSError:
        return None
    return data if len(data) <= _MOST_REFERENCE else None


def write_reference(root: Path, task_class: str, model: str, data: bytes) -> None:
    """Store a reference in one step.

    Raises:
        OutputError: it may not be written.
    """
    write_bytes(_inside(root, reference_path(task_class, model)), data)


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Lock the evidence of this portfolio against other writers, where the system can.

    Raises:
        OutputError: the folder may not be written.
    """
    try:
        import fcntl
    except ImportError:  # Windows: the last of two calls at once wins, and the history has both
        yield
        return
    folder = _inside(root, HISTORY)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise OutputError(
            f"Cannot write below `{folder}`: {error.strerror or error}",
            "Make `evidence/` writable, or pass --no-write to leave the evidence as it is.",
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _is_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def _inside(root: Path, path: str) -> Path:
    """The place below the root; links are refused, since they could lead to any file."""
    place = root
    for part in Path(path).parts:
        place /= part
        if place.is_symlink():
            raise OutputError(
                f"`{place}` is a symbolic link; govern does not write through links",
                "Replace the link by a real folder or file.",
            )
    return place

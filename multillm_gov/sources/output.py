"""Results to files and to stdout: all of it or nothing, never through a link."""

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import is_half_written
from multillm_gov.documents.rewriting import rewritten
from multillm_gov.errors import OutputError

_ABANDONED = 600
"""Seconds after which a half-written file is of no running command."""


class ReaderGoneError(Exception):
    """Whoever read stdout closed it; not a failure of the job, so not a ``GovernError``."""


def in_place(root: Path, file: SourceFile) -> SourceFile:
    """A generated file over the one that may be there: what is the same keeps every byte."""
    try:
        old = SourceFile(file.path, (root / file.path).read_bytes())
    except OSError:
        return file
    return rewritten(old, file)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file by ``data`` in one step; missing folders are made.

    Written to a neighbor first and then renamed, so that an interruption leaves the old file whole
    and no neighbor behind. A link is refused, as target and (in a relative path) as folder on the
    way: a hostile checkout could aim it at any file of the user's. Existing devices and pipes
    (``/dev/stdout``) are written to directly.

    Raises:
        OutputError: the folder or file may not be written, a link is in the way, or the disk is
            full.
    """
    try:
        _refuse_links(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = _mode_of(path)
        if mode is not None and stat.S_ISDIR(mode):
            raise OutputError(
                f"`{path}` is a folder", f"Name a file: `--output {path / 'report'}`."
            )
        if _is_device(path) or (mode is not None and not stat.S_ISREG(mode)):
            with path.open("ab") as stream:  # never cut what stands in the file behind a stream
                stream.write(data)
        else:
            _replace(path, data, mode)
    except OSError as error:
        raise OutputError(
            f"Cannot write `{path}`: {error.strerror or error}",
            "Name a file in a folder you may write to, or leave `--output` out to print.",
        ) from error


def append_bytes(path: Path, data: bytes) -> None:
    """Append ``data`` to a file with other writers, in one write; links are refused.

    Raises:
        OutputError: the file may not be written, a link is in the way, or the disk is full.
    """
    try:
        _refuse_links(path)
        with path.open("ab") as file:
            file.write(data)
    except OSError as error:
        raise OutputError(
            f"Cannot append to `{path}`: {error.strerror or error}",
            "Name a file that you may write to.",
        ) from error


def write_stdout(data: bytes) -> None:
    """Write bytes to stdout and flush them.

    Raises:
        ReaderGoneError: the reading end is closed (``govern check | head -1``).
        OutputError: stdout is not open, or its disk is full.
    """
    if sys.stdout is None:
        raise OutputError("stdout is closed", "Leave stdout open, or use `--output FILE`.")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        _silence_stdout()
        if error.errno in (errno.EPIPE, errno.ESHUTDOWN):
            raise ReaderGoneError from error
        raise OutputError(
            f"Cannot write to stdout: {error.strerror}", "Use `--output FILE`."
        ) from error


def _silence_stdout() -> None:
    """Redirect stdout to nothing, or the flush at exit would fail and change the exit code."""
    void = os.open(os.devnull, os.O_WRONLY)
    os.dup2(void, sys.stdout.fileno())
    os.close(void)


def _is_device(path: Path) -> bool:
    """Whether it is below ``/dev``, whatever stands behind it.

    ``/dev/stdout`` may be redirected to a file, and a file renamed over it would take the stream
    from the whole machine.
    """
    return path.is_absolute() and path.parts[1:2] == ("dev",)


def _refuse_links(path: Path) -> None:
    if _is_device(path):
        return
    walked = [path] if path.is_absolute() else [path, *path.parents]
    for part in walked:
        if part.is_symlink():
            raise OutputError(
                f"`{part}` is a symbolic link; govern does not write through links",
                f"Name the real place: `{part.resolve()}`.",
            )


def _mode_of(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(path: Path, data: bytes, mode: int | None) -> None:
    neighbor = path.parent / f".govern-{os.urandom(6).hex()}.tmp"
    _remove_leftovers(path.parent)
    with _unwinding():
        try:
            _write(neighbor, data, mode)
            neighbor.replace(path)
        except BaseException:
            neighbor.unlink(missing_ok=True)
            raise


def _remove_leftovers(folder: Path) -> None:
    """Remove what a killed run left behind; a file of the last minutes may still be written."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if is_half_written(entry.name) and time.time() - entry.stat().st_mtime > _ABANDONED:
                Path(entry.path).unlink()


def _write(path: Path, data: bytes, mode: int | None) -> None:
    flags = (
        os.O_WRONLY
        | os.O_CREAT
        | os.O_EXCL
        | getattr(os, "O_BINARY", 0)
        | getattr(os, "O_CLOEXEC", 0)
    )
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), stat.S_IMODE(mode))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _unwinding() -> Iterator[None]:
    """Let SIGTERM (a cancelled job) unwind as Ctrl-C does, so that temporary files are removed."""
    import signal

    def unwind(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, unwind)
    except (
        ValueError
    ):  # only the main thread may; a library's user in another one keeps their own handling
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)

"""Governed files from the disk: bounded, and nothing outside the root is ever opened."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import (
    FOLDERS,
    POLICY_TESTS,
    SETTINGS,
    is_policy_test,
    is_uncovered,
    kind_of,
    meant_name,
)
from multillm_gov.errors import SourceError
from multillm_gov.finding import Flaw
from multillm_gov.sources import refusals

_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe without writer would block otherwise
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def read_folder(root: Path) -> tuple[tuple[SourceFile, ...], tuple[Flaw, ...]]:
    """Every governed file below a root, sorted by path, and a flaw for each refused one.

    Refused and never opened: symbolic links (wherever they point), nested git repositories, pipes,
    sockets and devices, files above 5 MiB, names that are not UTF-8, and whatever exceeds the
    limits in ``refusals``.

    Raises:
        SourceError: the root does not exist, is not a folder or may not be listed.
    """
    _require_folder(root)
    starts = ((SETTINGS, 0), *((folder, 1) for folder in FOLDERS))
    paths, flaws = _listed(
        _walk(str(root), starts, lambda path: kind_of(path) is not None or is_uncovered(path))
    )
    files, refused = _read_all(root, filter(kind_of, paths))
    uncovered = refusals.tell_uncovered(path for path in paths if not kind_of(path))
    misnamed = refusals.report_misnamed(_root_entries(root))
    return files, _by_path((*flaws, *refused, *uncovered, *misnamed))


def _root_entries(root: Path) -> dict[str, bool]:
    """Names at the root that may be misspelled ones, and whether each is a folder with YAML."""
    entries: dict[str, bool] = {}
    with os.scandir(root) as result:
        for entry in islice(result, refusals.MOST_ENTRIES):
            if not meant_name(entry.name, ()) or entry.is_symlink():
                entries.setdefault(entry.name, False)
            elif entry.is_dir():
                entries[entry.name] = _has_yaml(entry.path)
            else:
                entries[entry.name] = False
    return entries


def _has_yaml(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            names = (entry.name for entry in islice(entries, 1_000))
            return any(name.endswith((".yaml", ".yml")) for name in names)
    except OSError:
        return False


def read_policy_tests(root: Path) -> tuple[tuple[SourceFile, ...], tuple[Flaw, ...]]:
    """Every YAML file below ``tests/policies``, under the limits of `read_folder`.

    Raises:
        SourceError: the root does not exist, is not a folder or may not be listed.
    """
    _require_folder(root)
    parent, flaw = _sort_out(str(root), POLICY_TESTS.partition("/")[0])
    if parent != "folder" or flaw is not None:
        return (), (flaw,) if flaw is not None else ()
    paths, flaws = _listed(_walk(str(root), ((POLICY_TESTS, 1),), is_policy_test))
    files, refused = _read_all(root, paths)
    return files, _by_path((*flaws, *refused))


def _listed(result: Iterable[str | Flaw]) -> tuple[list[str], list[Flaw]]:
    paths: list[str] = []
    flaws: list[Flaw] = []
    for name in result:
        if isinstance(name, Flaw):
            flaws.append(name)
        else:
            paths.append(name)
    return paths, flaws


def _by_path(flaws: Iterable[Flaw]) -> tuple[Flaw, ...]:
    return tuple(sorted(flaws, key=lambda flaw: flaw.location.path))


def _read_all(root: Path, paths: Iterable[str]) -> tuple[tuple[SourceFile, ...], list[Flaw]]:
    files: list[SourceFile] = []
    flaws: list[Flaw] = []
    total = 0
    for path in sorted(paths):
        if len(files) == refusals.MOST_FILES:
            flaws.append(refusals.refuse_rest(path, "governed files", refusals.MOST_FILES))
            break
        read = _read(f"{root}/{path}", path)
        if isinstance(read, Flaw):
            flaws.append(read)
            continue
        total += len(read.data)
        if total > refusals.MOST_BYTES:
            flaws.append(refusals.refuse_rest(path, "bytes", refusals.MOST_BYTES))
            break
        files.append(read)
    return tuple(files), flaws


def _require_folder(root: Path) -> None:
    if root.is_dir():
        return
    if root.exists():
        raise SourceError(
            f"`{root}` is not a folder", "Name the folder that contains `allocations/`."
        )
    raise SourceError(
        f"There is no folder `{root}`", "Check the path, or run `govern init` to start a portfolio."
    )


def _walk(
    root: str, starts: Iterable[tuple[str, int]], wanted: Callable[[str], bool]
) -> Iterator[str | Flaw]:
    """Root-relative paths of wanted files with their depth, and flaws of refused folders."""
    pending = [*starts]
    seen = 0
    while pending:
        path, depth = pending.pop()
        kind, flaw = _sort_out(root, path)
        if flaw is None and kind == "folder" and depth > refusals.DEEPEST_FOLDER:
            flaw = refusals.refuse_depth(path)
        if flaw is not None:
            yield flaw
        elif kind == "file" and wanted(path):
            yield path
        elif kind == "folder" and depth:
            names = _names(root, path)
            if isinstance(names, Flaw):
                yield names
                continue
            seen += len(names)
            if seen > refusals.MOST_ENTRIES:
                yield refusals.refuse_rest(path, "names", refusals.MOST_ENTRIES)
                return
            pending += ((f"{path}/{name}", depth + 1) for name in names)


def _names(root: str, path: str) -> list[str] | Flaw:
    try:
        with os.scandir(f"{root}/{path}") as entries:
            return [entry.name for entry in entries]
    except OSError as error:
        return refusals.refuse_unreadable(path, error.strerror or "unknown reason")


def _sort_out(root: str, path: str) -> tuple[Literal["file", "folder", "other"], Flaw | None]:
    """What a path is, and the flaw where it must not be entered or opened."""
    try:
        mode = os.lstat(f"{root}/{path}").st_mode
    except FileNotFoundError:
        return "other", None
    except OSError as error:
        return "other", refusals.refuse_unreadable(path, error.strerror or "unknown reason")
    kind: Literal["file", "folder", "other"] = "other"
    flaw = None
    if stat.S_ISLNK(mode):
        flaw = refusals.refuse_link(path)
    elif stat.S_ISREG(mode):
        kind = "file"
    elif stat.S_ISDIR(mode):
        kind = "folder"
        nested = os.path.lexists(f"{root}/{path}/.git")
        flaw = refusals.refuse_nested_repository(path) if nested else None
    elif kind_of(path):
        flaw = refusals.refuse_special(path)
    return kind, flaw


def _read(address: str, path: str) -> SourceFile | Flaw:
    try:
        path.encode()
    except UnicodeEncodeError:
        return refusals.refuse_name(path)
    try:
        descriptor = os.open(address, _OPEN_FLAGS)
    except OSError as error:
        return refusals.refuse_unreadable(path, error.strerror or "unknown reason")
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return refusals.refuse_special(path)
        if status.st_size > refusals.LARGEST_FILE_BYTES:
            return refusals.refuse_size(path, status.st_size)
        # The file may grow while it is read, so the limit holds here too.
        data = file.read(refusals.LARGEST_FILE_BYTES + 1) or b""
    if len(data) > refusals.LARGEST_FILE_BYTES:
        return refusals.refuse_size(path, len(data))
    return SourceFile(path, data)

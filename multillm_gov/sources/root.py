"""Which folder is the portfolio, and which part of it a call asks about."""

import os
from collections.abc import Sequence
from pathlib import Path

from multillm_gov.documents.layout import SETTINGS
from multillm_gov.errors import SourceError

_ALLOCATIONS = "allocations"


def find_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` that has ``govern.yaml`` or ``allocations/``.

    The search ends at the top of the git repository, so a portfolio further up never speaks for
    this one.

    Raises:
        SourceError: there is none; the hint names portfolios one level below, if any.
    """
    folder = Path(os.path.realpath(start))
    while not _is_root(folder):
        if (folder / ".git").exists() or folder == folder.parent:
            raise SourceError(
                f"No portfolio in `{start}`: no `allocations/` and no `{SETTINGS}`", _hint(start)
            )
        folder = folder.parent
    return folder


def split_paths(paths: Sequence[Path], root: Path | None = None) -> tuple[Path, tuple[str, ...]]:
    """The root that ``paths`` lie in, and the paths below it as filters for ``within``.

    The whole portfolio is loaded either way, since one file's findings depend on the others.

    Args:
        paths: Files or folders; none means the current folder's portfolio.
        root: The root, where the call names it; else the nearest one at or above the first path.

    Raises:
        SourceError: a path does not exist, lies outside the root, or no portfolio is there.
    """
    places = [_place(path) for path in paths]
    if root is None:
        first = places[0] if places else Path.cwd()
        root = find_root(first if first.is_dir() else first.parent)
    else:
        root = Path(os.path.realpath(root))
    filters = set[str]()
    for path, place in zip(paths, places, strict=True):
        if not place.is_relative_to(root):
            raise SourceError(
                f"`{path}` is outside the portfolio in `{root}`",
                "Check one portfolio a call; `-C` names its root.",
            )
        filters.add(place.relative_to(root).as_posix())
    return root, () if "." in filters else tuple(sorted(filters))


def path_prefix(root: Path) -> str:
    """The folder of a root within its git repository, with a final ``/``; empty if they are one.

    Found by the presence of ``.git`` alone: no git is run. Outside a repository it is empty.
    """
    top = root = Path(os.path.realpath(root))
    while not os.path.lexists(top / ".git"):
        if top == top.parent:
            return ""
        top = top.parent
    return "" if top == root else f"{root.relative_to(top).as_posix()}/"


def within(path: str, filters: tuple[str, ...]) -> bool:
    """Whether a root-relative path is one of the filters or below one; no filter: always."""
    return not filters or any(path == text or path.startswith(f"{text}/") for text in filters)


def _place(path: Path) -> Path:
    """Where a path stands, its last part not followed: a link is judged as the link it is."""
    if not os.path.lexists(path):
        raise SourceError(
            f"There is no file or folder `{path}`",
            "Check the path; it is relative to where you are.",
        )
    if path.is_symlink():
        return Path(os.path.realpath(path.parent)) / path.name
    return Path(os.path.realpath(path))


def _is_root(folder: Path) -> bool:
    return os.path.lexists(folder / SETTINGS) or (folder / _ALLOCATIONS).is_dir()


def _hint(start: Path) -> str:
    try:
        below = sorted(
            entry.name
            for entry in os.scandir(start)
            if entry.is_dir() and _is_root(Path(entry.path))
        )
    except OSError:
        below = []
    if below:
        return f"Name the portfolio: `-C {below[0]}`" + (
            f" (also here: {', '.join(below[1:4])})" if below[1:] else ""
        )
    return (
        "Run `govern init` to write a starter portfolio here, or name its folder with `-C FOLDER`."
    )

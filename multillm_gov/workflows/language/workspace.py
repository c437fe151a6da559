"""A portfolio while it is edited: unsaved text takes the place of the disk's."""

import os
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import kind_of
from multillm_gov.errors import SourceError
from multillm_gov.rules.approval_commits import Blame, Introduction
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.sources.folder_blame import blame_folder
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import find_root
from multillm_gov.sources.sparse import read_working_tree
from multillm_gov.state.loading import load_state
from multillm_gov.state.state import State

price_map: Callable[[], PriceMap] = cache(read_price_map)
"""Read once a process: a server assesses after every pause in typing."""


def governed_place(file: Path) -> tuple[Path, str] | None:
    """The portfolio's root and a governed file's path below it; ``None``: not governed.

    The file itself is not followed where it is a link: a portfolio does not read links.
    """
    try:
        root = find_root(file.parent)
        path = (Path(os.path.realpath(file.parent)) / file.name).relative_to(root).as_posix()
    except (SourceError, ValueError, OSError):
        return None
    return (root, path) if kind_of(path) else None


def assess_workspace(
    root: Path, buffers: Mapping[str, str], *, as_of: date, known: State | None = None
) -> Assessment:
    """Judge the portfolio with the texts of open files in place of those on disk.

    Args:
        root: The portfolio's root.
        buffers: Text by path below the root; a path that the disk does not hold is a file not yet
        saved.
        as_of: The day dates are judged against.
        known: The assessment before: what has not changed since is neither parsed nor measured
            again.

    Raises:
        SourceError: the root cannot be read.
        CatalogError: the price map is needed and cannot be read.
    """
    files, flaws = read_working_tree(root)
    refused = {flaw.location.path for flaw in flaws}
    saved = {file.path: file for file in files}
    typed = {
        path: SourceFile(path, text.encode("utf-8", "surrogatepass"))
        for path, text in buffers.items()
        # What the disk refuses (a link, a name) an editor cannot bring in by the back door.
        if kind_of(path) and path not in refused
    }
    unsaved = frozenset(path for path, file in typed.items() if saved.get(path) != file)
    by_path = {**saved, **typed}
    ordered = tuple(by_path[path] for path in sorted(by_path))
    blame = _blame(root, unsaved)
    return assess(
        load_state(ordered, flaws, as_of=as_of, price_map=price_map, known=known), blame=blame
    )


def _blame(root: Path, unsaved: frozenset[str]) -> Blame:
    """As git reports it; lines of unsaved text belong to no commit."""
    saved = blame_folder(root)

    def ask(path: str, lines: tuple[int, ...]) -> tuple[Introduction, ...]:
        return (Introduction(commit=""),) if path in unsaved else saved(path, lines)

    return ask

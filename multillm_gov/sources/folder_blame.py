"""Blame for a folder's lines that loads git only with the first question."""

from collections.abc import Callable
from pathlib import Path

from multillm_gov.rules.approval_commits import Blame, Introduction


def blame_folder(root: Path) -> Blame:
    """Which commits wrote lines of the files below a root, as they are on the disk.

    The repository is looked for with the first question; outside one, no commit wrote
    any.
    """
    values: list[Callable[[str, tuple[int, ...]], tuple[Introduction, ...]]] = []

    def ask(path: str, lines: tuple[int, ...]) -> tuple[Introduction, ...]:
        if not values:
            values.append(_open(root))
        return values[0](path, lines)

    return ask


def _open(root: Path) -> Blame:
    from multillm_gov.errors import SourceError
    from multillm_gov.sources.git import Repository

    try:
        return Repository.open(root).blame()
    except SourceError:
        return lambda _path, _lines: ()

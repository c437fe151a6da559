"""The governed files of many commits of one branch, from one listing of what each changed."""

import os
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime

from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import FOLDERS, SETTINGS
from multillm_gov.finding import Flaw
from multillm_gov.sources.git import Repository
from multillm_gov.sources.git_command import GitCommand
from multillm_gov.sources.git_tree import Blobs, read_entries

_MARK = "\x01"
_DELETED = b"D"


class DatedCommit(Struct, frozen=True):
    """A commit and the day it was made, in UTC."""

    id: str
    day: date


class FilesOfCommit(Struct, frozen=True, kw_only=True):
    """What a commit holds of the portfolio; equal files of two commits are the same bytes."""

    commit: DatedCommit
    files: tuple[SourceFile, ...]
    flaws: tuple[Flaw, ...]


def list_commits(repository: Repository, revision: str = "HEAD") -> tuple[DatedCommit, ...]:
    """The commits of a revision's first-parent history, oldest first.

    Raises:
        RevisionError: the revision is unknown.
    """
    last = repository.resolve(revision)
    output = GitCommand(repository.top).run(
        "log", "--first-parent", "--reverse", "--format=%H %ct", last
    )
    found = []
    for line in output.decode("ascii").splitlines():
        commit, stamp = line.split(" ")
        found.append(DatedCommit(commit, datetime.fromtimestamp(int(stamp), UTC).date()))
    return tuple(found)


def walk(
    repository: Repository, commits: tuple[DatedCommit, ...], wanted: Collection[str]
) -> Iterator[FilesOfCommit]:
    """The files of each wanted commit, oldest first, where the portfolio stands today.

    One listing of all changes, and one reading of the blobs that the wanted commits hold: neither
    grows with the number of files times the number of commits.

    Args:
        repository: Of the portfolio.
        commits: A first-parent history, as `list_commits` gives it.
        wanted: Ids of the commits to read.

    Raises:
        SourceError: an object is missing or damaged.
    """
    if not commits:
        return
    git = GitCommand(repository.top)
    start = f"{repository.prefix}/" if repository.prefix else ""
    trees = dict(_trees(git, commits[-1].id, start, wanted))
    blobs = Blobs(git)
    held = list(dict.fromkeys(blob for tree in trees.values() for _, blob in tree.values()))
    size = dict(zip(held, map(len, blobs.read(held)), strict=True))
    for commit in commits:
        tree = trees.get(commit.id)
        if tree is None:
            continue
        listing = b"".join(
            b"%b blob %b %d\t%b\0" % (mode, blob.encode("ascii"), size[blob], path)
            for path, (mode, blob) in tree.items()
        )
        files, flaws = read_entries(listing, start, blobs)
        yield FilesOfCommit(commit=commit, files=files, flaws=flaws)


def _trees(
    git: GitCommand, last: str, start: str, wanted: Collection[str]
) -> Iterator[tuple[str, dict[bytes, tuple[bytes, str]]]]:
    """Path to mode and blob of each wanted commit: a commit without changes has its parent's."""
    roots = [f"{start}{name}" for name in (SETTINGS, *FOLDERS)]
    log = git.run(
        *("log", "--first-parent", "-m", "--root", "--reverse", "--raw", "--no-abbrev"),
        *("--no-renames", "-z", "--full-history", "--sparse", f"--format={_MARK}%H", last, "--"),
        *roots,
    )
    tree: dict[bytes, tuple[bytes, str]] = {}
    for record in log.split(_MARK.encode())[1:]:
        head, *fields = record.replace(b"\n", b"\0", 1).split(b"\0")
        changes = [field for field in fields if field]
        for facts, path in zip(changes[::2], changes[1::2], strict=False):
            _, mode, _, blob, kind = facts.split(b" ")
            if kind[:1] == _DELETED:
                tree.pop(path, None)
            else:
                tree[path] = (mode, blob.decode("ascii"))
        commit = os.fsdecode(head).strip()
        if commit in wanted:
            yield commit, {path: entry for path, entry in tree.items() if _is_file(entry[0])}


def _is_file(mode: bytes) -> bool:
    """Links and nested repositories are refused where a whole state is read; here left out."""
    return mode in {b"100644", b"100755"}

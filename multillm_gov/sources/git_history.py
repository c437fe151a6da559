"""What governed files said in the commits of a branch: of one folder, and as whole states."""

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
from multillm_gov.sources.refusals import LARGEST_FILE_BYTES

MOST_COMMITS = 1_000
"""Of those that changed the folder, the newest; older ones are not read."""
_MOST_MOVES = 20
"""Moves of the whole portfolio that its history is followed through."""
_MARK = b"\x01"
_FILE = b"100"
_DELETED = b"D"


class PastFiles(Struct, frozen=True, kw_only=True):
    """The files that one commit changed, as it left them; deleted ones are not among them."""

    day: date
    """Of the commit, in UTC; where a branch was merged, of the merge."""
    files: tuple[SourceFile, ...]


def read_history(repository: Repository, folder: str) -> tuple[tuple[PastFiles, ...], bool]:
    """Every commit of ``HEAD`` that changed files of a folder below the root, oldest first.

    Side branches count by their merge, which is when they took effect. Where the portfolio was
    moved as a whole, its commits before that count too. Files that are too large to be governed are
    left out.

    Returns:
        The commits, and whether older ones are not there (a shallow clone, or too many commits).

    Raises:
        SourceError: git failed, or an object is missing.
    """
    git = GitCommand(repository.top)
    if git.attempt("rev-parse", "--verify", "--quiet", "HEAD")[0]:
        return (), False
    start = f"{repository.prefix}/" if repository.prefix else ""
    changes = list(_changes(git, start, folder))
    cut = len(changes) > MOST_COMMITS
    kept = changes[:MOST_COMMITS][::-1]
    small = _small(git, sorted({blob for _, files in kept for blob in files.values()}))
    blobs = Blobs(git)
    blobs.read(sorted(small))
    past = []
    for day, files in kept:
        names = [path for path, blob in files.items() if blob in small]
        contents = blobs.read([files[path] for path in names])
        past.append(
            PastFiles(
                day=day,
                files=tuple(map(SourceFile, names, contents)),
            )
        )
    shallow = git.run("rev-parse", "--is-shallow-repository").strip() == b"true"
    return tuple(past), cut or shallow


def _changes(git: GitCommand, start: str, folder: str) -> Iterator[tuple[date, dict[str, str]]]:
    """Day and blob by path below the portfolio of each commit, newest first, through moves."""
    last = "HEAD"
    for _ in range(_MOST_MOVES):
        output = git.run(
            *("log", "--first-parent", "-m", "--raw", "--no-abbrev", "-z", "--no-renames"),
            *("--root", "--no-show-signature", "--no-color", "--no-ext-diff"),
            *(f"--max-count={MOST_COMMITS + 1}", "--format=%x01%ct %H", last, "--"),
            f"{start}{folder}",
        )
        oldest = ""
        for commit, day, files in _parse(output):
            oldest = commit
            yield day, {path.removeprefix(start): blob for path, blob in files.items()}
        former = _former_start(git, oldest, start, folder) if oldest else None
        if former is None:
            return
        start, last = former, f"{oldest}^"


def _former_start(git: GitCommand, commit: str, start: str, folder: str) -> str | None:
    """Where a commit moved the portfolio from, with a final ``/``; ``None``: it came with it.

    Any file that moved with its path below the portfolio shows where from, since those of the
    folder may have been edited too much to be recognized; a folder that is still there has not
    moved.
    """
    code, output, _ = git.attempt(
        *("diff-tree", "-r", "-z", "--find-renames", "--diff-filter=R", "--name-status"),
        *("--no-ext-diff", f"{commit}^", commit),
    )
    fields = [] if code else os.fsdecode(output).split("\0")
    starts = dict.fromkeys(
        old.removesuffix(below)
        for old, new in zip(fields[1::3], fields[2::3], strict=False)
        if new.startswith(start)
        and f"/{old}".endswith(f"/{(below := new.removeprefix(start))}")
        and old != new
    )
    for former in starts:
        if not git.run("ls-tree", "--name-only", "--full-tree", commit, f"{former}{folder}"):
            return former
    return None


def _parse(output: bytes) -> Iterator[tuple[str, date, dict[str, str]]]:
    """Id, day and blob by path of each commit, from the output of ``git log --raw -z``."""
    commit, day = "", date.min
    files: dict[str, str] = {}
    fields = iter(output.split(b"\0"))
    for field in fields:
        _, mark, head = field.partition(_MARK)
        if mark:
            if commit:
                yield commit, day, files
            stamp, _, name = head.decode("ascii").strip().partition(" ")
            commit, day = name, datetime.fromtimestamp(int(stamp), UTC).date()
            files = {}
        elif field.lstrip().startswith(b":"):
            _, mode, _, blob, _ = field.split()
            path = os.fsdecode(next(fields, b""))
            if mode.startswith(_FILE):
                files[path] = blob.decode("ascii")
    if commit:
        yield commit, day, files


def _small(git: GitCommand, blobs: list[str]) -> frozenset[str]:
    """Those that are no larger than a governed file may be."""
    if not blobs:
        return frozenset()
    requests = "".join(f"{blob}\n" for blob in blobs).encode("ascii")
    answer = git.run("cat-file", "--batch-check", stdin=requests)
    rows = [row.split() for row in answer.decode("ascii").splitlines()]
    return frozenset(row[0] for row in rows if len(row) == 3 and int(row[2]) <= LARGEST_FILE_BYTES)


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
        *("--no-renames", "-z", "--full-history", "--sparse", "--format=%x01%H", last, "--"),
        *roots,
    )
    tree: dict[bytes, tuple[bytes, str]] = {}
    for record in log.split(_MARK)[1:]:
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

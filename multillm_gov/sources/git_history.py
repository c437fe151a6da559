"""What the files of one folder said in every commit of a branch."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime

from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.sources.git import Repository
from multillm_gov.sources.git_command import GitCommand
from multillm_gov.sources.git_tree import Blobs
from multillm_gov.sources.refusals import LARGEST_FILE_BYTES

MOST_COMMITS = 1_000
"""Of those that changed the folder, the newest; older ones are not read."""
_MARK = b"\x01"
_FILE = b"100"


class PastFiles(Struct, frozen=True, kw_only=True):
    """The files that one commit changed, as it left them; deleted ones are not among them."""

    day: date
    """Of the commit, in UTC; where a branch was merged, of the merge."""
    files: tuple[SourceFile, ...]


def read_history(repository: Repository, folder: str) -> tuple[tuple[PastFiles, ...], bool]:
    """Every commit of ``HEAD`` that changed files of a folder below the root, oldest first.

    Side branches count by their merge, which is when they took effect. Files that are too large to
    be governed are left out.

    Returns:
        The commits, and whether older ones are not there (a shallow clone, or too many commits).

    Raises:
        SourceError: git failed, or an object is missing.
    """
    git = GitCommand(repository.top)
    if git.attempt("rev-parse", "--verify", "--quiet", "HEAD")[0]:
        return (), False
    start = f"{repository.prefix}/" if repository.prefix else ""
    output = git.run(
        *("log", "--first-parent", "-m", "--raw", "--no-abbrev", "-z", "--no-renames", "--root"),
        *("--no-show-signature", "--no-color", "--no-ext-diff", f"--max-count={MOST_COMMITS + 1}"),
        *("--format=%x01%ct", "HEAD", "--", f"{start}{folder}"),
    )
    changes = list(_parse(output))
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
                files=tuple(
                    SourceFile(path.removeprefix(start), data)
                    for path, data in zip(names, contents, strict=True)
                ),
            )
        )
    shallow = git.run("rev-parse", "--is-shallow-repository").strip() == b"true"
    return tuple(past), cut or shallow


def _parse(output: bytes) -> Iterator[tuple[date, dict[str, str]]]:
    """Day and blob by path of each commit, from the output of ``git log --raw -z``."""
    day: date | None = None
    files: dict[str, str] = {}
    fields = iter(output.split(b"\0"))
    for field in fields:
        _, mark, stamp = field.partition(_MARK)
        if mark:
            if day is not None:
                yield day, files
            day, files = datetime.fromtimestamp(int(stamp), UTC).date(), {}
        elif field.lstrip().startswith(b":"):
            _, mode, _, blob, _ = field.split()
            path = os.fsdecode(next(fields, b""))
            if mode.startswith(_FILE):
                files[path] = blob.decode("ascii")
    if day is not None:
        yield day, files


def _small(git: GitCommand, blobs: list[str]) -> frozenset[str]:
    """Those that are no larger than a governed file may be."""
    if not blobs:
        return frozenset()
    requests = "".join(f"{blob}\n" for blob in blobs).encode("ascii")
    answer = git.run("cat-file", "--batch-check", stdin=requests)
    rows = [row.split() for row in answer.decode("ascii").splitlines()]
    return frozenset(row[0] for row in rows if len(row) == 3 and int(row[2]) <= LARGEST_FILE_BYTES)

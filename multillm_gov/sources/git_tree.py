"""The governed files in a tree listing of git's, with the same refusals as on the disk."""

import os
from collections.abc import Sequence

from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import is_uncovered, kind_of, meant_name
from multillm_gov.errors import SourceError
from multillm_gov.finding import Flaw
from multillm_gov.sources import refusals
from multillm_gov.sources.git_command import GitCommand

_LINK = b"120000"
_SUBMODULE = b"160000"
_MOST_SIDE_BYTES = 1024 * 1024
"""Of a file beside the governed ones, such as CODEOWNERS."""


class TreeEntry(Struct, frozen=True):
    """One file to read: path below the portfolio's root, object id, size in bytes."""

    path: str
    blob: str
    size_bytes: int


class Blobs:
    """File contents by object id, each read once."""

    def __init__(self, git: GitCommand) -> None:
        self._git = git
        self._known: dict[str, bytes] = {}

    def read(self, blobs: Sequence[str]) -> list[bytes]:
        """The contents of blobs, in order.

        Raises:
            SourceError: one is missing or damaged.
        """
        wanted = [blob for blob in dict.fromkeys(blobs) if blob not in self._known]
        if wanted:
            requests = "".join(f"{blob}\n" for blob in wanted).encode("ascii")
            self._take(self._git.run("cat-file", "--batch", stdin=requests), wanted)
        return [self._known[blob] for blob in blobs]

    def _take(self, answer: bytes, wanted: list[str]) -> None:
        position = 0
        for blob in wanted:
            end = answer.index(b"\n", position)
            fields = answer[position:end].split(b" ")
            if len(fields) != 3 or fields[1] != b"blob":
                raise _damaged(blob)
            start, size = end + 1, int(fields[2])
            self._known[blob] = answer[start : start + size]
            position = start + size + 1


def read_entries(
    listing: bytes, prefix: str, blobs: Blobs
) -> tuple[tuple[SourceFile, ...], tuple[Flaw, ...]]:
    """Files and flaws, both sorted by path, from the output of ``git ls-tree -r -l -z``.

    Args:
        listing: The output.
        prefix: What precedes the portfolio's root in its paths: empty, or a folder with a final
        ``/``.
        blobs: Where contents are read.

    Raises:
        SourceError: an object is missing or damaged.
    """
    wanted: list[TreeEntry] = []
    flaws: dict[str, Flaw] = {}
    uncovered: list[str] = []
    for record in listing.split(b"\0")[:-1]:
        result = _judge(record, prefix)
        if isinstance(result, Flaw):
            flaws.setdefault(result.location.path, result)
        elif isinstance(result, str):
            uncovered.append(result)
        elif result is not None:
            wanted.append(result)
    wanted.sort(key=lambda entry: entry.path)
    kept_entries, rest = _within_limits(wanted)
    if rest is not None:
        flaws[rest.location.path] = rest
    contents = blobs.read([entry.blob for entry in kept_entries])
    flaws.update((flaw.location.path, flaw) for flaw in refusals.tell_uncovered(uncovered))
    files = tuple(
        SourceFile(entry.path, data) for entry, data in zip(kept_entries, contents, strict=True)
    )
    return files, tuple(flaws[path] for path in sorted(flaws))


def _judge(record: bytes, prefix: str) -> TreeEntry | Flaw | str | None:
    """One record, ``<mode> <type> <id> <size><tab><path>``; a bare path is an uncovered file."""
    facts, _, name = record.partition(b"\t")
    mode, _, blob, size = facts.split()
    path = os.fsdecode(name).removeprefix(prefix)
    flaw = _refusal(path, mode, name)
    if flaw or not kind_of(path):
        return flaw or (path if is_uncovered(path) else None)
    if not size.isdigit():
        raise _damaged(blob.decode("ascii"))
    if int(size) > refusals.LARGEST_FILE_BYTES:
        return refusals.refuse_size(path, int(size))
    return TreeEntry(path, blob.decode("ascii"), int(size))


def _damaged(blob: str) -> SourceError:
    return SourceError(
        f"git object {blob} is missing or damaged", "`git fsck` lists what is broken."
    )


def _refusal(path: str, mode: bytes, name: bytes) -> Flaw | None:
    if mode == _LINK:
        return refusals.refuse_link(path)
    if mode == _SUBMODULE:
        return refusals.refuse_nested_repository(path)
    folders = path.split("/")[:-1]
    if len(folders) > refusals.DEEPEST_FOLDER:
        return refusals.refuse_depth("/".join(folders[: refusals.DEEPEST_FOLDER + 1]))
    if kind_of(path) and not _is_utf8(name):
        return refusals.refuse_name(path)
    return None


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _within_limits(entries: list[TreeEntry]) -> tuple[list[TreeEntry], Flaw | None]:
    total = 0
    for index, entry in enumerate(entries):
        if index == refusals.MOST_FILES:
            return entries[:index], refusals.refuse_rest(
                entry.path, "governed files", refusals.MOST_FILES
            )
        total += entry.size_bytes
        if total > refusals.MOST_BYTES:
            return entries[:index], refusals.refuse_rest(entry.path, "bytes", refusals.MOST_BYTES)
    return entries, None


def misnamed_in(git: GitCommand, tree: str) -> list[Flaw]:
    """Names in a tree (``commit:folder/``) that are nearly those of governed files or folders."""
    entries = {}
    for record in git.attempt("ls-tree", "-z", tree)[1].split(b"\0")[:-1]:
        facts, _, name = record.partition(b"\t")
        text = os.fsdecode(name)
        is_folder = facts.split()[1] == b"tree" and bool(meant_name(text, ()))
        entries[text] = is_folder and _has_yaml(git, tree + text)
    return refusals.report_misnamed(entries)


def _has_yaml(git: GitCommand, tree: str) -> bool:
    names = git.attempt("ls-tree", "-z", "--name-only", tree)[1].split(b"\0")
    return any(name.endswith((b".yaml", b".yml")) for name in names)


def read_first(git: GitCommand, blobs: Blobs, commit: str, paths: Sequence[str]) -> str | None:
    """The text of the first of some paths, from the repository's top, that is a file in a commit.

    Links are not followed; ``None`` where there is none, or it is larger than 1 MiB.
    """
    listing = git.run("ls-tree", "-l", "-z", "--full-tree", commit, "--", *paths)
    texts_by_name: dict[str, str] = {}
    for entry in listing.split(b"\0")[:-1]:
        fields, _, path = entry.partition(b"\t")
        mode, kind, blob, size = fields.split()
        if kind == b"blob" and mode != _LINK and int(size) <= _MOST_SIDE_BYTES:
            texts_by_name[os.fsdecode(path)] = blob.decode("ascii")
    blob_id = next((texts_by_name[path] for path in paths if path in texts_by_name), None)
    return None if blob_id is None else blobs.read([blob_id])[0].decode("utf-8", "replace")

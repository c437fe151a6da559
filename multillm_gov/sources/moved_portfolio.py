"""Where a commit keeps a portfolio that stands somewhere else now: found by what its files hold."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import SETTINGS, kind_of
from multillm_gov.errors import RevisionError

_ALLOCATIONS = "allocations"
_ALIKE = 0.5
"""Share of a portfolio's files that a folder must hold, by path or content, to be the same one."""


class PortfolioCandidate(Struct, frozen=True):
    """A folder that holds a portfolio in a commit."""

    prefix: str
    """Below the top of the repository; empty for the top itself."""
    likeness: float
    """Share of its governed files that the present portfolio has, 0 to 1."""


def find_moved(
    listing: bytes, files: Iterable[SourceFile], still_there: Callable[[str], bool]
) -> str | None:
    """The folder in which a commit keeps the portfolio that ``files`` are the present state of.

    A folder that still holds a portfolio today is another one's. ``None``: the commit has no
    portfolio that went, so the present one is new.

    Args:
        listing: Output of ``git ls-tree -r -z --full-tree`` of the whole commit.
        files: The governed files as they are now.
        still_there: Whether a folder below the repository's top holds a portfolio today.

    Raises:
        RevisionError: a portfolio was removed, and it is not known which one this is.
    """
    blobs = _governed_blobs(listing)
    gone = {prefix: held for prefix, held in blobs.items() if not still_there(prefix)}
    if not gone:
        return None
    present = {file.path: file.data for file in files}
    sha = hashlib.sha256 if _is_sha256(gone) else hashlib.sha1
    contents = {_object_id(data, sha) for data in present.values()}
    candidates = sorted(
        (
            PortfolioCandidate(
                prefix,
                sum(path in present or blob in contents for path, blob in held.items()) / len(held),
            )
            for prefix, held in gone.items()
        ),
        key=lambda candidate: (-candidate.likeness, candidate.prefix),
    )
    best = candidates[0]
    rivals = [candidate for candidate in candidates[1:] if candidate.likeness == best.likeness]
    if best.likeness < _ALIKE or rivals:
        places = ", ".join(f"`{candidate.prefix or '.'}`" for candidate in candidates[:4])
        raise RevisionError(
            f"The base keeps its portfolio in {places}, which no longer exists, and the files "
            "here differ too much to tell whether it is this one",
            f"Name the folder in the base: `REVISION:{best.prefix or '.'}`; or move the folder in "
            "a change of its own.",
        )
    return best.prefix


def _governed_blobs(listing: bytes) -> dict[str, dict[str, str]]:
    """Object ids by path below the portfolio, by the portfolio's folder."""
    entries = []
    roots = set()
    for record in listing.split(b"\0")[:-1]:
        facts, _, name = record.partition(b"\t")
        path = os.fsdecode(name)
        entries.append((path, facts.split()[2].decode("ascii")))
        folder, _, last = path.rpartition("/")
        if last == SETTINGS:
            roots.add(folder)
        elif f"/{_ALLOCATIONS}/" in f"/{path}" and kind_of(_below_allocations(path)):
            roots.add(f"/{path}".partition(f"/{_ALLOCATIONS}/")[0].removeprefix("/"))
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for path, blob in entries:
        for root in {"", *_folders(path)} & roots:
            below = path.removeprefix(f"{root}/") if root else path
            if kind_of(below):
                held[root][below] = blob
    return dict(held)


def _folders(path: str) -> Iterator[str]:
    """Every folder that a path lies in, the top excepted."""
    end = path.find("/")
    while end > 0:
        yield path[:end]
        end = path.find("/", end + 1)


def _below_allocations(path: str) -> str:
    return f"{_ALLOCATIONS}/" + f"/{path}".partition(f"/{_ALLOCATIONS}/")[2]


def _is_sha256(blobs: dict[str, dict[str, str]]) -> bool:
    return any(len(blob) == 64 for held in blobs.values() for blob in held.values())


def _object_id(data: bytes, sha: Callable[[bytes], "hashlib._Hash"]) -> str:
    """The id that git gives a file's content, stored with line feeds alone."""
    stored = data.replace(b"\r\n", b"\n")
    return sha(b"blob %d\0" % len(stored) + stored).hexdigest()

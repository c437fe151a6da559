"""Files of usage: their format and compression, opened as a stream of bounded memory."""

import bz2
import gzip
import hashlib
import lzma
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Literal, cast

from msgspec import Struct

from multillm_gov.errors import SourceError

Format = Literal["csv", "jsonl", "json", "parquet"]
_ENDINGS: Mapping[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".log": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
}
_OPENERS: Mapping[str, Callable[..., Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
LARGEST_DOCUMENT = 256 * 2**20
"""Bytes of one nested JSON document, which is read whole."""
_BLOCK = 2**20


class FeedFile(Struct, frozen=True, kw_only=True):
    """A file as it lies on the disk."""

    path: Path
    format: Format
    opener: Callable[..., Any] | None = None
    """Of its compression; ``None``: not compressed."""

    @property
    def name(self) -> str:
        """The bare name: where a file lies on a machine is nobody's business."""
        return self.path.name

    def open(self) -> IO[bytes]:
        """A stream of its decompressed bytes."""
        opener = self.opener or Path.open
        return cast("IO[bytes]", opener(self.path, "rb"))


def open_feed(path: Path) -> FeedFile:
    """What a file is, by its endings.

    Raises:
        SourceError: it is missing, no regular file, or of no format that is read.
    """
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        raise SourceError(
            f"Cannot read `{path}`: {error.strerror or error}", "Check the path."
        ) from error
    if not regular:
        raise SourceError(f"`{path}` is not a regular file", "Name the exported file.")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    opener = _OPENERS.get(suffixes[-1]) if suffixes else None
    if opener is not None:
        suffixes.pop()
    result = _ENDINGS.get(suffixes[-1] if suffixes else "")
    if result is None or (result == "parquet" and opener is not None):
        known = ", ".join([*_ENDINGS, *(f"{ending}.gz" for ending in (".csv", ".jsonl"))])
        raise SourceError(
            f"Cannot infer the format from `{path.name}`", f"Read are files ending in {known}."
        )
    return FeedFile(path=path, format=result, opener=opener)


def digest_of(file: FeedFile) -> str:
    """SHA-256 of the file as it lies there."""
    digest = hashlib.sha256()
    with file.path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()

"""A file cut into ranges of whole rows: what is imported, and resumed, one range at a time."""

import csv
import hashlib
from collections.abc import Iterator
from io import StringIO
from typing import IO, Any

import msgspec
from msgspec import Struct

from multillm_gov.usage.reader import Reader
from multillm_gov.warehouse.files import FeedFile
from multillm_gov.warehouse.sampling import ABSENT, header_of, load_document

CHUNK_BYTES = 32 * 2**20
LONGEST_LINE = 32 * 2**20
LINE = "govern line"
"""Key of a row's line in what the engine reads."""
_LINE_KEY = msgspec.json.encode(LINE) + b":"


class Rejected(Struct, frozen=True):
    """A row that could not be read: its line and why, never its text."""

    line: int
    reason: str


class Chunk(Struct, frozen=True, kw_only=True):
    """A range of rows as JSON lines, each with its line."""

    digest: str
    """SHA-256 of the range's bytes."""
    done_bytes: int
    """Decompressed bytes of the file up to its end."""
    rows: list[bytes]
    lines: list[int]
    rejected: list[Rejected]


class _Rows(Struct):
    """What is gathered of a range."""

    rows: list[bytes] = []
    lines: list[int] = []
    rejected: list[Rejected] = []

    def add(self, line: int, row: bytes) -> None:
        """Keep an encoded object."""
        inner = row[1:]
        comma = b"" if inner.lstrip().startswith(b"}") else b","
        self.rows.append(b"{%b%d%b%b" % (_LINE_KEY, line, comma, inner))
        self.lines.append(line)

    def chunk(self, digest: str, done: int) -> Chunk:
        """The range, finished."""
        return Chunk(digest=digest, done_bytes=done, rows=self.rows, lines=self.lines,
                     rejected=self.rejected)  # fmt: skip


def chunks_of(file: FeedFile, reader: Reader, size: int = CHUNK_BYTES) -> Iterator[Chunk]:
    """The ranges of a text file in order; those of Parquet are cut by the engine.

    Raises:
        OSError, EOFError: it cannot be read, or its compression is broken.
        SourceError: one JSON document is too large.
        msgspec.DecodeError: a JSON document is broken.
    """
    if file.format == "json":
        yield _of_document(file, reader)
        return
    number = 1
    if file.format == "csv":
        names, delimiter = header_of(file)
        with file.open() as stream:
            done = len(stream.readline(LONGEST_LINE))
            number = 2
            for data in _ranges(stream, size, quoted=True):
                done += len(data)
                gathered = _table_rows(data, names, delimiter, number)
                number += data.count(b"\n") + (not data.endswith(b"\n"))
                yield gathered.chunk(hashlib.sha256(data).hexdigest(), done)
        return
    with file.open() as stream:
        done = 0
        for data in _ranges(stream, size, quoted=False):
            done += len(data)
            lines = data.split(b"\n")
            gathered = _line_rows(lines, number, reader)
            number += len(lines) - (not lines[-1])
            yield gathered.chunk(hashlib.sha256(data).hexdigest(), done)


def _ranges(stream: IO[bytes], size: int, *, quoted: bool) -> Iterator[bytes]:
    """Blocks that end with a row; a line feed inside of quotes ends none."""
    while data := stream.read(size):
        parts = [data]
        parity = data.count(b'"') % 2 if quoted else 0
        grown = len(data)
        while not parts[-1].endswith(b"\n") or parity:
            more = stream.readline(LONGEST_LINE)
            if not more or grown > size + 2 * LONGEST_LINE:
                parts.append(more)
                break
            parity = (parity + more.count(b'"')) % 2 if quoted else 0
            parts.append(more)
            grown += len(more)
        yield b"".join(parts)


def _line_rows(lines: list[bytes], first: int, reader: Reader) -> _Rows:
    gathered = _Rows()
    for number, line in enumerate(lines, first):
        text = line.strip()
        if not text:
            continue
        if text[:1] != b"{" or len(text) > LONGEST_LINE:
            gathered.rejected.append(Rejected(number, "is no JSON object"))
        elif reader.records is None:
            gathered.add(number, text)
        else:
            try:
                value = msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError):
                gathered.rejected.append(Rejected(number, "is not JSON"))
                continue
            for record in reader.records(value):
                gathered.add(number, _encoded(record))
    return gathered


def _table_rows(data: bytes, names: tuple[str, ...], delimiter: str, first: int) -> _Rows:
    gathered = _Rows()
    text = data.decode("utf-8", "surrogateescape").replace("\0", "")
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return gathered
        except csv.Error as error:
            gathered.rejected.append(Rejected(first + before, str(error)))
            before = rows.line_num
            continue
        number, before = first + before, rows.line_num
        if not cells:
            continue
        if len(cells) != len(names):
            reason = f"has {len(cells)} cells, the header {len(names)}"
            gathered.rejected.append(Rejected(number, reason))
            continue
        row = {name: cell for name, cell in zip(names, cells, strict=True) if cell not in ABSENT}
        try:
            gathered.add(number, msgspec.json.encode(row))
        except UnicodeEncodeError:
            gathered.rejected.append(Rejected(number, "is not UTF-8"))


def _of_document(file: FeedFile, reader: Reader) -> Chunk:
    value = load_document(file)
    gathered = _Rows()
    if reader.records is not None:
        for number, record in enumerate(reader.records(value), 1):
            gathered.add(number, _encoded(record))
    else:
        items = value if isinstance(value, list) else [value]
        for number, item in enumerate(items, 1):
            if isinstance(item, dict):
                gathered.add(number, msgspec.json.encode(item))
            else:
                gathered.rejected.append(Rejected(number, "is no JSON object"))
    size = file.path.stat().st_size
    return gathered.chunk(hashlib.sha256(msgspec.json.encode(value)).hexdigest(), size)


def _encoded(record: Any) -> bytes:  # noqa: ANN401 - a row of any keys
    return msgspec.json.encode({str(name): value for name, value in record.items()
                                if value is not None})  # fmt: skip

"""Import a file into the store: range by range, each staged, verified, renamed, then marked."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from multillm_gov.errors import SourceError
from multillm_gov.usage.mapping import ColumnMapping, mapped_reader
from multillm_gov.usage.reader import FeedContract, load_reader
from multillm_gov.usage.recognition import recognize_producer
from multillm_gov.warehouse.chunks import Chunk, chunks_of
from multillm_gov.warehouse.engine import open_engine
from multillm_gov.warehouse.files import FeedFile, digest_of, open_feed
from multillm_gov.warehouse.parquet import parquet_chunks
from multillm_gov.warehouse.range_import import Job, import_chunk
from multillm_gov.warehouse.sampling import sample_of
from multillm_gov.warehouse.store import Marker, Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAPPED = "mapped"


class ImportProgress(Struct, frozen=True, kw_only=True):
    """How far an import is."""

    file: str
    done_bytes: int
    total_bytes: int
    rows: int


class Import(Struct, frozen=True, kw_only=True):
    """What an import of one file did."""

    file: str
    producer: str
    contract: FeedContract
    markers: tuple[Marker, ...]
    """Of every range, those that were there already included."""
    new: int
    """Ranges imported by this call."""


def import_file(
    path: Path,
    store: Store,
    *,
    producer: str = "",
    mapping: ColumnMapping | None = None,
    progress: Callable[[ImportProgress], None] = lambda _: None,
    chunk_bytes: int | None = None,
) -> Import:
    """Import one file; ranges that the store has are passed over.

    Raises:
        SourceError: it cannot be read, or its producer is not known or refuses it.
        OutputError: the store cannot be written.
        MissingExtraError: the engine is not installed.
    """
    file = open_feed(path)
    with store.locked():
        shutil.rmtree(store.staged, ignore_errors=True)
        store.staged.mkdir(parents=True)
        with open_engine(store.staged) as engine:
            job = _job(file, store, engine, producer, mapping)
            done = _import_ranges(job, progress, chunk_bytes)
        shutil.rmtree(store.staged, ignore_errors=True)
    return done


def _job(
    file: FeedFile,
    store: Store,
    engine: "DuckDBPyConnection",
    producer: str,
    mapping: ColumnMapping | None,
) -> Job:
    if mapping is not None:
        name, reader = MAPPED, mapped_reader(mapping)
    else:
        name = recognize_producer(sample_of(file, engine), file.name, producer)
        reader = load_reader(name)
    salt = f"{name}:{msgspec.json.encode(mapping).decode()}" if mapping is not None else name
    sequence = 0
    if reader.newest_wins:
        # The same file again is the same sequence; another file with other buckets is a later one.
        digest = digest_of(file)
        salt = f"{salt}:{digest}"
        markers = store.markers()
        first = _id(salt, "sequence")
        known = [marker.sequence for marker in markers if marker.id.startswith(first[:16])]
        sequence = known[0] if known else max((m.sequence for m in markers), default=0) + 1
    return Job(store=store, engine=engine, file=file, producer=name, reader=reader,
                sequence=sequence, salt=salt)  # fmt: skip


def _id(salt: str, digest: str) -> str:
    """Of a range: sixteen digits of how it is read, then the digest of what it holds."""
    way = hashlib.sha256(salt.encode()).hexdigest()[:16]
    return f"{way}{hashlib.sha256(digest.encode()).hexdigest()[:32]}"


def _import_ranges(
    job: Job, progress: Callable[[ImportProgress], None], chunk_bytes: int | None
) -> Import:
    known = {marker.id: marker for marker in job.store.markers()}
    markers, new, rows = [], 0, 0
    total = 0 if job.file.opener else job.file.path.stat().st_size
    for chunk_id, chunk in _ranges(job, chunk_bytes):
        marker = known.get(chunk_id)
        if marker is None:
            marker = import_chunk(job, chunk_id, chunk)
            new += 1
        markers.append(marker)
        rows += marker.kept.rows
        progress(
            ImportProgress(
                file=job.file.name, done_bytes=chunk.done_bytes, total_bytes=total, rows=rows
            )
        )
    return Import(file=job.file.name, producer=job.producer, contract=job.reader.contract,
                  markers=tuple(markers), new=new)  # fmt: skip


def _ranges(job: Job, chunk_bytes: int | None) -> Iterator[tuple[str, Chunk]]:
    ranges = (
        parquet_chunks(job.file, job.engine)
        if job.file.format == "parquet"
        else chunks_of(job.file, job.reader, *([chunk_bytes] if chunk_bytes else []))
    )
    try:
        for number, chunk in enumerate(ranges):
            # Buckets are replaced file by file, so their ranges are of one file only.
            digest = f"{number}:{chunk.digest}" if job.reader.newest_wins else chunk.digest
            yield _id(job.salt, digest), chunk
    except (OSError, EOFError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise SourceError(
            f"`{job.file.name}` cannot be read further: {error}",
            "What was read before is imported; repair the file and import it again.",
        ) from error

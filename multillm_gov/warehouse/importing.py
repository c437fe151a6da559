"""Import a file into the store: range by range, each staged, verified, renamed, then marked."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from multillm_gov.errors import SourceError
from multillm_gov.usage.mapping import ColumnMapping, mapped_reader
from multillm_gov.usage.reader import Contract, Reader, load_reader
from multillm_gov.usage.recognition import recognize_producer
from multillm_gov.warehouse.chunks import LINE, Chunk, Rejected, chunks_of
from multillm_gov.warehouse.engine import identifier, literal, open_engine
from multillm_gov.warehouse.files import FeedFile, digest_of, open_feed
from multillm_gov.warehouse.parquet import parquet_chunks
from multillm_gov.warehouse.projection import Source, checked_rows
from multillm_gov.warehouse.sampling import sample_of
from multillm_gov.warehouse.store import Marker, Store, Total

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_REASONS = 1_000
"""Quarantined rows whose reason is kept by line."""
MAPPED = "mapped"


class Progress(Struct, frozen=True, kw_only=True):
    """How far an import is."""

    file: str
    done_bytes: int
    total_bytes: int
    rows: int


class Import(Struct, frozen=True, kw_only=True):
    """What an import of one file did."""

    file: str
    producer: str
    contract: Contract
    markers: tuple[Marker, ...]
    """Of every range, those that were there already included."""
    new: int
    """Ranges imported by this call."""


class _Job(Struct, kw_only=True):
    store: Store
    engine: "DuckDBPyConnection"
    file: FeedFile
    producer: str
    reader: Reader
    sequence: int
    salt: str
    """What makes a range of this file, read in this way, another than the same bytes elsewhere."""


def import_file(
    path: Path,
    store: Store,
    *,
    producer: str = "",
    mapping: ColumnMapping | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
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
) -> _Job:
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
    return _Job(store=store, engine=engine, file=file, producer=name, reader=reader,
                sequence=sequence, salt=salt)  # fmt: skip


def _id(salt: str, digest: str) -> str:
    """Of a range: sixteen digits of how it is read, then the digest of what it holds."""
    way = hashlib.sha256(salt.encode()).hexdigest()[:16]
    return f"{way}{hashlib.sha256(digest.encode()).hexdigest()[:32]}"


def _import_ranges(
    job: _Job, progress: Callable[[Progress], None], chunk_bytes: int | None
) -> Import:
    known = {marker.id: marker for marker in job.store.markers()}
    markers, new, rows = [], 0, 0
    total = 0 if job.file.opener else job.file.path.stat().st_size
    for chunk_id, chunk in _ranges(job, chunk_bytes):
        marker = known.get(chunk_id)
        if marker is None:
            marker = _import_chunk(job, chunk_id, chunk)
            new += 1
        markers.append(marker)
        rows += marker.kept.rows
        progress(
            Progress(file=job.file.name, done_bytes=chunk.done_bytes, total_bytes=total, rows=rows)
        )
    return Import(file=job.file.name, producer=job.producer, contract=job.reader.contract,
                  markers=tuple(markers), new=new)  # fmt: skip


def _ranges(job: _Job, chunk_bytes: int | None) -> Iterator[tuple[str, Chunk]]:
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


def _import_chunk(job: _Job, chunk_id: str, chunk: Chunk) -> Marker:
    engine = job.engine
    staged = job.store.staged / "rows.jsonl"
    source = _source(job, chunk, staged)
    checked = checked_rows(job.reader, source, job.producer)
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE read_rows AS SELECT *, CAST(NULL AS VARCHAR) AS fate "
        f"FROM ({checked}) AS checked"
    )
    staged.unlink(missing_ok=True)
    rejected = [*chunk.rejected, *_unread(engine, chunk)]
    _judge(job)
    days = _write(job, chunk_id)
    marker = _marker(job, chunk_id, days, rejected)
    _verify(job, marker)
    job.store.mark(marker)
    return marker


def _source(job: _Job, chunk: Chunk, staged: Path) -> Source:
    if job.file.format == "parquet":
        from multillm_gov.warehouse.parquet import parquet_source

        return parquet_source(job.file, job.engine, chunk)
    staged.write_bytes(b"\n".join(chunk.rows) + b"\n")
    columns = dict.fromkeys((field.column for field in job.reader.fields.values()), "VARCHAR")
    typed = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    sql = (
        f"read_json({literal(str(staged))}, format = 'newline_delimited', ignore_errors = true, "
        f"maximum_object_size = 67108864, columns = {{{literal(LINE)}: 'BIGINT', {typed}}})"
    )
    return Source(sql=sql, columns=columns, line=identifier(LINE))


def _unread(engine: "DuckDBPyConnection", chunk: Chunk) -> list[Rejected]:
    """Lines that the engine could not read as JSON; it leaves an empty row for each."""
    lost = engine.execute("DELETE FROM read_rows WHERE line IS NULL").fetchall()
    if not lost or not lost[0][0] or not chunk.lines:
        return []
    seen = {line for (line,) in engine.execute("SELECT line FROM read_rows").fetchall()}
    return [Rejected(line, "is not JSON") for line in chunk.lines if line not in seen]


def _judge(job: _Job) -> None:
    """Decide each row's fate: quarantined, left out, already counted, or kept (null)."""
    engine = job.engine
    engine.execute("UPDATE read_rows SET fate = 'quarantined' WHERE problem IS NOT NULL")
    engine.execute("UPDATE read_rows SET fate = 'left out' WHERE fate IS NULL AND left_out "
                   "IS NOT NULL")  # fmt: skip
    if job.reader.newest_wins or "row_id" not in job.reader.row:
        return
    engine.execute(
        "UPDATE read_rows SET fate = 'counted' WHERE fate IS NULL AND line IN (SELECT line FROM "
        "(SELECT line, ROW_NUMBER() OVER (PARTITION BY row_id ORDER BY line) AS nth FROM read_rows "
        "WHERE fate IS NULL AND row_id IS NOT NULL) AS numbered WHERE nth > 1)"
    )
    days = engine.execute("SELECT MIN(day), MAX(day) FROM read_rows WHERE fate IS NULL").fetchone()
    first, last = days or (None, None)
    markers = tuple(m for m in job.store.markers() if m.producer == job.producer)
    files = job.store.files(markers, first, last) if first is not None else []
    if files:
        listed = ", ".join(literal(str(path)) for path in files)
        engine.execute(
            "UPDATE read_rows SET fate = 'counted' WHERE fate IS NULL AND row_id IN "
            f"(SELECT row_id FROM read_parquet([{listed}], hive_partitioning = false))"
        )


def _write(job: _Job, chunk_id: str) -> tuple[date, ...]:
    """Write the kept rows beside their places, then rename; a killed import leaves no half file."""
    engine, store = job.engine, job.store
    found = engine.execute(
        "SELECT DISTINCT day FROM read_rows WHERE fate IS NULL ORDER BY day"
    ).fetchall()
    days = tuple(day for (day,) in found)
    kept = (
        f"SELECT * EXCLUDE (problem, left_out, fate), "
        f"{literal(job.file.name)} AS source, CAST({job.sequence} AS INTEGER) AS sequence, "
        f"{str(job.reader.newest_wins).upper()} AS newest_wins FROM read_rows WHERE fate IS NULL"
    )
    for day in days:
        target = store.file_of(chunk_id, day)
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = store.staged / f"{chunk_id}-{day}.parquet"
        engine.execute(
            f"COPY ({kept} AND day = DATE '{day}' ORDER BY line) TO {literal(str(staged))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        staged.replace(target)
    return days


def _marker(job: _Job, chunk_id: str, days: tuple[date, ...], rejected: list[Rejected]) -> Marker:
    engine = job.engine
    reasons = {str(each.line): each.reason for each in rejected[:_REASONS]}
    problems = engine.execute(
        "SELECT line, problem FROM read_rows WHERE fate = 'quarantined' ORDER BY line "
        f"LIMIT {_REASONS}"
    ).fetchall()
    reasons.update({str(line): str(problem) for line, problem in problems})
    put_aside = _total(engine, "fate = 'quarantined'")
    kinds = engine.execute(
        "SELECT DISTINCT left_out FROM read_rows WHERE fate = 'left out' ORDER BY 1"
    ).fetchall()
    return Marker(
        id=chunk_id,
        file=job.file.name,
        producer=job.producer,
        sequence=job.sequence,
        newest_wins=job.reader.newest_wins,
        days=days,
        kept=_total(engine, "fate IS NULL"),
        already_counted=_total(engine, "fate = 'counted'"),
        left_out={
            str(reason): _total(engine, f"fate = 'left out' AND left_out = {literal(reason)}")
            for (reason,) in kinds
        },
        quarantined=Total(rows=put_aside.rows + len(rejected), money=put_aside.money),
        reasons=dict(sorted(reasons.items(), key=lambda each: int(each[0]))[:_REASONS]),
    )


def _total(engine: "DuckDBPyConnection", condition: str, table: str = "read_rows") -> Total:
    sums = engine.execute(
        f"SELECT COALESCE(currency, ''), COUNT(*), SUM(COALESCE(effective_cost, 0)) FROM {table} "
        f"WHERE {condition} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return Total(
        rows=sum(count for _, count, _ in sums),
        money={str(currency): f"{Decimal(money).normalize():f}" for currency, _, money in sums
               if currency},
    )  # fmt: skip


def _verify(job: _Job, marker: Marker) -> None:
    """Read back what was written and compare it with what was read.

    Raises:
        SourceError: they differ; the range does not count then.
    """
    files = job.store.files((marker,))
    if not files:
        return
    listed = ", ".join(literal(str(path)) for path in files)
    written = _total(job.engine, "TRUE", f"read_parquet([{listed}], hive_partitioning = false)")
    if written != marker.kept:
        with suppress(OSError):
            for path in files:
                path.unlink()
        raise SourceError(
            f"`{job.file.name}`: {written.rows:,} rows were written of {marker.kept.rows:,}",
            "Check the disk, and import the file again.",
        )

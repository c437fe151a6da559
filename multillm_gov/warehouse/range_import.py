"""One range of a file: read, judged row by row, written, read back, and marked."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from multillm_gov.errors import SourceError
from multillm_gov.usage.reader import Reader
from multillm_gov.warehouse.chunks import LINE, Chunk, Rejected
from multillm_gov.warehouse.engine import identifier, literal
from multillm_gov.warehouse.files import FeedFile
from multillm_gov.warehouse.parquet import parquet_source
from multillm_gov.warehouse.projection import Source, checked_rows
from multillm_gov.warehouse.store import Marker, Store, Total

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_REASONS = 1_000
"""Quarantined rows whose reason is kept by line."""


class Job(Struct, kw_only=True):
    """An import of one file."""

    store: Store
    engine: "DuckDBPyConnection"
    file: FeedFile
    producer: str
    reader: Reader
    sequence: int
    salt: str
    """What makes a range of this file, read in this way, another than the same bytes elsewhere."""


def import_chunk(job: Job, chunk_id: str, chunk: Chunk) -> Marker:
    """Import one range; it counts once its marker is written.

    Raises:
        SourceError: what was written is not what was read.
    """
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


def _source(job: Job, chunk: Chunk, staged: Path) -> Source:
    if job.file.format == "parquet":
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


def _judge(job: Job) -> None:
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


def _write(job: Job, chunk_id: str) -> tuple[date, ...]:
    """Write the kept rows beside their places, then rename; a killed import leaves no half file."""
    engine, store = job.engine, job.store
    result = engine.execute(
        "SELECT DISTINCT day FROM read_rows WHERE fate IS NULL ORDER BY day"
    ).fetchall()
    days = tuple(day for (day,) in result)
    remaining = (
        f"SELECT * EXCLUDE (problem, left_out, fate), "
        f"{literal(job.file.name)} AS source, CAST({job.sequence} AS INTEGER) AS sequence, "
        f"{str(job.reader.newest_wins).upper()} AS newest_wins FROM read_rows WHERE fate IS NULL"
    )
    for day in days:
        target = store.file_of(chunk_id, day)
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = store.staged / f"{chunk_id}-{day}.parquet"
        engine.execute(
            f"COPY ({remaining} AND day = DATE '{day}' ORDER BY line) TO {literal(str(staged))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        staged.replace(target)
    return days


def _marker(job: Job, chunk_id: str, days: tuple[date, ...], rejected: list[Rejected]) -> Marker:
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


def _verify(job: Job, marker: Marker) -> None:
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

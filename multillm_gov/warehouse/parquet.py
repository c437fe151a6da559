"""Ranges of a Parquet file: cut by row numbers and read by the engine itself."""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from multillm_gov.warehouse.chunks import Chunk
from multillm_gov.warehouse.engine import identifier, literal
from multillm_gov.warehouse.files import FeedFile, digest_of
from multillm_gov.warehouse.projection import Source

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS = 500_000
_NUMBER = "file_row_number"


def parquet_chunks(file: FeedFile, engine: "DuckDBPyConnection") -> Iterator[Chunk]:
    """Ranges of rows; the digest is that of the file and the range."""
    digest, size = digest_of(file), file.path.stat().st_size
    path = literal(str(file.path))
    counted = engine.execute(f"SELECT COUNT(*) FROM read_parquet({path})").fetchone()
    rows = counted[0] if counted else 0
    for first in range(0, rows, ROWS):
        span = f"{digest}:{first}"
        done = size * min(first + ROWS, rows) // rows
        yield Chunk(
            digest=f"{first}:{hashlib.sha256(span.encode()).hexdigest()}",
            done_bytes=done,
            rows=[],
            lines=[],
            rejected=[],
        )


def parquet_source(
    file: FeedFile, engine: "DuckDBPyConnection", chunk: Chunk | None = None
) -> Source:
    """All rows of a Parquet file, or those of a range; a row's line is its number."""
    read = f"read_parquet({literal(str(file.path))}, file_row_number = true)"
    described = engine.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()
    columns = {str(name): str(kind).upper() for name, kind, *_ in described if name != _NUMBER}
    sql = f"{read} AS file"
    wrapped = [identifier(name) for name, kind in columns.items() if kind == "JSON"]
    if wrapped:  # a JSON column may hold JSON as text, as the gateway logs it
        plain = ", ".join(
            f"CASE WHEN JSON_TYPE({name}) = 'VARCHAR' THEN {name} ->> '$' "
            f"ELSE CAST({name} AS VARCHAR) END AS {name}"
            for name in wrapped
        )
        sql = f"(SELECT * REPLACE ({plain}) FROM {read}) AS file"
        columns |= dict.fromkeys(
            (name for name, kind in columns.items() if kind == "JSON"), "VARCHAR"
        )
    if chunk is not None:
        first = int(chunk.digest.partition(":")[0])
        sql = (
            f"(SELECT * FROM {sql} WHERE {_NUMBER} >= {first} "
            f"AND {_NUMBER} < {first + ROWS}) AS ranged"
        )
    return Source(sql=sql, columns=columns, line=f"{identifier(_NUMBER)} + 1")

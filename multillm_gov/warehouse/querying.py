"""Answers of the canonical query: over the store, or straight over files."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from multillm_gov.errors import SourceError
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.usage.attribution import AttributionRule
from multillm_gov.usage.reader import Reader, load_reader
from multillm_gov.usage.row import COLUMNS, MEASURES, UsageRow
from multillm_gov.warehouse.aggregate import DIMENSIONS, aggregate_query
from multillm_gov.warehouse.engine import identifier, literal, open_engine
from multillm_gov.warehouse.files import FeedFile
from multillm_gov.warehouse.parquet import parquet_source
from multillm_gov.warehouse.projection import Source, strict_rows
from multillm_gov.warehouse.store import Store, stored_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Rules = tuple[AttributionRule, ...]


def stored_aggregates(
    store: Store,
    rules: Rules = (),
    *,
    first: date | None = None,
    last: date | None = None,
    producers: Sequence[str] = (),
    dimensions: Sequence[str] = DIMENSIONS,
    hints: bool = True,
) -> tuple[UsageAggregate, ...]:
    """Sums of the imported rows of a span of days, in order of their dimensions.

    Raises:
        MissingExtraError: the engine is not installed.
        SourceError: the store is damaged.
    """
    rows = stored_rows(store, first, last)
    if rows is None:
        return ()
    if producers:
        listed = ", ".join(map(literal, producers))
        rows = f"SELECT * FROM ({rows}) AS every WHERE producer IN ({listed})"
    query = aggregate_query(rows, rules, dimensions=dimensions, hints=hints)
    with open_engine() as engine:
        return aggregates_of(engine, f"{query} ORDER BY ALL")


def aggregates_of(engine: "DuckDBPyConnection", query: str) -> tuple[UsageAggregate, ...]:
    """The result of an aggregate query, typed."""
    import duckdb

    try:
        done = engine.execute(query)
        names = [str(column[0]) for column in done.description or ()]
        return tuple(typed_aggregate(zip(names, row, strict=True)) for row in done.fetchall())
    except duckdb.Error as error:
        raise SourceError(
            f"The usage store cannot be read: {str(error).partition(chr(10))[0]}",
            "Delete `.govern/usage` and import the files again.",
        ) from error


def typed_aggregate(cells: Iterable[tuple[str, Any]]) -> UsageAggregate:
    """One row of an aggregate query's answer, from any engine's driver."""
    values: dict[str, Any] = {}
    unknown: dict[str, int] = {}
    for name, value in cells:
        if name.startswith("unknown_"):
            if value:
                unknown[name.removeprefix("unknown_")] = int(value)
        elif name in MEASURES and value is not None:
            money = name.endswith("_cost") or name == "other_quantity"
            values[name] = Decimal(value) if money else int(value)
        else:
            values[name] = value
    return UsageAggregate(**values, unknown=unknown)


def find_row(store: Store, wanted: str) -> UsageRow | None:
    """The imported row with an id, or at FILE:LINE; the newest where there are several."""
    rows = stored_rows(store)
    if rows is None:
        return None
    name, _, line = wanted.rpartition(":")
    where = f"row_id = {literal(wanted)}"
    if line.isdecimal():
        where += f" OR (source = {literal(name)} AND line = {int(line)})"
    columns = ", ".join(identifier(name) for name in COLUMNS)
    with open_engine() as engine:
        found = engine.execute(
            f"SELECT {columns} FROM ({rows}) AS every WHERE {where} "
            "ORDER BY started_at DESC LIMIT 1"
        ).fetchone()
    return None if found is None else UsageRow(**dict(zip(COLUMNS, found, strict=True)))


def file_source(file: FeedFile, reader: Reader, engine: "DuckDBPyConnection") -> Source:
    """A tabular file as it lies there, read in place.

    Raises:
        SourceError: the producer's rows are nested, which only an import can read.
    """
    if reader.records is not None or file.format == "json":
        raise SourceError(
            f"`{file.name}` is nested and cannot be queried in place", "Import it instead."
        )
    if file.format == "parquet":
        return parquet_source(file, engine)
    columns = {field.column: "VARCHAR" for field in reader.fields.values()}
    if file.format == "csv":
        described = engine.execute(
            f"DESCRIBE SELECT * FROM read_csv({literal(str(file.path))}, all_varchar = true)"
        ).fetchall()
        columns = {str(name): "VARCHAR" for name, *_ in described}
        return Source(
            sql=f"read_csv({literal(str(file.path))}, all_varchar = true, nullstr = ['', 'NULL'])",
            columns=columns,
        )
    kinds = {"number": "DOUBLE", "count": "BIGINT", "moment": "TIMESTAMP", "day": "DATE"}
    for field in reader.fields.values():
        if not field.path:
            columns[field.column] = kinds.get(field.kind, "VARCHAR")
    typed = ", ".join(f"{literal(name)}: '{kind}'" for name, kind in columns.items())
    return Source(
        sql=f"read_json({literal(str(file.path))}, format = 'newline_delimited', "
        f"columns = {{{typed}}})",
        columns=columns,
    )


def query_in_place(
    file: FeedFile,
    producer: str,
    rules: Rules,
    engine: "DuckDBPyConnection",
    **kept: Any,  # noqa: ANN401
) -> str:
    """The canonical query over a file where it lies; ``kept`` as in `aggregate_query`."""
    reader = load_reader(producer)
    rows = strict_rows(reader, file_source(file, reader, engine), producer)
    return aggregate_query(rows, rules, **kept)

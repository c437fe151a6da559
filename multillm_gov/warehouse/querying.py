"""Answers of the canonical query: over the store, or straight over files."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from multillm_gov.errors import SourceError
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.usage.attribution import AttributionRule
from multillm_gov.usage.reader import Reader, load_reader
from multillm_gov.usage.row import COLUMNS, MEASURES, UsageRow
from multillm_gov.warehouse.aggregate import (
    DIMENSIONS,
    HINTS,
    aggregate_steps,
    looked_at,
    looked_up_query,
)
from multillm_gov.warehouse.attribution import attribution_sql
from multillm_gov.warehouse.engine import identifier, literal, open_engine
from multillm_gov.warehouse.files import FeedFile
from multillm_gov.warehouse.parquet import parquet_source
from multillm_gov.warehouse.projection import Source, key_conditions, strict_rows
from multillm_gov.warehouse.store import Store, stored_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Rules = tuple[AttributionRule, ...]
_KINDS = 1_000
"""Distinct values beyond which a lookup in each row costs more than grouping by the value."""


class AggregateView(Struct, frozen=True, kw_only=True):
    """Whose rows are summed (no producers: all), and by what."""

    producers: Sequence[str] = ()
    dimensions: Sequence[str] = DIMENSIONS
    hints: bool = True
    """Whether rows are also told apart by what suggests a task class to them."""


_EVERYTHING = AggregateView()


def stored_aggregates(
    store: Store,
    rules: Rules = (),
    *,
    first: date | None = None,
    last: date | None = None,
    view: AggregateView = _EVERYTHING,
) -> tuple[UsageAggregate, ...]:
    """Sums of the imported rows of a span of days, in order of their dimensions.

    Raises:
        MissingExtraError: the engine is not installed.
        SourceError: the store is damaged.
    """
    rows = stored_rows(store, first, last)
    if rows is None:
        return ()
    if view.producers:
        listed = ", ".join(map(literal, view.producers))
        rows = f"SELECT * FROM ({rows}) AS every WHERE producer IN ({listed})"
    with open_engine() as engine, _readable():
        query = prepared_query(rows, rules, engine, twice="QUALIFY" not in rows,
                               dimensions=view.dimensions, hints=view.hints)  # fmt: skip
        return aggregates_of(engine, f"{query} ORDER BY ALL")


def prepared_query(
    rows: str,
    rules: Rules,
    engine: "DuckDBPyConnection",
    *,
    twice: bool,
    **kept: Any,  # noqa: ANN401
) -> str:
    """`aggregate_query` in steps that know what the rows hold; its answer is the same.

    Args:
        rows: SELECT of usage rows.
        rules: First match wins.
        engine: Where temporary tables are made.
        twice: Whether the rows can be read twice at little cost: they lie in columns.
        kept: As in `aggregate_query`.
    """
    if twice and (task_class := _lookup(rows, rules, engine)):
        return looked_up_query(rows, task_class, **kept)
    *steps, query = aggregate_steps(rows, rules, **kept)
    for step in steps:
        engine.execute(step)
    return query


def _lookup(rows: str, rules: Rules, engine: "DuckDBPyConnection") -> str:
    """The task class as a table of the values of one column; empty where no column decides alone.

    Of a column that the file keeps as a dictionary the engine looks up each word once, not each
    row, and the groups need no second sum.
    """
    columns = looked_at(rules)
    kinds = engine.execute(
        f"SELECT {', '.join(columns)}, {attribution_sql(rules)} AS task_class FROM "
        f"(SELECT DISTINCT {', '.join(columns)} FROM ({rows}) AS every LIMIT {_KINDS + 1}) AS kinds"
    ).fetchall()
    if len(kinds) > _KINDS:
        return ""
    for number, column in enumerate(columns):
        pairs = {(kind[number], kind[-1]) for kind in kinds}
        classes = dict(pairs)
        if len(classes) == len(pairs) and classes.get(None) is None:
            words = [f"{literal(word)}: {literal(name)}" for word, name in classes.items()
                     if word is not None and name is not None]  # fmt: skip
            return f"MAP {{{', '.join(words)}}}[{column}]" if words else "CAST(NULL AS VARCHAR)"
    return ""


def aggregates_of(engine: "DuckDBPyConnection", query: str) -> tuple[UsageAggregate, ...]:
    """The result of an aggregate query, typed."""
    with _readable():
        done = engine.execute(query)
        names = [str(column[0]) for column in done.description or ()]
        return tuple(typed_aggregate(zip(names, row, strict=True)) for row in done.fetchall())


@contextmanager
def _readable() -> Iterator[None]:
    """Errors of the engine as ours: it reads the store's own files."""
    import duckdb

    try:
        yield
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
    """The canonical query over a file where it lies, prepared; ``kept`` as in `aggregate_query`."""
    reader = load_reader(producer)
    source = file_source(file, reader, engine)
    twice = file.format == "parquet"
    if twice:
        needed = {
            *looked_at(rules),
            *kept.get("dimensions", DIMENSIONS),
            *kept.get("measures", MEASURES),
            *(HINTS if kept.get("hints", True) else ()),
        }
        source = _without_absent(source, key_conditions(reader, source, needed), engine)
    rows = strict_rows(reader, source, producer)
    return prepared_query(rows, rules, engine, twice=twice, **kept)


def _without_absent(
    source: Source, conditions: Sequence[str], engine: "DuckDBPyConnection"
) -> Source:
    """The source, which knows the keys that no row's JSON holds: they are not looked for again."""
    if not conditions:
        return source
    held = ", ".join(f"BOOL_OR({condition})" for condition in conditions)
    found = engine.execute(
        f"SELECT {held} FROM {source.sql} WHERE {' OR '.join(conditions)}"
    ).fetchall()
    absent = {condition for condition, any_row in zip(conditions, found[0], strict=True)
              if not any_row}  # fmt: skip
    return msgspec.structs.replace(source, absent=frozenset(absent))

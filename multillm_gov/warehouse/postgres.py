"""A PostgreSQL database, such as the gateway's own: the canonical query runs there."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from multillm_gov.errors import SourceError, UsageError, missing_extra
from multillm_gov.usage.attribution import AttributionRule
from multillm_gov.usage.reader import Reader, load_reader, reader_names
from multillm_gov.warehouse.aggregate import aggregate_query
from multillm_gov.warehouse.dialects import translate
from multillm_gov.warehouse.engine import identifier, literal
from multillm_gov.warehouse.projection import Source, strict_rows
from multillm_gov.words import code

if TYPE_CHECKING:
    from psycopg import Connection

_SECONDS = 15
_SCHEMES = ("postgresql://", "postgres://")


class WarehouseTable(Struct, frozen=True, kw_only=True):
    """A table of a producer's columns."""

    name: str = ""
    """Empty: the producer's own."""
    columns: tuple[str, ...] = ()
    """Those it has; none: all that the reader knows."""
    origin: str = ""
    """Label of the database, where there are several."""


def table_query(
    producer: str,
    rules: tuple[AttributionRule, ...],
    table: WarehouseTable,
    *,
    first: date | None = None,
    last: date | None = None,
) -> str:
    """The canonical query over a table of a producer's columns, in DuckDB's dialect.

    Args:
        producer: Reader of the table.
        rules: Attribution rules.
        table: Its name and columns.
        first: First day; the table is cut by it before anything is summed.
        last: Last day.

    Raises:
        UsageError: the producer has no table of its own and none is named.
    """
    reader = load_reader(producer)
    name = table.name or next(iter(reader.tables), "")
    if reader.records is not None or not name:
        known = [
            reader_name
            for reader_name in reader_names()
            if load_reader(reader_name).records is None
        ]
        raise UsageError(
            f"{code(producer)} needs a table, and its rows must not be nested",
            f"Name it: `--table NAME`; readers of tables: {', '.join(known)}.",
        )
    columns = table.columns or tuple(field.column for field in reader.fields.values())
    source = Source(
        sql=f"{identifier(name)}{_span(reader, first, last)}",
        columns=dict.fromkeys(columns, "TEXT"),
    )
    rows = strict_rows(reader, source, producer)
    if table.origin:
        rows = rows.replace(
            'CAST(NULL AS VARCHAR) AS "origin"',
            f'CAST({literal(table.origin)} AS VARCHAR) AS "origin"',
        )
    return aggregate_query(rows, rules)


def _span(reader: Reader, first: date | None, last: date | None) -> str:
    """A condition on the plain time column, which an index or a partition answers."""
    time = next(field for field in reader.fields.values() if field.kind in {"moment", "day"})
    column = identifier(time.column)
    text = time.kind == "day"
    parts = []
    if first is not None:
        parts.append(f"{column} >= {_day(first, text)}")
    if last is not None:
        end = date.fromordinal(last.toordinal() + 1)
        parts.append(f"{column} < {_day(end, text)}")
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _day(day: date, text: bool) -> str:
    return f"'{day}'" if text else f"TIMESTAMP '{day} 00:00:00'"


def query_postgres(url: str, query_of_columns: Any, table: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Run the canonical query where the data lives; the answer comes row by row.

    Args:
        url: Connection URL; never shown.
        query_of_columns: Builds the query, given the columns the table has.
        table: Its name.

    Raises:
        SourceError: no connection, no such table, or the query fails.
        MissingExtraError: the driver is not installed.
    """
    try:
        import psycopg
    except ImportError as error:
        raise missing_extra("Reading PostgreSQL", "psycopg", "postgres") from error
    if not url.startswith(_SCHEMES):
        raise SourceError(
            "The connection URL is not one of PostgreSQL", "It starts with `postgresql://`."
        )
    try:
        with psycopg.connect(url, connect_timeout=_SECONDS) as connection:
            connection.read_only = True
            query = translate(query_of_columns(_columns(connection, table)), "postgres")
            with connection.cursor("govern_usage") as cursor:
                cursor.execute(query.encode())
                names = [column.name for column in cursor.description or ()]
                for row in cursor:
                    yield dict(zip(names, row, strict=True))
    except psycopg.Error as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise SourceError(
            f"The database does not answer: {_without(url, reason)}",
            "Check the URL, the rights of its user, and the table.",
        ) from None


def _without(url: str, reason: str) -> str:
    """A driver's message without anything of the URL that may be secret."""
    from urllib.parse import urlsplit

    password = urlsplit(url).password
    return reason.replace(url, "…").replace(password, "…") if password else reason.replace(url, "…")


def _columns(connection: "Connection[Any]", table: str) -> tuple[str, ...]:
    result = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND table_schema = ANY (current_schemas(false))",
        (table,),
    ).fetchall()
    if not result:
        raise SourceError(
            f"The database has no table {code(table)}", "Name another one with `table:`."
        )
    return tuple(str(name) for (name,) in result)

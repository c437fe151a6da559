"""Rows of the store as a reconciliation needs them: one provider, days of another time zone."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.warehouse.aggregate import aggregate_query
from multillm_gov.warehouse.engine import literal, open_engine
from multillm_gov.warehouse.querying import aggregates_of
from multillm_gov.warehouse.store import Store, stored_rows

_DIMENSIONS = ("day", "producer", "charge", "currency", "provider", "model", "service_tier")


class RowSelection(Struct, frozen=True, kw_only=True):
    """Which rows, and where their days begin."""

    producers: Sequence[str]
    provider: str
    """In lower case; empty: any."""
    first: date
    last: date
    offset_hours: int = 0
    """Hours later than UTC at which days begin."""


def selected_aggregates(store: Store, selection: RowSelection) -> tuple[UsageAggregate, ...]:
    """Sums of the selection by day, model and tier; answers of the gateway's own cache left out."""
    rows = _rows(store, selection)
    if rows is None:
        return ()
    query = aggregate_query(rows, (), dimensions=_DIMENSIONS, hints=False)
    with open_engine() as engine:
        return aggregates_of(engine, f"{query} ORDER BY ALL")


def hourly_figures(store: Store, selection: RowSelection, figure: str) -> dict[int, Decimal]:
    """A measure by hour since the epoch, a day more on both sides."""
    wider = RowSelection(
        producers=selection.producers,
        provider=selection.provider,
        first=selection.first - timedelta(days=1),
        last=selection.last + timedelta(days=1),
    )
    rows = _rows(store, wider)
    if rows is None:
        return {}
    with open_engine() as engine:
        result = engine.execute(
            "SELECT CAST(FLOOR(EPOCH(started_at) / 3600) AS BIGINT) AS hour, "
            f"SUM({figure}) FROM ({rows}) AS hourly GROUP BY 1"
        ).fetchall()
    return {int(hour): Decimal(amount or 0) for hour, amount in result}


def providers_of(store: Store, producers: Sequence[str]) -> tuple[str, ...]:
    """The providers that some producers' rows name, in lower case."""
    rows = stored_rows(store)
    if rows is None or not producers:
        return ()
    with open_engine() as engine:
        result = engine.execute(
            f"SELECT DISTINCT {_PROVIDER} FROM ({rows}) AS every WHERE provider IS NOT NULL "
            f"AND producer IN ({_listed(producers)}) ORDER BY 1"
        ).fetchall()
    return tuple(str(name) for (name,) in result)


_PROVIDER = "REPLACE(LOWER(TRIM(provider)), ' ', '-')"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(literal, names))


def _rows(store: Store, selection: RowSelection) -> str | None:
    margin = timedelta(days=1 if selection.offset_hours else 0)
    rows = stored_rows(store, selection.first - margin, selection.last + margin)
    if rows is None or not selection.producers:
        return None
    conditions = [
        f"producer IN ({_listed(selection.producers)})",
        "COALESCE(gateway_cache_hits, 0) = 0",
        f"day BETWEEN DATE '{selection.first}' AND DATE '{selection.last}'",
    ]
    if selection.provider:
        conditions.append(f"{_PROVIDER} = {literal(selection.provider)}")
    shifted = f"CAST(started_at - INTERVAL '{selection.offset_hours}' HOUR AS DATE)"
    return (
        f"SELECT * FROM (SELECT * REPLACE ({shifted} AS day) FROM ({rows}) AS stored) AS shifted "
        f"WHERE {' AND '.join(conditions)}"
    )

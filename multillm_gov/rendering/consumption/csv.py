"""Rows as CSV: a row per day, task class, provider and model, in our own columns."""

import csv
import io
from collections.abc import Iterable

from multillm_gov.measures.consumption.alerts import Consumed
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.usage.attribution import NOT_ATTRIBUTED

_PLAIN = ("charge", "producer", "provider", "model", "model_group", "service_tier", "failover",
          "team", "project", "workspace", "key_alias", "prompt_name", "requests",
          "input_tokens_with_cache", "cache_read_tokens", "cache_write_tokens",
          "cache_write_1h_tokens", "output_tokens", "effective_cost", "list_cost",
          "invoiced_cost", "currency")  # fmt: skip
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run: such a text gets an apostrophe."""


def render(consumed: Consumed) -> bytes:
    """UTF-8 with a header; what is not known is an empty field, never 0."""
    rows = [
        [aggregate.day, task or NOT_ATTRIBUTED, consumed.owners.get(task, ""),
         *(known(aggregate, name) for name in _PLAIN)]
        for aggregate in consumed.aggregates
        for task in [aggregate.task_class or ""]
    ]  # fmt: skip
    return written(("day", "task_class", "owner", *_PLAIN), rows)


def written(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A table as CSV, without formulas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_field(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _field(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def known(each: UsageAggregate, measure: str) -> object:
    """A measure, ``None`` where some row does not know it: a part would pass for the whole."""
    return None if measure in each.unknown else getattr(each, measure)

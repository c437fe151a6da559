"""Rows in this product's own columns: an aggregate of `govern usage sql`, or a mapped table."""

from multillm_gov.usage.reader import FeedContract, Field, FieldKind, Reader, Recognition, Sample
from multillm_gov.usage.row import SQL_TYPES

_KINDS: dict[str, FieldKind] = {"BIGINT": "count", "VARCHAR": "text", "TIMESTAMP": "moment"}
_OWN = tuple(name for name in SQL_TYPES if name not in {"line", "day", "failover"})


def recognize(sample: Sample) -> Recognition:
    """By a day and at least one figure under this product's names."""
    return sample.has("day", "currency") and any(
        name in sample.columns for name in ("effective_cost", "input_tokens_with_cache", "requests")
    )


READER = Reader(
    contract=FeedContract(
        title="Rows in govern's own columns",
        role="any",
        precedence=5,
        cache_reads_in_input="included",
        cache_writes_in_input="included",
        money="as the columns say",
        grain="day, or as `grain` says",
        model_name="as the source of the rows says",
        joins_by=("task_class_given", "tags", "labels", "key_alias", "team", "model_requested"),
        covers="what the query or the table covered",
        never_contains=(),
        source="`govern usage sql`",
    ),
    recognize=recognize,
    newest_wins=True,
    fields={
        **{name: Field(name, _KINDS.get(SQL_TYPES[name], "number")) for name in _OWN},
        "day": Field("day", "day", required=True),
        "failover_text": Field("failover"),
        "task_class": Field("task_class"),
    },
    row={
        **{name: name for name in _OWN},
        "producer": "COALESCE(producer, 'rows')",
        # The newest aggregate of a day replaces it whole: with other rules its groups differ.
        "row_id": "COALESCE(row_id, MD5(CONCAT_WS('|', producer, origin, day)))",
        "started_at": "COALESCE(started_at, CAST(day AS TIMESTAMP))",
        "grain": "COALESCE(grain, 'day')",
        "charge": "COALESCE(charge, 'usage')",
        "task_class_given": "COALESCE(task_class_given, task_class)",
        "failover": "LOWER(failover_text) = 'true'",
    },
)

"""The one canonical query: usage rows to sums by day, task class, provider, model and more."""

from collections.abc import Sequence

from multillm_gov.usage.attribution import AttributionRule
from multillm_gov.usage.row import MEASURES
from multillm_gov.warehouse.attribution import attribution_sql, columns_of_rules

DIMENSIONS = (
    "day", "producer", "origin", "task_class", "charge", "currency", "provider", "model",
    "model_group", "model_requested", "failover", "service_tier", "size",
)  # fmt: skip
HINTS = ("team", "project", "workspace", "key_alias", "prompt_name", "tags")
"""Kept for rows that no rule matches, so that a rule can be proposed."""
SIZE = (
    "CASE WHEN grain <> 'request' OR input_tokens_with_cache IS NULL THEN NULL "
    "WHEN input_tokens_with_cache <= 1000 THEN 'up to 1k' "
    "WHEN input_tokens_with_cache <= 8000 THEN 'up to 8k' "
    "WHEN input_tokens_with_cache <= 32000 THEN 'up to 32k' "
    "WHEN input_tokens_with_cache <= 128000 THEN 'up to 128k' "
    "WHEN input_tokens_with_cache <= 200000 THEN 'up to 200k' ELSE 'above 200k' END"
)
"""Length of the prompt, for requests only; of buckets it is not known."""


def aggregate_query(
    rows: str,
    rules: tuple[AttributionRule, ...],
    *,
    dimensions: Sequence[str] = DIMENSIONS,
    measures: Sequence[str] = MEASURES,
    hints: bool = True,
) -> str:
    """SELECT of sums of rows; each measure with the number of rows that do not know it.

    Rows are summed by what the rules look at first, and each distinct kind of row is tried on the
    rules once: fifty rules on every row would cost several times the sums.

    Args:
        rows: SELECT of usage rows.
        rules: First match wins.
        dimensions: Columns to group by, of `DIMENSIONS`.
        measures: Columns to sum, of `MEASURES`.
        hints: Whether rows without a task class keep the columns of `HINTS`.
    """
    looked_at = sorted({*columns_of_rules(rules), "task_class_given"})
    plain = [name for name in dimensions if name not in {"task_class", "size"}]
    inner = list(dict.fromkeys([*plain, *looked_at, *(HINTS if hints else ())]))
    size = f", {SIZE} AS size" if "size" in dimensions else ""
    unknown = [f"COUNT(*) - COUNT({name}) AS unknown_{name}" for name in measures]
    figures = ["COUNT(*) AS row_count", *(f"SUM({name}) AS {name}" for name in measures), *unknown]
    grouped = (
        f"SELECT {', '.join(inner)}{size}, {', '.join(figures)} FROM ({rows}) AS usage_rows "
        f"GROUP BY {_numbers(len(inner) + bool(size))}"
    )
    kinds = ", ".join(looked_at)
    attributed = (
        f"SELECT {kinds}, {attribution_sql(rules)} AS task_class FROM "
        f"(SELECT DISTINCT {kinds} FROM grouped) AS kinds"
    )
    same = " AND ".join(f"g.{name} IS NOT DISTINCT FROM a.{name}" for name in looked_at)
    kept = ["a.task_class" if name == "task_class" else f"g.{name}" for name in dimensions]
    if hints:
        kept += [f"CASE WHEN a.task_class IS NULL THEN g.{name} END AS {name}" for name in HINTS]
    sums = ["row_count", *measures, *(f"unknown_{name}" for name in measures)]
    return (
        f"WITH grouped AS ({grouped}), attributed AS ({attributed}) "
        f"SELECT {', '.join([*kept, *(f'SUM(g.{name}) AS {name}' for name in sums)])} "
        f"FROM grouped AS g JOIN attributed AS a ON {same} GROUP BY {_numbers(len(kept))}"
    )


def _numbers(count: int) -> str:
    return ", ".join(str(number) for number in range(1, count + 1))

"""The one canonical query: usage rows to sums by day, task class, provider, model and more."""

from collections.abc import Sequence
from typing import NamedTuple

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
    kept = _Kept(dimensions, measures, hints, looked_at(rules))
    return (
        f"WITH grouped AS ({kept.grouped(rows)}), attributed AS ({kept.attributed(rules)}) "
        f"{kept.summed()}"
    )


def looked_at(rules: tuple[AttributionRule, ...]) -> tuple[str, ...]:
    """The columns on which the task class of a row depends."""
    return tuple(sorted({*columns_of_rules(rules), "task_class_given"}))


def aggregate_steps(
    rows: str,
    rules: tuple[AttributionRule, ...],
    *,
    dimensions: Sequence[str] = DIMENSIONS,
    measures: Sequence[str] = MEASURES,
    hints: bool = True,
) -> tuple[str, str, str]:
    """`aggregate_query` for an engine at hand: what makes two temporary tables, and the answer.

    A table is written once and read twice; the same as one query sums the groups at twice the cost.
    """
    kept = _Kept(dimensions, measures, hints, looked_at(rules))
    return (
        f"CREATE OR REPLACE TEMP TABLE grouped AS {kept.grouped(rows)}",
        f"CREATE OR REPLACE TEMP TABLE attributed AS {kept.attributed(rules)}",
        kept.summed(),
    )


def looked_up_query(
    rows: str,
    task_class: str,
    *,
    dimensions: Sequence[str] = DIMENSIONS,
    measures: Sequence[str] = MEASURES,
    hints: bool = True,
) -> str:
    """The sums where the task class is an expression over one row: grouped once.

    Args:
        rows: SELECT of usage rows.
        task_class: SQL over their columns.
        dimensions: As in `aggregate_query`.
        measures: As in `aggregate_query`.
        hints: As in `aggregate_query`.
    """
    cells = {"task_class": f"{task_class} AS task_class", "size": f"{SIZE} AS size"}
    kept = [cells.get(name, name) for name in dimensions]
    if hints:
        kept += [f"CASE WHEN {task_class} IS NULL THEN {name} END AS {name}" for name in HINTS]
    return (
        f"SELECT {', '.join([*kept, *_figures(measures)])} FROM ({rows}) AS usage_rows "
        f"GROUP BY {_numbers(len(kept))}"
    )


class _Kept(NamedTuple):
    """What a query groups by and sums."""

    dimensions: Sequence[str]
    measures: Sequence[str]
    hints: bool
    looked_at: tuple[str, ...]

    def grouped(self, rows: str) -> str:
        """Sums by what is asked for and by what the rules look at."""
        plain = [name for name in self.dimensions if name not in {"task_class", "size"}]
        inner = list(dict.fromkeys([*plain, *self.looked_at, *(HINTS if self.hints else ())]))
        if "size" in self.dimensions:
            inner.append(f"{SIZE} AS size")
        return (
            f"SELECT {', '.join([*inner, *_figures(self.measures)])} FROM ({rows}) AS usage_rows "
            f"GROUP BY {_numbers(len(inner))}"
        )

    def attributed(self, rules: tuple[AttributionRule, ...]) -> str:
        """Each distinct kind of row with its task class."""
        kinds = ", ".join(self.looked_at)
        return (
            f"SELECT {kinds}, {attribution_sql(rules)} AS task_class FROM "
            f"(SELECT DISTINCT {kinds} FROM grouped) AS kinds"
        )

    def summed(self) -> str:
        """The groups joined with their task class and summed once more."""
        same = " AND ".join(f"g.{name} IS NOT DISTINCT FROM a.{name}" for name in self.looked_at)
        kept = ["a.task_class" if name == "task_class" else f"g.{name}" for name in self.dimensions]
        if self.hints:
            kept += [
                f"CASE WHEN a.task_class IS NULL THEN g.{name} END AS {name}" for name in HINTS
            ]
        sums = ["row_count", *self.measures, *(f"unknown_{name}" for name in self.measures)]
        return (
            f"SELECT {', '.join([*kept, *(f'SUM(g.{name}) AS {name}' for name in sums)])} "
            f"FROM grouped AS g JOIN attributed AS a ON {same} GROUP BY {_numbers(len(kept))}"
        )


def _figures(measures: Sequence[str]) -> list[str]:
    return [
        "COUNT(*) AS row_count",
        *(f"SUM({name}) AS {name}" for name in measures),
        *(f"COUNT(*) - COUNT({name}) AS unknown_{name}" for name in measures),
    ]


def _numbers(count: int) -> str:
    return ", ".join(str(number) for number in range(1, count + 1))

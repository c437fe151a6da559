"""Reading a table of (task class, model, accuracy, cost) from CSV, or a leaderboard in YAML.

The documented columns are ``task, model, accuracy, cost`` and, where known, ``n`` (cases) and
``vendor``. Accuracy is a share (0..1) or a percentage with its sign; cost is US dollars per case.
``total_cost`` in place of ``cost`` is divided by ``n``. A table with two parts of the data has
``train_acc, train_cost_usd_per_query, train_n`` and the same with ``test_``, or a column ``split``
with ``train`` and ``test``. A cost of 0 is not known. Other spellings are listed in `_NAMES`.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.optimization.claim.records import (
    Record,
    csv_records,
    match_number,
    read_cost,
    read_count,
    read_share,
    yaml_records,
)
from multillm_gov.words import code

WHOLE = "all"
"""The task class of a table that has none."""
_NAMES = {
    "task": ("task", "task_class", "dataset", "benchmark", "category", "subject"),
    "model": ("model", "model_name", "llm"),
    "accuracy": (
        *("accuracy", "acc", "score", "quality", "pass_rate", "pass_rate_2", "overall acc"),
        *("resolve_rate", "percent_correct", "performance"),
    ),
    "cost": (
        *("cost", "cost_usd", "cost_usd_per_query", "avg_cost_usd", "unit_cost"),
        *("cost_per_query", "usd_per_query", "cost_per_case"),
    ),
    "total_cost": ("total_cost", "total_cost_usd", "total cost ($)"),
    "n": ("n", "cases", "test_cases", "sample_size", "samples", "total_tests", "n_cases"),
    "vendor": ("vendor", "maker", "organization", "publisher"),
    "split": ("split", "part"),
    "kind": ("kind",),
}
_PARTS = ("train", "test")
_ACCURACIES = ("acc", "accuracy")
"""What follows the name of a part."""
_SUB_SCORES = {
    "non-live ast acc": "non-live",
    "live acc": "live",
    "multi turn acc": "multi turn",
    "web search acc": "web search",
    "memory acc": "memory",
}
"""Sub-scores of the function-calling leaderboard, as task classes (``--classes``)."""


class MeasuredPart(Struct, frozen=True, kw_only=True):
    """What one part of the data shows of one model in one task class."""

    accuracy: float
    """Share of accepted answers, 0..1."""
    cost: float | None
    """US dollars per case, or of a whole run where `ClaimRow.per_run`; ``None``: not known."""
    cases: int | None
    """``None``: not known."""


class ClaimRow(Struct, frozen=True, kw_only=True):
    """One model in one task class."""

    task: str
    model: str
    vendor: str
    selection: MeasuredPart
    held_out: MeasuredPart | None
    """``None``: the table has one part only."""
    per_run: bool = False
    """Whether the cost is of a run of the whole benchmark, for want of a number of cases."""


def read_claim_table(
    data: bytes, name: str, *, sub_scores: bool = False, routers: bool = False
) -> tuple[ClaimRow, ...]:
    """The rows of a CSV file, or of a YAML list of runs.

    Rows whose ``kind`` is ``router`` are left out, or all that is read; several rows
    of one model and task class are told apart by a number.

    Args:
        data: The file.
        name: Its name, which decides the format and appears in messages.
        sub_scores: Take the leaderboard's sub-scores as task classes; the cost, which is one total,
            is then assumed to be the same in each.
        routers: Read the routers in place of the single models; none is no error.

    Raises:
        SourceError: no table, no row, or a value that is no number, with its line.
        UsageError: a column is missing.
    """
    if name.lower().endswith((".yml", ".yaml")):
        records = list(yaml_records(data, name))
    else:
        records = list(csv_records(data, name))
    if not records:
        raise SourceError(f"{code(name)} has no row", "Name a table with one row per model.")
    kept_values = [
        record for record in records if (_find(record[1], "kind") == "router") == routers
    ]
    if not kept_values and not routers:
        raise SourceError(f"{code(name)} has no single model", "Name a table with one per row.")
    return _read(kept_values, name, sub_scores=sub_scores)


def _read(records: list[Record], name: str, *, sub_scores: bool) -> tuple[ClaimRow, ...]:
    if sub_scores:
        records = [part for record in records for part in _split_scores(record)]
    return _rows(records, name)


def _split_scores(record: Record) -> Iterator[Record]:
    line, fields = record
    for column, task in _SUB_SCORES.items():
        if fields.get(column, "").strip():
            yield line, {**fields, "task": task, "overall acc": fields[column]}


def _rows(records: list[Record], name: str) -> tuple[ClaimRow, ...]:
    by_split = any(_find(fields, "split") in _PARTS for _, fields in records)
    is_percent = _has_percentages(records)
    if by_split:
        return _joined(records, name, is_percent=is_percent)
    seen: dict[tuple[str, str], int] = {}
    rows = []
    for line, fields in records:
        row = _row(fields, f"{name}:{line}", is_percent=is_percent)
        if row is not None:
            count = seen[row.task, row.model] = seen.get((row.task, row.model), 0) + 1
            rows.append(row if count == 1 else _renamed(row, count))
    return tuple(rows)


def _renamed(row: ClaimRow, count: int) -> ClaimRow:
    from msgspec.structs import replace

    return replace(row, model=f"{row.model} ({count})")


def _has_percentages(records: list[Record]) -> bool:
    """Whether accuracies without a sign are percentages: one of them is above 1."""
    parts = [f"{part}_{name}" for part in _PARTS for name in _ACCURACIES]
    for _, fields in records:
        for column in (*_NAMES["accuracy"], *parts):
            match = match_number(fields.get(column, ""))
            if match and not match[2] and float(match[1].replace(",", "")) > 1:
                return True
    return False


def _find(fields: Mapping[str, str], what: str) -> str:
    return next(
        (fields[column].strip() for column in _NAMES[what] if fields.get(column, "").strip()), ""
    )


def _row(fields: Mapping[str, str], place: str, *, is_percent: bool) -> ClaimRow | None:
    model = _find(fields, "model") or fields.get("name", "").strip()
    if not model:
        raise UsageError(f"{place}: no column names the model", "Call one `model`.")
    measured = [_part(fields, part, place, is_percent=is_percent) for part in _PARTS]
    selection, held_out = measured
    per_run = False
    if selection is None or held_out is None:
        selection, held_out = selection or held_out, None
        if selection is None:
            selection, per_run = _single(fields, place, is_percent=is_percent)
    if selection is None:
        return None
    return ClaimRow(
        task=_find(fields, "task") or WHOLE,
        model=model[:200],
        vendor=_find(fields, "vendor"),
        selection=selection,
        held_out=held_out,
        per_run=per_run,
    )


def _part(
    fields: Mapping[str, str], part: str, place: str, *, is_percent: bool
) -> MeasuredPart | None:
    """One part of a table that has both in one row."""
    accuracy = _first(fields, part, _ACCURACIES)
    if not accuracy:
        return None
    cost = _first(fields, part, ("cost", "cost_usd", "cost_usd_per_query"))
    cases = fields.get(f"{part}_n", "")
    return MeasuredPart(
        accuracy=read_share(accuracy, place, is_percent=is_percent),
        cost=read_cost(cost, place),
        cases=read_count(cases, place),
    )


def _first(fields: Mapping[str, str], part: str, names: tuple[str, ...]) -> str:
    texts = (fields.get(f"{part}_{name}", "").strip() for name in names)
    return next((text for text in texts if text), "")


def _single(
    fields: Mapping[str, str], place: str, *, is_percent: bool
) -> tuple[MeasuredPart | None, bool]:
    """A row with one part; a total is divided by the cases, or is of a whole run."""
    accuracy = _find(fields, "accuracy")
    if not accuracy or accuracy.upper() in {"N/A", "NA", "-"}:
        return None, False
    cases = read_count(_find(fields, "n"), place)
    cost, per_run = read_cost(_find(fields, "cost"), place), False
    if cost is None:
        cost = read_cost(_find(fields, "total_cost"), place)
        per_run = cost is not None and cases is None
        cost = cost / cases if cost is not None and cases else cost
    share = read_share(accuracy, place, is_percent=is_percent)
    return MeasuredPart(accuracy=share, cost=cost, cases=cases), per_run


def _joined(records: list[Record], name: str, *, is_percent: bool) -> tuple[ClaimRow, ...]:
    """Rows of a table with a column ``split``: the two parts of a model are put together."""
    parts: dict[tuple[str, str], dict[str, ClaimRow]] = {}
    for line, fields in records:
        row = _row(fields, f"{name}:{line}", is_percent=is_percent)
        if row is not None:
            own, part = parts.setdefault((row.task, row.model), {}), _find(fields, "split")
            if part in own:
                raise SourceError(
                    f"{name}:{line}: a second row {code(part or 'without a part')} of "
                    f"{code(row.model)} in {code(row.task)}",
                    "Leave one.",
                )
            own[part] = row
    from msgspec.structs import replace

    return tuple(
        replace(both["train"], held_out=both["test"].selection)
        if "train" in both and "test" in both
        else next(iter(both.values()))
        for both in parts.values()
    )

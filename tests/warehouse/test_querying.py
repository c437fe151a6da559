"""The canonical query: attribution as the rules say, equal in every way to run it."""

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from feeds import FEEDS, imported, rows_of
from multillm_gov.usage.attribution import (
    AttributionRule,
    Condition,
    explain_attribution,
)
from multillm_gov.usage.reader import load_reader, reader_names
from multillm_gov.usage.row import UsageRow
from multillm_gov.warehouse.aggregate import aggregate_query
from multillm_gov.warehouse.dialects import DIALECTS, translate
from multillm_gov.warehouse.engine import open_engine
from multillm_gov.warehouse.files import open_feed
from multillm_gov.warehouse.postgres import WarehouseTable, table_query
from multillm_gov.warehouse.projection import strict_rows
from multillm_gov.warehouse.querying import (
    AggregateView,
    aggregates_of,
    file_source,
    query_in_place,
    stored_aggregates,
)
from multillm_gov.warehouse.store import Store


def rule(task_class: str, **when: Any) -> AttributionRule:
    return AttributionRule(task_class=task_class, when=Condition(**when))


RULES = (
    rule("by-tag", tag="tri*"),
    rule("by-prompt", prompt_name=("triage", "other")),
    rule("by-label", metadata={"cost_center": "cc-*"}),
    rule("by-alias", key_alias="*-prod"),
    rule("by-two", model_group="chat", model="*sonnet*"),
    rule("by-workspace", workspace="wrkspc_a"),
    rule("by-project", project=("proj_a",)),
    rule("100%_it's", model="claude-haiku_4%"),
    rule("by-team", team="t1", model="nothing"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("usage")
    imported(folder, *sorted(FEEDS.iterdir()))
    return folder


def test_sql_attributes_as_the_explanation_does(folder: Path) -> None:
    expected: defaultdict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for cells in rows_of(folder):
        verdicts = explain_attribution(UsageRow(**cells), RULES)
        found = verdicts[-1].task_class if verdicts[-1].matched else None
        expected[cells["producer"], found] += cells.get("effective_cost", 0)
    counted: defaultdict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for each in stored_aggregates(Store(folder=folder / "store"), RULES):
        counted[str(each.producer), each.task_class] += each.effective_cost or 0
    assert counted == expected
    found = {name for _, name in counted}
    assert found == {None, *(rule.task_class for rule in RULES)} - {"100%_it's", "by-team"}


def test_what_is_not_known_survives_the_sum(folder: Path) -> None:
    store = Store(folder=folder / "store")
    every = stored_aggregates(store, view=AggregateView(dimensions=("producer",), hints=False))
    langfuse = next(each for each in every if each.producer == "langfuse")
    assert (langfuse.input_tokens_with_cache, langfuse.unknown["input_tokens_with_cache"]) == (
        2_000,
        1,
    )
    costs = next(each for each in every if each.producer == "openai-costs")
    assert costs.input_tokens_with_cache is None
    assert costs.requests is None


def test_a_span_reads_only_its_days(folder: Path) -> None:
    store = Store(folder=folder / "store")
    second = stored_aggregates(store, first=date(2026, 11, 2), last=date(2026, 11, 2))
    assert {each.day for each in second} == {date(2026, 11, 2)}
    files = store.files(store.markers(), date(2026, 11, 2), date(2026, 11, 2))
    assert files
    assert all("day=2026-11-02" in str(path) for path in files)


def test_in_place_equals_imported(folder: Path, tmp_path: Path) -> None:
    import duckdb

    lines = (FEEDS / "litellm_spend_logs.jsonl").read_text().splitlines()[:3]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(lines) + "\n")
    target = tmp_path / "log.parquet"
    duckdb.connect().execute(f"COPY (SELECT * FROM read_json('{path}')) TO '{target}'")
    sums = set()
    for file in (path, target):
        with open_engine() as engine:
            query = query_in_place(
                open_feed(file), "litellm-spend-logs", RULES, engine, hints=False
            )
            found = aggregates_of(engine, f"{query} ORDER BY ALL")
        sums.add(tuple(str(each) for each in found))
    stored = stored_aggregates(
        Store(folder=folder / "store"),
        RULES,
        view=AggregateView(producers=("litellm-spend-logs",), hints=False),
    )
    assert sums == {tuple(str(each) for each in stored)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_reads_its_own_sql(dialect: str) -> None:
    for name in reader_names():
        reader = load_reader(name)
        if reader.records is not None:
            continue
        table = WarehouseTable(name="some table", origin="it's")
        span = {"first": date(2026, 11, 1), "last": date(2026, 11, 30)}
        query = table_query(name, RULES, table, **span)
        text = translate(query, dialect)
        parsed = sqlglot.parse_one(text, read=dialect)
        assert "2026-12-01" in text
        assert parsed.sql(dialect=dialect)
        assert "TRY_CAST" not in text
        if dialect in {"bigquery", "clickhouse"}:
            assert "ESCAPE" not in text


def test_the_answer_of_a_warehouse_is_imported_and_replaced_day_by_day(tmp_path: Path) -> None:
    import duckdb

    source = tmp_path / "log.parquet"
    lines = (FEEDS / "litellm_spend_logs.jsonl").read_text().splitlines()[:3]
    (tmp_path / "log.jsonl").write_text("\n".join(lines) + "\n")
    connection = duckdb.connect()
    connection.execute(f"COPY (SELECT * FROM read_json('{tmp_path}/log.jsonl')) TO '{source}'")
    columns = tuple(name for name, *_ in connection.execute(
        f"DESCRIBE SELECT * FROM '{source}'").fetchall())  # fmt: skip
    for rules in (RULES, RULES[2:]):
        query = table_query(
            "litellm-spend-logs", rules, WarehouseTable(name=str(source), columns=columns)
        )
        answer = tmp_path / f"answer-{len(rules)}.csv"
        connection.execute(f"COPY ({query}) TO '{answer}' (HEADER)")
        (done,) = imported(tmp_path, answer)
        assert (done.producer, done.markers[0].quarantined.rows) == ("rows", 0)
        rows = rows_of(tmp_path)
        assert sum(row["effective_cost"] for row in rows) == Decimal("0.0425")
        assert sum(row["requests"] for row in rows) == 3
        assert {row["producer"] for row in rows} == {"litellm-spend-logs"}
    assert "by-tag" not in {row.get("task_class_given") for row in rows}


def _log(path: Path, groups: list[dict[str, Any]]) -> Path:
    """A spend log as Parquet: three requests of every group."""
    rows = [
        {"request_id": f"r{number}-{time}", "startTime": f"2026-11-0{1 + time}T12:00:00",
         "spend": 0.0001 * (number + 1), "prompt_tokens": 10 * number, "completion_tokens": time,
         "model": "gpt-4o", "custom_llm_provider": "openai",
         **{name: value if isinstance(value, str | None) else json.dumps(value)
            for name, value in group.items()}}
        for number, group in enumerate(groups) for time in range(3)
    ]  # fmt: skip
    path.with_suffix(".jsonl").write_text("\n".join(map(json.dumps, rows)))
    columns = {"request_id": "VARCHAR", "startTime": "TIMESTAMP", "spend": "DOUBLE",
               "prompt_tokens": "BIGINT", "completion_tokens": "BIGINT", **dict.fromkeys(
                   ("model", "custom_llm_provider", "model_group", "request_tags", "metadata"),
                   "VARCHAR")}  # fmt: skip
    with open_engine() as engine:
        engine.execute(
            f"COPY (SELECT * FROM read_json('{path.with_suffix('.jsonl')}', "
            f"format = 'newline_delimited', columns = {columns})) TO '{path}'"
        )
    return path


_FELL_BACK = {"attempted_fallbacks": 1, "original_model_group": "chat"}
_LOGS: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "tags decide": (
        [{"request_tags": ["triage"], "model_group": "chat"},
         {"request_tags": ["other"], "model_group": "chat"},
         {"request_tags": None, "model_group": "embed"}],
        True,
    ),
    "tags and group decide": (
        [{"request_tags": ["triage"], "model_group": "embed"},
         {"request_tags": ["other"], "model_group": "chat", "metadata": {"a": 1}},
         {"request_tags": ["other"], "model_group": "embed"},
         {"request_tags": None, "model_group": "chat"}],
        False,
    ),
    "a failover is charged to the group requested": (
        [{"request_tags": ["other"], "model_group": "embed", "metadata": _FELL_BACK},
         {"request_tags": ["other"], "model_group": "embed", "metadata": {"a": "b"}}],
        True,
    ),
    "no rule matches": ([{"request_tags": ["it's"], "model_group": "embed"}], True),
    "rows without a tag have a class, and the others have none":
        ([{"request_tags": None, "model_group": "chat"},
          {"request_tags": ["x"], "model_group": None}], True),
}  # fmt: skip


@pytest.mark.parametrize("case", _LOGS)
@pytest.mark.parametrize("hints", [True, False])
def test_a_lookup_answers_as_the_canonical_query_does(
    case: str, hints: bool, tmp_path: Path
) -> None:
    groups, decided = _LOGS[case]
    file = open_feed(_log(tmp_path / "log.parquet", groups))
    rules = (rule("by-tag", tag="tri*"), rule("by-group", model_group="chat"))
    reader = load_reader("litellm-spend-logs")
    with open_engine() as engine:
        rows = strict_rows(reader, file_source(file, reader, engine), "litellm-spend-logs")
        whole = aggregate_query(rows, rules, hints=hints)
        in_place = query_in_place(file, "litellm-spend-logs", rules, engine, hints=hints)
        found = aggregates_of(engine, f"{in_place} ORDER BY ALL")
        assert found == aggregates_of(engine, f"{whole} ORDER BY ALL")
    assert ("FROM grouped" not in in_place) is decided
    assert sum(each.row_count for each in found) == 3 * len(groups)
    fell_back = {each.task_class for each in found if each.failover}
    assert fell_back == ({"by-group"} if "failover" in case else set())

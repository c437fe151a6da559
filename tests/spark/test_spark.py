"""The canonical query on Apache Spark, equal to DuckDB's answer to the cent (`make test-spark`)."""

import json
import os
import random
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from feeds import FEEDS
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.usage.attribution import AttributionRule, Condition
from multillm_gov.usage.reader import load_reader
from multillm_gov.warehouse.aggregate import DIMENSIONS, HINTS
from multillm_gov.warehouse.dialects import translate
from multillm_gov.warehouse.engine import literal, open_engine
from multillm_gov.warehouse.postgres import WarehouseTable, table_query
from multillm_gov.warehouse.querying import aggregates_of, typed_aggregate

pytestmark = pytest.mark.spark

ROOT = Path(__file__).parents[2]
SPARK = Path(os.environ.get("GOVERN_SPARK", ROOT / ".spark")) / "environment/bin/python"
RULES = tuple(
    AttributionRule(task_class=name, when=Condition(**when))
    for name, when in (
        ("by-tag", {"tag": "tri*"}),
        ("by-two-tags", {"tag": ("beta", "gamma*")}),
        ("by-label", {"metadata": {"cost_center": "cc-*"}}),
        ("by-alias", {"key_alias": "*-prod"}),
        ("100%_it's", {"model": "claude-haiku_4%"}),
        ("by-two", {"model_group": "chat", "model": "*sonnet*"}),
        ("by-project", {"project": ("proj_a", "proj_b")}),
        ("by-team", {"team": "t1"}),
    )
)
TAGS = ([], ["triage"], ["alpha", "gamma-1"], ['it\'s "quoted"', "beta"], ["100%"])
LOG_COLUMNS = {
    "request_id": "VARCHAR", "startTime": "TIMESTAMP", "spend": "DOUBLE",
    "prompt_tokens": "BIGINT", "completion_tokens": "BIGINT", "model": "VARCHAR",
    "model_group": "VARCHAR", "custom_llm_provider": "VARCHAR", "cache_hit": "VARCHAR",
    "status": "VARCHAR", "team_id": "VARCHAR", "api_key": "VARCHAR", "request_tags": "VARCHAR",
    "metadata": "VARCHAR",
}  # fmt: skip
SPAN = {"first": date(2026, 11, 1), "last": date(2026, 11, 29)}


def log_line(number: int, draw: random.Random) -> str:
    """A request with whatever a gateway leaves out or writes oddly."""
    tags = draw.choice([[], ["triage"], ["alpha", "gamma-1"], ['it\'s "quoted"', "beta"], ["100%"]])
    used = {"cache_read_input_tokens": draw.choice([None, 0, draw.randrange(900)])}
    metadata: dict[str, Any] = {
        "additional_usage_values": used,
        "user_api_key_alias": draw.choice([None, "web-prod", "lab", "ümlaut"]),
        "user_api_key_project_id": draw.choice([None, "proj_a", "proj_c"]),
        "user_api_key_team_alias": draw.choice(["t1", "t2", None]),
        "spend_logs_metadata": draw.choice([None, {"cost_center": "cc-7"}, {"cost_center": "x"}]),
    }
    if number % 9 == 0:
        metadata |= {"attempted_fallbacks": 1, "original_model_group": "search"}
    return json.dumps(
        {
            "request_id": f"r{number}",
            "startTime": f"2026-11-{draw.randrange(1, 31):02d}T{draw.randrange(24):02d}:59:59",
            "spend": draw.randrange(1, 10**9) / 1e12,
            "prompt_tokens": draw.randrange(300_000),
            "completion_tokens": draw.randrange(900),
            "model": draw.choice(["gpt-4o", "claude-sonnet-4-6", "claude-haiku_4%", ""]),
            "model_group": draw.choice(["chat", "lab", ""]),
            "custom_llm_provider": draw.choice(["openai", "anthropic", ""]),
            "cache_hit": draw.choice(["True", "False", "None", ""]),
            "status": draw.choice(["success", "failure"]),
            "team_id": draw.choice(["", "team-9"]),
            "api_key": draw.choice(["", "hashed"]),
            "request_tags": tags,
            "metadata": metadata,
        }
    )


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Tables as Parquet by producer: 3,000 requests, and feeds as they lie in the tests."""
    import duckdb

    folder = tmp_path_factory.mktemp("tables")
    draw = random.Random(13)
    log = folder / "log.jsonl"
    log.write_text("".join(f"{log_line(number, draw)}\n" for number in range(3_000)))
    columns = ", ".join(f"{literal(name)}: '{kind}'" for name, kind in LOG_COLUMNS.items())
    sources = {
        "litellm-spend-logs": f"read_json('{log}', format = 'newline_delimited', "
        f"columns = {{{columns}}})",
        "litellm-daily": f"read_csv('{FEEDS / 'litellm_daily.csv'}', all_varchar = true)",
        "focus": f"read_csv('{FEEDS / 'focus_1_5.csv'}')",
    }
    found = {}
    for name, source in sources.items():
        found[name] = folder / f"{name}.parquet"
        duckdb.connect().execute(f"COPY (SELECT * FROM {source}) TO '{found[name]}'")
    return found


def columns_of(path: Path) -> tuple[str, ...]:
    import duckdb

    described = duckdb.connect().execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
    return tuple(str(name) for name, *_ in described)


def query_of(name: str, table: str, path: Path) -> str:
    return table_query(name, RULES, WarehouseTable(name=table, columns=columns_of(path)), **SPAN)


@pytest.fixture(scope="module")
def answers(tables: dict[str, Path]) -> dict[str, list[dict[str, Any]]]:
    """What Spark says of every table."""
    if not SPARK.exists():
        pytest.fail("Spark is not installed: run tests/spark/setup")
    work = [
        {
            "table": name.replace("-", "_"),
            "path": str(path),
            "query": translate(query_of(name, name.replace("-", "_"), path), "spark"),
        }
        for name, path in tables.items()
    ]
    done = subprocess.run(
        [SPARK, Path(__file__).with_name("run_queries.py")],
        input=json.dumps(work), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(zip(tables, json.loads(done.stdout), strict=True))


def comparable(each: UsageAggregate) -> tuple[str, ...]:
    names = (*DIMENSIONS, *HINTS, *(name for name in each.__struct_fields__ if name not in
             {*DIMENSIONS, *HINTS}))  # fmt: skip
    cells = [getattr(each, name) for name in names]
    return tuple(f"{cell:.12f}" if isinstance(cell, Decimal) else str(cell) for cell in cells)


@pytest.mark.parametrize("name", ["litellm-spend-logs", "litellm-daily", "focus"])
def test_spark_answers_as_duckdb_does(
    name: str, tables: dict[str, Path], answers: dict[str, list[dict[str, Any]]]
) -> None:
    assert load_reader(name).records is None
    path = tables[name]
    with open_engine() as engine:
        own = aggregates_of(engine, query_of(name, str(path), path))
    theirs = [typed_aggregate(row.items()) for row in answers[name]]
    assert sorted(map(comparable, theirs)) == sorted(map(comparable, own))
    assert own
    if name == "litellm-spend-logs":
        found = {each.task_class for each in own}
        assert found == {None, *(rule.task_class for rule in RULES)}
        assert sum(each.row_count for each in own) > 2_700, "all but the thirtieth"
        assert len(own) > 1_000

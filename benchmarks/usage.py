"""Usage: the query against the bare engine, a killed import, and forecasts against what came.

Run: ``python -m benchmarks.usage [aggregate ROWS | killed LINES | backtest]`` (default: all, with
the sizes that the issue of speed is about: 10 million rows, 1 million lines, 20 kills). Needs some
6 GiB of disk in the temporary folder.
"""

import json
import lzma
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.util import find_spec
from math import exp, sin
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from multillm_gov.usage.attribution import AttributionRule

PARTS = ("aggregate", "killed", "backtest")
ROWS = 10_000_000
LINES = 1_000_000
KILLS = 20
CLASSES = 50
DATA = Path(__file__).parents[1] / "tests/data/corpus/usage"

_FILL = """
COPY (SELECT 'req-' || i AS request_id, (HASH(i) % 100000) / 1e7 AS spend,
 CAST(HASH(i + 1) % 4000 AS INTEGER) AS prompt_tokens,
 CAST(HASH(i + 2) % 800 AS INTEGER) AS completion_tokens,
 TIMESTAMP '2025-11-01' + INTERVAL (i * 31536000 // {rows}) SECOND AS "startTime",
 'gpt-' || (HASH(i + 3) % 40) AS model,
 CASE WHEN HASH(i + 5) % 50 % 5 = 0 THEN 'group-' || (HASH(i + 5) % 50) ELSE 'chat' END
   AS model_group,
 'openai' AS custom_llm_provider, '["task-' || (HASH(i + 5) % 50) || '"]' AS request_tags,
 '{{"additional_usage_values":{{"cache_read_input_tokens":' || (HASH(i + 7) % 100)
   || '}},"user_api_key_alias":"key-' || (i % 200) || '"}}' AS metadata
 FROM range({rows}) AS numbers (i)) TO '{path}' (FORMAT {format})
"""
_BARE = """
SELECT CAST("startTime" AS DATE) AS day, {task}, model, COUNT(*), SUM(prompt_tokens),
 SUM(completion_tokens), SUM(CAST(spend AS DECIMAL(38, 12))) FROM {source} GROUP BY ALL
"""
_TYPES = (
    "{'startTime': 'TIMESTAMP', 'request_tags': 'VARCHAR', 'model': 'VARCHAR', "
    "'spend': 'DOUBLE', 'prompt_tokens': 'BIGINT', 'completion_tokens': 'BIGINT'}"
)


WAYS = {
    "tags": "bare query, sums by day, tag and model: no task class, no failovers",
    "rules": "bare query, the same rules as a CASE, failovers too",
    "ours": "with attribution, one column decides",
    "mixed": "with attribution, no column decides alone",
    "pandas": "pandas, task class from a table of tags, failovers looked for",
}


def aggregate(folder: Path, rows: int) -> None:
    """Seconds and memory of the query with fifty attribution rules, of bare queries and pandas."""
    import duckdb

    for name in ("parquet", "jsonl"):
        path = folder / f"{rows}.{name}"
        if not path.exists():
            format_name = "json" if name == "jsonl" else name
            duckdb.connect().execute(_FILL.format(rows=rows, path=path, format=format_name))
        print(f"{name}, {rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB")
        for way, text in WAYS.items():
            if way == "pandas" and (name == "jsonl" or not find_spec("pandas")):
                continue
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.usage", "one", way, str(path)],
                capture_output=True, check=True, text=True,
            )  # fmt: skip
            took = json.loads(done.stdout)
            print(f"  {text}: {took['wall']:.2f} s, {took['cpu']:.2f} s of CPU, "
                  f"{took['groups']:,} groups, {took['mib']:,.0f} MiB", flush=True)  # fmt: skip


def _rules() -> "tuple[AttributionRule, ...]":
    from multillm_gov.usage.attribution import AttributionRule, Condition

    return tuple(
        AttributionRule(
            task_class=f"class-{number}",
            when=Condition(tag=f"task-{number}")
            if number % 5
            else Condition(model_group=f"group-{number}"),
        )
        for number in range(CLASSES)
    )


def _by_hand() -> str:
    """The rules as one would write them for this very table, failovers as the reader does."""
    group = (
        "CASE WHEN metadata LIKE '%attempted_fallbacks%' AND "
        "CAST(metadata ->> '$.attempted_fallbacks' AS INTEGER) > 0 "
        "THEN metadata ->> '$.original_model_group' ELSE model_group END"
    )
    cases = " ".join(
        f"WHEN request_tags LIKE '%\"task-{number}\"%' THEN 'class-{number}'"
        if number % 5
        else f"WHEN ({group}) = 'group-{number}' THEN 'class-{number}'"
        for number in range(CLASSES)
    )
    return f"CASE {cases} END AS task_class"


def _query(way: str, path: Path, engine: "DuckDBPyConnection") -> str:
    from multillm_gov.usage.attribution import AttributionRule, Condition
    from multillm_gov.warehouse.files import open_feed
    from multillm_gov.warehouse.querying import query_in_place

    rules = _rules()
    if way == "mixed":
        other = AttributionRule(task_class="one-model", when=Condition(model="gpt-7"))
        rules = (other, *rules)
    if way in {"ours", "mixed"}:
        return query_in_place(
            open_feed(path), "litellm-spend-logs", rules, engine, hints=False,
            dimensions=("day", "task_class", "model"),
            measures=("requests", "input_tokens_with_cache", "output_tokens", "effective_cost"),
        )  # fmt: skip
    types = (
        _TYPES
        if way == "tags"
        else (f"{_TYPES[:-1]}, 'model_group': 'VARCHAR', 'metadata': 'VARCHAR'}}")
    )
    json_lines = f"read_json('{path}', format = 'newline_delimited', columns = {types})"
    return _BARE.format(source=f"'{path}'" if path.suffix == ".parquet" else json_lines,
                        task="request_tags" if way == "tags" else _by_hand())  # fmt: skip


def _pandas(path: Path) -> int:
    import pandas as pd

    columns = ["startTime", "request_tags", "model", "prompt_tokens", "completion_tokens", "spend",
               "metadata"]  # fmt: skip
    rows = pd.read_parquet(path, columns=columns)
    assert not rows.pop("metadata").str.contains("attempted_fallbacks", regex=False).any()
    classes = {f'["task-{number}"]': f"class-{number}" for number in range(CLASSES)}
    rows["task_class"] = rows["request_tags"].map(classes)
    rows["day"] = rows["startTime"].dt.floor("D")
    keys = rows.groupby(["day", "task_class", "model"], observed=True)
    sums = keys.agg(
        requests=("spend", "size"), input=("prompt_tokens", "sum"),
        output=("completion_tokens", "sum"), spend=("spend", "sum"),
    )  # fmt: skip
    return len(sums)


def one(way: str, path: Path) -> None:
    """One way in a process of its own, the best of three; what prepares a query counts."""
    from multillm_gov.warehouse.engine import open_engine

    best: dict[str, float] = {}
    groups = 0
    for _ in range(3):
        with open_engine() as engine:
            wall, cpu = time.perf_counter(), time.process_time()
            if way == "pandas":
                groups = _pandas(path)
            else:
                query = _query(way, path, engine)
                engine.execute(f"CREATE TEMP TABLE answer AS {query}")
            took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
            best = {name: min(best.get(name, value), value) for name, value in took.items()}
            if way != "pandas":
                (groups,) = engine.execute("SELECT COUNT(*) FROM answer").fetchone() or (0,)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**best, "groups": groups, "mib": peak}))


_IMPORT = (
    "import sys; from pathlib import Path; "
    "from multillm_gov.warehouse.importing import import_file; "
    "from multillm_gov.warehouse.store import Store; "
    "import_file(Path(sys.argv[1]), Store(folder=Path(sys.argv[2])))"
)


def killed(folder: Path, lines: int) -> None:
    """An import killed at twenty random moments, and an undisturbed one: equal row by row."""
    import duckdb

    from multillm_gov.warehouse.store import Store, stored_rows

    path = folder / f"{lines}-lines.jsonl"
    if not path.exists():
        duckdb.connect().execute(_FILL.format(rows=lines, path=path, format="json"))
    whole, broken = (Path(tempfile.mkdtemp(dir=folder)) for _ in range(2))
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _IMPORT, path, whole], check=True)
    alone = time.perf_counter() - began
    draw, kills = random.Random(20), 0
    while kills < KILLS:
        process = subprocess.Popen([sys.executable, "-c", _IMPORT, path, broken])
        time.sleep(1 + draw.random() * alone / 6)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        elif process.wait() == 0:
            break
        process.wait()
    subprocess.run([sys.executable, "-c", _IMPORT, path, broken], check=True)
    queries = [stored_rows(Store(folder=each)) for each in (whole, broken)]
    sums = [duckdb.execute(f"SELECT COUNT(*), SUM(effective_cost) FROM ({query})").fetchone()
            for query in queries]  # fmt: skip
    left = duckdb.execute(
        f"SELECT COUNT(*) FROM (({queries[0]}) EXCEPT ALL ({queries[1]}))"
    ).fetchone()
    assert sums[0] == sums[1]
    assert left == (0,)
    print(f"{lines:,} lines in {alone:.1f} s; killed {kills} times, then equal: {sums[1]}")


def year(seed: int, growth: float, wander: float) -> dict[date, float]:
    """Daily spend shaped as gateways log it: quiet weekends, noise, growth, a wandering level."""
    draw = random.Random(seed)
    level, daily = 1_000.0, {}
    for offset in range(365):
        day = date(2025, 1, 1) + timedelta(days=offset)
        level *= exp(growth / 365 + draw.gauss(0, wander))
        quiet = 0.45 if day.weekday() >= 5 else 1.0
        daily[day] = level * quiet * exp(draw.gauss(0, 0.12)) * (1 + 0.03 * sin(offset / 40))
    return daily


def _stepped(seed: int) -> dict[date, float]:
    """A launch: twice the spend from one day to the next."""
    step = date(2025, 5, 10)
    return {day: amount * (2 if day >= step else 1)
            for day, amount in year(seed, 0.0, 0.003).items()}  # fmt: skip


def trace(name: str) -> dict[date, float]:
    """An hour of real requests, its minutes as days, at the prices of a small model."""
    (path,) = DATA.glob(f"*{name}.csv.xz")
    minutes: dict[int, float] = {}
    for line in lzma.decompress(path.read_bytes()).decode().splitlines()[1:]:
        moment, prompt, answer = line.split(",")
        minute = int(moment[11:13]) * 60 + int(moment[14:16])
        minutes[minute] = minutes.get(minute, 0.0) + int(prompt) * 15e-8 + int(answer) * 6e-7
    first = min(minutes)
    return {date(2025, 6, 2) + timedelta(days=minute - first): amount
            for minute, amount in sorted(minutes.items())[:-1]}  # fmt: skip


def _months(daily: dict[date, float]) -> Iterator[tuple[date, date]]:
    for number in range(4, 12):
        first = date(2025, number, 1)
        yield first, date(2025, number + 1, 1) - timedelta(days=1)
    del daily


def backtest() -> None:
    """Coverage of the intervals and error, against the naive run rate and last month."""
    from multillm_gov.measures.consumption.forecast import forecast

    sets = {
        "steady": [year(seed, 0.0, 0.0) for seed in range(30)],
        "wandering": [year(seed, 0.0, 0.01) for seed in range(30)],
        "growing and wandering": [year(seed, 0.5, 0.005) for seed in range(30)],
        "doubling": [year(seed, 0.7, 0.0) for seed in range(30)],
        "doubled at once on 10 May": [_stepped(seed) for seed in range(30)],
    }
    for name, years in sets.items():
        for known_days in (5, 12, 20):
            rows = []
            for daily in years:
                for first, last in _months(daily):
                    through = first + timedelta(days=known_days - 1)
                    known = {day: each for day, each in daily.items() if day <= through}
                    actual = sum(each for day, each in daily.items() if first <= day <= last)
                    before = sum(each for day, each in daily.items()
                                 if first - timedelta(days=30) <= day < first)  # fmt: skip
                    found = forecast(known, first, last)
                    naive = found.spent / known_days * last.day
                    rows.append((found, actual, naive, before))
            _show(f"{name}, day {known_days}", rows)
    for name, years in sets.items():
        for known in (date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30)):
            rows = []
            for daily in years:
                first, last = date(2025, 1, 1), date(2025, 12, 31)
                through = {day: each for day, each in daily.items() if day <= known}
                found, actual = forecast(through, first, last), sum(daily.values())
                naive = found.spent / len(through) * 365
                month = sum(daily[known - timedelta(days=back)] for back in range(30)) / 30
                rows.append((found, actual, naive, found.spent + month * (365 - len(through))))
            _show(f"{name}, year's end as of {known}", rows)
    for name in ("conv", "code"):
        daily = trace(name)
        days = sorted(daily)
        rows = []
        for start in range(28, len(days) - 10):
            first, last = days[start], days[start] + timedelta(days=9)
            known = {day: each for day, each in daily.items() if day < first}
            actual = sum(each for day, each in daily.items() if first <= day <= last)
            rate = mean(known[day] for day in sorted(known)[-10:]) * 10
            rows.append((forecast(known, first, last), actual, rate, rate))
        _show(f"Azure {name} trace, ten minutes ahead", rows)


def _show(name: str, rows: list) -> None:
    counted = [row for row in rows if row[0].low_80 is not None]
    inside = [
        sum(low <= actual <= high for (found, actual, *_) in counted
            for low, high in [(getattr(found, f"low_{level}"), getattr(found, f"high_{level}"))])
        / len(counted)
        for level in (80, 95)
    ]  # fmt: skip
    error = [
        mean(abs(guess(row) - row[1]) / row[1] for row in counted)
        for guess in (lambda row: row[0].expected, lambda row: row[2], lambda row: row[3])
    ]
    print(
        f"{name}: {len(counted)} forecasts, inside the 80% interval {inside[0]:.1%}, the 95% "
        f"interval {inside[1]:.1%}; mean error {error[0]:.1%}, run rate {error[1]:.1%}, the period "
        f"before {error[2]:.1%}"
    )


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["one"]:
        one(arguments[1], Path(arguments[2]))
        return
    chosen = arguments[0] if arguments else ""
    size = int(arguments[1]) if len(arguments) > 1 else 0
    folder = Path(os.environ.get("GOVERN_BENCH", tempfile.gettempdir())) / "govern-usage-bench"
    folder.mkdir(parents=True, exist_ok=True)
    if chosen in {"", "backtest"}:
        backtest()
    if chosen in {"", "aggregate"}:
        aggregate(folder, size or ROWS)
    if chosen in {"", "killed"}:
        killed(folder, size or LINES)


if __name__ == "__main__":
    main(sys.argv[1:])

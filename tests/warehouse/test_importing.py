"""Imports: nothing lost, nothing doubled, whatever happens in between."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from feeds import FEEDS, imported, rows_of
from multillm_gov.errors import SourceError
from multillm_gov.usage.mapping import ColumnMapping
from multillm_gov.warehouse.importing import import_file
from multillm_gov.warehouse.store import Store

CHUNK = 20_000


def log(count: int, first: int = 0) -> list[str]:
    """Spend-log lines over ten days."""
    draw = random.Random(first)
    return [
        json.dumps(
            {
                "request_id": f"r{number}",
                "startTime": f"2026-11-{1 + number % 10:02d}T{number % 24:02d}:00:00",
                "spend": draw.randrange(1_000_000) / 1e8,
                "prompt_tokens": draw.randrange(4_000),
                "completion_tokens": draw.randrange(500),
                "model": "gpt-4o",
                "model_group": "chat",
                "custom_llm_provider": "openai",
            }
        )
        for number in range(first, first + count)
    ]


def written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def content(folder: Path) -> list[dict[str, Any]]:
    return sorted(rows_of(folder), key=lambda row: str(row["row_id"]))


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", log(500))
    (first,) = imported(tmp_path, path, chunk_bytes=CHUNK)
    before = content(tmp_path)
    (second,) = imported(tmp_path, path, chunk_bytes=CHUNK)
    assert first.new == len(first.markers) > 3
    assert second.new == 0
    assert content(tmp_path) == before
    assert len(before) == 500


def test_a_file_that_grew_and_one_that_overlaps_add_only_what_is_new(tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", log(500))
    imported(tmp_path, path, chunk_bytes=CHUNK)
    written(path, log(500) + log(70, 500))
    imported(tmp_path, path, chunk_bytes=CHUNK)
    (done,) = imported(tmp_path, written(tmp_path / "other.jsonl", log(570)[400:] + log(5, 570)))
    assert sum(marker.kept.rows for marker in done.markers) == 5
    assert sum(marker.already_counted.rows for marker in done.markers) == 170
    assert len(content(tmp_path)) == 575


def test_a_compressed_file_and_a_table_hold_the_same_rows(tmp_path: Path) -> None:
    lines = log(100)
    packed = tmp_path / "log.jsonl.gz"
    packed.write_bytes(gzip.compress(("\n".join(lines)).encode()))
    imported(tmp_path, packed)
    import csv

    rows = [json.loads(line) for line in lines]
    with (tmp_path / "log.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    (done,) = imported(tmp_path, tmp_path / "log.csv")
    assert sum(marker.already_counted.rows for marker in done.markers) == 100
    money = sum(Decimal(str(row["spend"])) for row in rows)
    assert sum(row["effective_cost"] for row in content(tmp_path)) == money


def test_parquet_is_read_in_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    from multillm_gov.warehouse import parquet

    monkeypatch.setattr(parquet, "ROWS", 70)
    path = written(tmp_path / "log.jsonl", log(200))
    target = tmp_path / "log.parquet"
    duckdb.connect().execute(f"COPY (SELECT * FROM read_json('{path}')) TO '{target}'")
    (done,) = imported(tmp_path, target)
    assert [marker.kept.rows for marker in done.markers] == [70, 70, 60]
    (again,) = imported(tmp_path, path)
    assert again.markers[0].already_counted.rows == 200


def test_malformed_rows_are_put_aside_with_line_and_reason(tmp_path: Path) -> None:
    (done,) = imported(tmp_path, FEEDS / "litellm_spend_logs.jsonl")
    (marker,) = done.markers
    assert marker.reasons == {
        "4": "`spend` is not a number",
        "5": "`prompt_tokens` is negative",
        "6": "is no JSON object",
    }
    assert (marker.quarantined.rows, marker.quarantined.money) == (3, {"USD": "1"})
    assert (marker.already_counted.rows, marker.kept.rows) == (1, 3)


SOUND = {
    "request_id": "a",
    "spend": 1,
    "prompt_tokens": 1,
    "completion_tokens": 1,
    "startTime": "2026-11-01",
}
HOSTILE = [
    json.dumps(SOUND).replace('"spend": 1', '"spend": 1e300'),
    json.dumps({**SOUND, "prompt_tokens": 1.5}),
    json.dumps({**SOUND, "startTime": "9999-11-01"}),
    json.dumps({**SOUND, "metadata": "{"}),
    "[" * 100_000,
    '{"a":' * 5_000,
    json.dumps({**SOUND, "request_id": "e'; DROP TABLE read_rows; --"}),
]


def test_hostile_rows_harm_nothing(tmp_path: Path) -> None:
    (done,) = imported(tmp_path, written(tmp_path / "x*[1].jsonl", log(60) + HOSTILE))
    (marker,) = done.markers
    assert (marker.kept.rows, marker.quarantined.rows) == (61, 6)
    assert list(marker.reasons.values())[:4] == [
        "`spend` is not a number",
        "`prompt_tokens` is no whole number",
        "`startTime` is outside of 2015 to 2100",
        "`metadata` is not JSON",
    ]


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.jsonl.gz", "x.parquet", "x.txt"])
def test_a_file_that_is_not_what_it_says(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00\xff\xfe{[")
    with pytest.raises(SourceError):
        imported(tmp_path, tmp_path / name)


def test_a_later_export_of_the_same_buckets_replaces_them(tmp_path: Path) -> None:
    path = tmp_path / "usage.json"
    text = (FEEDS / "openai_usage.json").read_text()
    path.write_text(text)
    imported(tmp_path, path)
    path.write_text(text.replace('"input_tokens": 300', '"input_tokens": 900'))
    imported(tmp_path, path)
    imported(tmp_path, path)
    inputs = sorted(row.get("input_tokens_with_cache", 0) for row in rows_of(tmp_path))
    assert inputs == [0, 900, 1_000]


def test_a_table_of_anyone(tmp_path: Path) -> None:
    path = tmp_path / "ours.csv"
    path.write_text("Date;Model;In;Cached;Cost\n2026-11-01;m;100;50;1,5\n2026-11-02;m;10;5;2.25\n")
    mapping = ColumnMapping(
        columns={
            "day": "Date",
            "model": "Model",
            "input_tokens_with_cache": "In",
            "cache_read_tokens": "Cached",
            "effective_cost": "Cost",
        },
        currency="EUR",
        cache_in_input="excluded",
    )
    (done,) = imported(tmp_path, path, mapping=mapping)
    (marker,) = done.markers
    assert marker.reasons == {"2": "`Cost` is not a number"}
    (row,) = rows_of(tmp_path)
    assert (row["input_tokens_with_cache"], row["effective_cost"]) == (15, Decimal("2.25"))
    assert (row["currency"], row["grain"]) == ("EUR", "period")


def test_a_mapped_table_that_is_exported_again_is_not_doubled(tmp_path: Path) -> None:
    mapping = ColumnMapping(columns={"day": "d", "effective_cost": "c"}, currency="USD")
    path = tmp_path / "ours.csv"
    path.write_text("d,c\n2026-11-01,1\n2026-11-01,1\n")
    imported(tmp_path, path, mapping=mapping)
    path.write_text("d,c\n2026-11-01,1\n2026-11-01,1\n2026-11-02,5\n")
    imported(tmp_path, path, mapping=mapping)
    assert [row["effective_cost"] for row in rows_of(tmp_path)] == [1, 1, 5]


class Cut(BaseException):
    """The machine stops."""


@pytest.mark.parametrize("after", range(0, 24, 4))
def test_an_import_cut_before_any_rename_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Files and markers come into being by a rename: cut before the first, the fifth, …"""
    path = written(tmp_path / "log.jsonl", log(200))
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    import_file(path, Store(folder=whole / "store"), chunk_bytes=CHUNK)
    renamed, rename = 0, Path.replace

    def cutting(source: Path, target: Path) -> Path:
        nonlocal renamed
        renamed += 1
        if renamed > after:
            raise Cut
        return rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", cutting)
        with pytest.raises(Cut):
            import_file(path, Store(folder=cut / "store"), chunk_bytes=CHUNK)
    assert len(content(cut)) < 200
    import_file(path, Store(folder=cut / "store"), chunk_bytes=CHUNK)
    assert content(cut) == content(whole)
    assert len(content(cut)) == 200


KILLED = """
import sys
from pathlib import Path
from multillm_gov.warehouse.importing import import_file
from multillm_gov.warehouse.store import Store
import_file(Path(sys.argv[1]), Store(folder=Path(sys.argv[2])), chunk_bytes=20_000)
"""


def test_an_import_killed_at_any_moment_resumes(tmp_path: Path) -> None:
    """`make bench` does the same with a million lines, killed at twenty moments."""
    path = written(tmp_path / "log.jsonl", log(900))
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    import_file(path, Store(folder=whole / "store"), chunk_bytes=CHUNK)
    draw, kills = random.Random(7), 0
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", KILLED, path, killed / "store"])
        chunks, seen = killed / "store/chunks", len(list((killed / "store/chunks").glob("*.json")))
        while process.poll() is None and len(list(chunks.glob("*.json"))) <= seen:
            time.sleep(0.005)
        time.sleep(draw.random() / 10)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.wait()
    done = import_file(path, Store(folder=killed / "store"), chunk_bytes=CHUNK)
    assert kills
    assert 0 < done.new < len(done.markers)
    assert content(killed) == content(whole)
    assert len(content(killed)) == 900

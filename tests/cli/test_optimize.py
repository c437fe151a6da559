"""The command as people call it: formats, data, exit codes."""

import json
from pathlib import Path

import pytest

from conftest import Govern
from optimization.shop import shop_files

DAY = ("--as-of", "2026-11-24")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    policy = "  vendors: {rule: concentration, level: vendor, weigh_by: requests, max_share: 0.5}\n"
    for path, text in shop_files(policies=policy).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_one_call_gives_report_data_and_patch(root: Path, govern: Govern) -> None:
    done = govern(
        *("optimize", "--points", "4", "--data", "data.json", "--patch", "p.patch", *DAY), cwd=root
    )
    assert done.returncode == 0, done.stderr
    assert b"Stage 1: best single move" in done.stdout
    data = json.loads((root / "data.json").read_bytes())
    assert data["today"] == "23000.0"
    assert data["prices"][0]["line"] == "policies/limits.yaml:2"
    assert {one["axis"] for one in data["frontiers"]} >= {"quality", "concentration"}
    assert (root / "p.patch").read_bytes().startswith(b"--- a/allocations/shop.yaml")
    assert b"Wrote p.patch." in done.stderr


def test_a_conflict_exits_1(root: Path, govern: Govern) -> None:
    limits = root / "policies/limits.yaml"
    limits.write_text(limits.read_text().replace("0.5", "0.2"))
    done = govern("optimize", "--data", "data.json", *DAY, cwd=root)
    assert done.returncode == 1, done.stderr
    assert b"No route that may be taken keeps this limit." in done.stdout
    (conflict,) = json.loads((root / "data.json").read_bytes())["conflicts"]
    assert conflict["policies"] == ["vendors"]
    assert conflict["lines"] == ["policies/limits.yaml:2"]


def test_a_task_class_without_a_route_exits_1(root: Path, govern: Govern) -> None:
    allocation = root / "allocations/shop.yaml"
    allocation.write_text(allocation.read_text().replace("floor: 0.90", "floor: 0.99"))
    done = govern("optimize", "--points", "0", "--no-prices", *DAY, cwd=root)
    assert done.returncode == 1, done.stderr
    assert "In `writing` no route keeps every limit" in " ".join(done.stdout.decode().split())


def test_what_stays_broken_where_nothing_moves_is_said(root: Path, govern: Govern) -> None:
    allocation = root / "allocations/shop.yaml"
    text = allocation.read_text().replace(
        "quality: {floor: 0.90}", "latency: {p95_seconds: 2}\n    spend_cap: {monthly: 10}"
    )
    allocation.write_text(text)
    done = govern("optimize", "--points", "0", "--no-prices", *DAY, cwd=root)
    shown = " ".join(done.stdout.decode().split())
    assert "Errors of `writing` stay, because nothing moves there" in shown


def test_wrong_words_exit_2(root: Path, govern: Govern) -> None:
    assert govern("optimize", "--what-if", "more", *DAY, cwd=root).returncode == 2
    assert govern("optimize", "--stage", "three", "--write", *DAY, cwd=root).returncode == 2
    assert govern("optimize", "--claim", "none.csv", cwd=root).returncode == 3


def test_the_claim_in_every_shape(root: Path, corpus: Path, govern: Govern) -> None:
    table = corpus / "benchmarks" / "frugalgpt_2024_task_model.csv"
    done = govern("optimize", "--claim", table, "--data", "c.json", "--format", "json", cwd=root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kind"] == "optimize"
    trial = json.loads((root / "c.json").read_bytes())["trial"]
    assert trial["verdict"] == "not supported"
    own = govern("optimize", "--claim", *DAY, cwd=root)
    assert own.returncode == 0, own.stderr
    assert b"what answers today" in own.stdout

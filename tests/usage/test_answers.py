"""From imported files to answers, as a user calls them; and what `check` reads of it."""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from browser import in_browser, measured
from conftest import Govern
from feeds import imported, rows_of
from multillm_gov.cli.usage import command

ALLOCATION = """\
owner: support
task_classes:
  triage:
    route: [{model: openai/gpt-4o}]
    demand: {requests: 1000, input_tokens: 1000, output_tokens: 100}
    spend_cap: {monthly: 1}
  search:
    route: [{model: openai/gpt-4o}]
    demand: {requests: 1000, input_tokens: 1000, output_tokens: 100}
    spend_cap: {monthly: 500}
"""
RULES = """\
attribution:
  - {task_class: triage, when: {tag: triage}}
  - {task_class: search, when: {model_group: search}}
subscriptions:
  - {name: Assistant, provider: openai, seats: 3, monthly_per_seat: 20, starts: 2026-01-01}
commitments:
  - {name: Committed, provider: openai, kind: spend, monthly: 310, starts: 2026-01-01,
     ends: 2026-12-31, notice_days: 45}
"""


def request(number: int, day: date, draw: random.Random) -> tuple[dict, Decimal]:
    prompt, answer = draw.randrange(1_000, 9_000), draw.randrange(100, 900)
    read = prompt // 4
    cost = ((prompt - read) * Decimal("2.5") + read * Decimal("1.25") + answer * 10) / 10**6
    tags, group = draw.choice([(["triage"], "chat"), ([], "search"), ([], "lab")])
    return {
        "request_id": f"r{number}",
        "startTime": f"{day}T{draw.randrange(24):02d}:30:00",
        "spend": float(cost),
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "model": "gpt-4o",
        "model_group": group,
        "custom_llm_provider": "openai",
        "request_tags": tags,
        "metadata": {"additional_usage_values": {"cache_read_input_tokens": read}},
    }, cost


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of a gateway that misses every tenth request, and OpenAI's own reports."""
    folder = tmp_path_factory.mktemp("portfolio")
    (folder / "allocations").mkdir()
    (folder / "usage").mkdir()
    (folder / "allocations/support.yaml").write_text(ALLOCATION)
    (folder / "usage/rules.yaml").write_text(RULES)
    draw, number, lines = random.Random(1), 0, []
    usage, costs = [], []
    for offset in range(55):
        day = date(2026, 10, 1) + timedelta(days=offset)
        sums = {"input_tokens": 0, "input_cached_tokens": 0, "output_tokens": 0,
                "num_model_requests": 0}  # fmt: skip
        money = Decimal(0)
        for _ in range(12 if day.weekday() < 5 else 5):
            number += 1
            row, cost = request(number, day, draw)
            money += cost
            sums["input_tokens"] += row["prompt_tokens"]
            sums["input_cached_tokens"] += row["prompt_tokens"] // 4
            sums["output_tokens"] += row["completion_tokens"]
            sums["num_model_requests"] += 1
            if number % 10:
                lines.append(json.dumps(row))
        start = 1_790_812_800 + offset * 86_400
        bucket = {"start_time": start, "end_time": start + 86_400}
        name = "organization.usage.completions.result"
        usage.append({**bucket, "results": [{"object": name, "model": "gpt-4o", **sums}]})
        amount = {"value": float(money * Decimal("0.9")), "currency": "usd"}
        result = {"object": "organization.costs.result", "line_item": "gpt-4o, all"}
        costs.append({**bucket, "results": [{**result, "amount": amount}]})
    (folder / "log.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "usage.json").write_text(json.dumps({"data": usage}))
    (folder / "costs.json").write_text(json.dumps({"data": costs}))
    files = [str(folder / name) for name in ("log.jsonl", "usage.json", "costs.json")]
    done = CliRunner().invoke(command, ["import", *files, "-C", str(folder)])
    assert done.exit_code == 0, done.output
    return folder


def answer(root: Path, *arguments: str) -> dict:
    done = CliRunner().invoke(command, [*arguments, "-C", str(root), "--format", "json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def cells(report: dict, section: str, table: int = 0) -> list[list[str]]:
    found = next(each for each in report["sections"] if each["id"] == section)
    tables = [block for block in found["blocks"] if "rows" in block and "columns" in block]
    return [[cell["text"] for cell in row] for row in tables[table]["rows"]]


def test_the_month_end_page(root: Path) -> None:
    report = answer(root, "status", "--as-of", "2026-11-24")
    rows = {row[0]: row for row in cells(report, "spend")}
    assert set(rows) == {"triage", "search", "not attributed"}
    spent = sum(Decimal(row[1]) for row in rows.values())
    log = [json.loads(line) for line in (root / "log.jsonl").read_text().splitlines()]
    november = sum(Decimal(str(row["spend"])) for row in log if row["startTime"] >= "2026-11")
    assert abs(spent - november) <= Decimal("0.02")
    assert rows["search"][-1] == "not this month"
    assert rows["triage"][-1].startswith("on 2026-11-")
    assert "–" in rows["triage"][3]
    owed = {row[0]: row for row in cells(report, "owed")}
    assert owed["Assistant"][3:5] == ["60.00", ""]
    assert owed["Committed"][5] == "2026-11-16"
    assert abs(Decimal(owed["Committed"][4]) - (248 - spent)) <= Decimal("0.02")
    proposed = cells(report, "attribution")[0][3]
    assert proposed == "- {task_class: TASK_CLASS, when: {model_group: lab}}"
    text = json.dumps(report)
    assert "holds the same consumption" in text
    assert "Spend rose" in text or "Spend fell" in text


def test_reconciliation_of_a_gateway_that_misses_requests(root: Path) -> None:
    report = answer(root, "reconcile", "litellm-spend-logs", "openai")
    side = {row[0]: row[1:] for row in cells(report, "reconcile")}
    assert side["requests"][0] != side["requests"][1]
    parts = {row[0]: row[1] for row in cells(report, "reconcile", 1)}
    assert {"missing requests", "discount", "unexplained", "difference"} <= set(parts)
    assert abs(Decimal(parts["unexplained"].split()[0].replace("−", "-"))) <= Decimal("0.01")


def test_a_change_between_months(root: Path) -> None:
    report = answer(root, "explain-change", "2026-10-01..2026-10-24", "2026-11-01..2026-11-24")
    blocks = next(each for each in report["sections"] if each["id"] == "change")["blocks"]
    steps = next(block["steps"] for block in blocks if "steps" in block)
    assert [steps[0]["label"], steps[-1]["label"]] == [
        "2026-10-01..2026-10-24", "2026-11-01..2026-11-24",
    ]  # fmt: skip
    assert steps[-2]["total"] == steps[-1]["total"]
    for one, following in pairwise(steps[:-1]):
        assert following["start"] == one["end"], "each step starts where the one before ended"
    done = CliRunner().invoke(command, ["explain-change", "2026-13", "2026-10", "-C", str(root)])
    assert done.exit_code != 0


def test_a_change_between_revisions(root: Path) -> None:
    """A revision stands for the 28 days up to the day it was committed."""
    git = ("git", "-C", str(root), "-c", "user.name=n", "-c", "user.email=n@example.org")
    subprocess.run([*git, "init", "-q"], check=True)
    for name, day in (("old", "2026-10-28"), ("new", "2026-11-24")):
        subprocess.run(
            [*git, "commit", "-q", "--allow-empty", "-m", name],
            check=True,
            env={**os.environ, "GIT_COMMITTER_DATE": f"{day}T09:00:00Z"},
        )
        subprocess.run([*git, "tag", name], check=True)
    try:
        by_revision = answer(root, "explain-change", "old", "new")
        unknown = CliRunner().invoke(command, ["explain-change", "none", "new", "-C", str(root)])
    finally:
        shutil.rmtree(root / ".git")
    by_days = answer(root, "explain-change", "2026-10-01..2026-10-28", "2026-10-28..2026-11-24")
    assert unknown.exit_code != 0
    steps = [
        [(step["text"], step["total"]) for block in report["sections"][0]["blocks"]
         if "steps" in block for step in block["steps"]]
        for report in (by_revision, by_days)
    ]  # fmt: skip
    assert steps[0] == steps[1]
    assert "old (2026-10-01 to 2026-10-28)" in json.dumps(by_revision)


def test_check_reads_the_actuals_without_an_engine(root: Path, govern: Govern) -> None:
    actuals = (root / "usage/imported.yaml").read_text()
    assert "month: 2026-10" in actuals
    assert "task_class: triage" in actuals
    program = (
        "import sys\nfrom multillm_gov.__main__ import main\nmain(['check'])\n"
        "engine = ('duckdb', 'sqlglot', 'psycopg', 'multillm_gov.warehouse')\n"
        "print([name for name in engine if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, check=True
    )
    assert done.stderr.decode().strip().endswith("[]")
    found = govern("check", "--as-of", "2026-11-24", cwd=root)
    assert b"triage" in found.stdout


def test_check_and_the_month_end_page_have_one_forecast(root: Path, govern: Govern) -> None:
    checked = json.loads(govern("check", "--as-of", "2026-11-24", "--format", "json",
                                cwd=root).stdout)  # fmt: skip
    page = answer(root, "status", "--as-of", "2026-11-24")
    of_check, of_page = (
        next(each for each in report["headline"] if each["id"] == "forecast-spend")
        for report in (checked, page)
    )
    assert abs(of_check["number"] - of_page["number"]) <= 0.005
    assert "2 task classes by actual spend through 2026-11-24, 80% interval" in of_check["note"]
    assert "of it not attributed" in of_check["note"]
    (burning,) = [each for each in checked["findings"] if each["subject"] == "triage"
                  and each["rule"] == "GOV407"]  # fmt: skip
    assert "its cap is 1.00 USD a month" in burning["message"]
    records = yaml.safe_load((root / "usage/imported.yaml").read_text())["actuals"]
    newest = {each.get("task_class") or each.get("owner") or "": each for each in records
              if each["month"] == "2026-11"}  # fmt: skip
    rows = {row[0]: row for row in cells(page, "spend")}
    for name in ("triage", "search"):
        end = newest[name]["forecast"]
        assert rows[name][2] == f"{end['expected']:,.2f}"
        assert rows[name][3] == f"{end['low']:,.2f}–{end['high']:,.2f}"
    parts = [newest[name]["spend"] for name in ("triage", "search")]
    assert newest["support"]["spend"] == pytest.approx(sum(parts), abs=0.011)
    assert newest[""]["spend"] > newest["support"]["spend"]
    assert newest[""]["forecast"]["year"] > newest[""]["forecast"]["expected"]
    assert not any("forecast" in each for each in records if each["month"] == "2026-10")


def test_the_board_pack_rests_on_actual_spend(root: Path, govern: Govern) -> None:
    done = govern("report", "--as-of", "2026-11-24", "--output", "board.md", cwd=root)
    assert done.returncode == 0, done.stderr
    text = (root / "board.md").read_text()
    assert "2 of 2 services rest on actual spend" in text
    total = next(line for line in text.splitlines() if line.startswith("| **Total**"))
    register = text[text.index("Register of limits") :].splitlines()
    (now,) = [
        position
        for position, title in enumerate(
            next(line for line in register if "| Now |" in line).split("|")
        )
        if title.strip() == "Now"
    ]
    forecast = next(line for line in register if line.startswith("| Forecast a month"))
    assert total.split("|")[3].strip(" *") == forecast.split("|")[now].strip(" *")
    triage = next(line for line in text.splitlines() if line.startswith("| Triage | 1.02"))
    assert "**outside**" in triage


def test_the_report_for_engineers_shows_actual_spend_by_owner(root: Path, govern: Govern) -> None:
    options = ("--as-of", "2026-11-24", "--audience", "engineering", "--output", "board.md")
    done = govern("report", *options, cwd=root)
    assert done.returncode == 0, done.stderr
    text = (root / "board.md").read_text()
    assert "from actual spend where there is any" in text
    row = next(line for line in text.splitlines() if line.startswith("| Owner support"))
    assert "2026-11-24" in row
    assert "| Portfolio" in text


def test_a_row_is_explained(root: Path) -> None:
    log = [json.loads(line) for line in (root / "log.jsonl").read_text().splitlines()]
    wanted = next(row for row in log if row["model_group"] == "search")
    report = answer(root, "explain", wanted["request_id"])
    assert "belongs to `search`" in report["summary"]
    line = log.index(wanted) + 1
    assert answer(root, "explain", f"log.jsonl:{line}")["summary"] == report["summary"]


def test_unit_costs_of_the_last_four_weeks(root: Path) -> None:
    (root / "evidence").mkdir(exist_ok=True)
    (root / "evidence/e.yaml").write_text(
        "records:\n  - {task_class: search, model: openai/gpt-4o, date: 2026-11-01, "
        "sample_size: 500, score: 0.8}\n"
    )
    (root / "usage/outcomes.yaml").write_text(
        "outcomes:\n  - {task_class: search, month: 2026-10, name: answers used, count: 50}\n"
        "  - {task_class: search, month: 2026-09, name: answers used, count: 50}\n"
    )
    report = answer(root, "unit-costs", "--as-of", "2026-11-24")
    (root / "evidence/e.yaml").unlink()
    log = [json.loads(line) for line in (root / "log.jsonl").read_text().splitlines()]
    window = [row for row in log if row["model_group"] == "search"
              and row["startTime"] >= "2026-10-28"]  # fmt: skip
    spent = sum(Decimal(str(row["spend"])) for row in window)
    rows = {row[0]: row for row in cells(report, "units")}
    assert [rows["search"][1], rows["search"][2]] == [f"{spent:.2f}", str(len(window))]
    assert rows["search"][3] == f"{spent / len(window):.4g}"
    assert rows["search"][5:7] == ["80.0%", f"{spent / len(window) / Decimal('0.8'):.4g}"]
    assert rows["triage"][5:7] == ["not known", "not known"]
    assert set(rows) == {"triage", "search", "not attributed"}
    compared = {row[0]: row for row in cells(report, "list")}
    assert compared["search"][1] == compared["search"][2], "the log's spend is the list price"
    assert compared["search"][3:] == ["0.0%", "100.0%"]
    october = sum(Decimal(str(row["spend"])) for row in log if row["model_group"] == "search"
                  and row["startTime"] < "2026-11")  # fmt: skip
    ((_, name, month, count, _, each, _),) = cells(report, "outcomes")
    assert [name, month, count, each] == [
        "answers used", "2026-10", "50", f"{october / 50:.4g}"
    ]  # fmt: skip


def test_the_page_says_which_demand_to_write(root: Path) -> None:
    """As used over the last 28 days, key by key; what is near enough is left as it is."""
    page = answer(root, "status", "--as-of", "2026-11-24")
    section = next(each for each in page["sections"] if each["id"] == "actions")
    text = json.dumps(section)
    log = [json.loads(line) for line in (root / "log.jsonl").read_text().splitlines()]
    mine = [
        row for row in log if row["model_group"] == "search" and row["startTime"] >= "2026-10-28"
    ]
    month = round(len(mine) / 28 * 30.4)
    tokens = round(sum(row["prompt_tokens"] for row in mine) / len(mine))
    assert f"`search` uses in the last 28 days: {month:,} requests a month" in text
    assert f"requests: {month}" in text
    assert (f"input_tokens: {tokens}" in text) is not (750 <= tokens <= 1250)


def test_exports_agree_with_the_month_end_page(root: Path, tmp_path: Path) -> None:
    page = answer(root, "status", "--as-of", "2026-11-24")
    spent = next(each["number"] for each in page["headline"] if each["id"] == "actual-spend")
    day = ("--as-of", "2026-11-24", "-C", str(root))
    focus = tmp_path / "focus.csv"
    for name in ("focus", "csv", "allocation", "prometheus", "alerts"):
        target = focus if name == "focus" else tmp_path / name
        done = CliRunner().invoke(
            command, ["export", "--format", name, "--output", str(target), *day, "--notify"]
        )
        assert done.exit_code == 1, "a cap is spent"
    rows = list(csv.DictReader(focus.read_text().splitlines()))
    assert float(sum(Decimal(row["EffectiveCost"]) for row in rows)) == pytest.approx(spent)
    (allocations,) = json.loads((tmp_path / "allocation").read_text())["data"]
    total = sum(each["totalCost"] for name, each in allocations.items() if name != "__idle__")
    assert total == pytest.approx(spent)
    assert (
        'govern_usage_spend{scope="portfolio",name="portfolio",owner="",currency="USD"} '
        in (tmp_path / "prometheus").read_text()
    )
    (fired,) = [
        each for each in json.loads((tmp_path / "alerts").read_text())["alerts"]
        if each["severity"] == "error"
    ]  # fmt: skip
    assert (fired["subject"], fired["owner"], fired["kind"]) == ("triage", "support", "cap-spent")
    path, line, column = fired["place"].split(":")
    written = (root / path).read_text().splitlines()[int(line) - 1]
    assert Decimal(written[int(column) - 1 :].rstrip("} ")) == Decimal(str(fired["cap"]))
    quiet = CliRunner().invoke(command, ["export", "--format", "csv", *day])
    assert quiet.exit_code == 0, "without --notify an export never fails"


def test_a_focus_export_is_read_back_to_the_cent(root: Path, tmp_path: Path) -> None:
    """Billed cost is empty where nothing was billed; task class, tokens and requests come back."""
    page = answer(root, "status", "--as-of", "2026-11-24")
    spent = next(each["number"] for each in page["headline"] if each["id"] == "actual-spend")
    focus = tmp_path / "focus.csv"
    day = ("--as-of", "2026-11-24", "-C", str(root))
    CliRunner().invoke(command, ["export", "--format", "focus", "--output", str(focus), *day])
    source = list(csv.DictReader(focus.read_text().splitlines()))
    assert {row["BilledCost"] for row in source} == {""}
    (done,) = imported(tmp_path, focus)
    (marker,) = done.markers
    assert (done.producer, marker.quarantined.rows) == ("focus-attributed", 0)
    back = rows_of(tmp_path)
    assert len(back) == len(source)
    assert float(sum(row["effective_cost"] for row in back)) == pytest.approx(spent)
    for name, theirs in (("requests", "x_Requests"), ("output_tokens", "x_OutputTokens")):
        assert sum(row.get(name, 0) for row in back) == sum(int(row[theirs] or 0) for row in source)
    assert {row.get("task_class_given") for row in back} == {
        row["x_TaskClass"] or None for row in source
    }
    again = imported(tmp_path, focus)[0]
    assert again.new == 0


@pytest.mark.browser
@in_browser
@pytest.mark.parametrize("width", [400, 1000])
def test_the_month_end_page_in_a_browser(root: Path, tmp_path: Path, width: int) -> None:
    """The page of a FinOps analyst has the report's charts, and fits a telephone."""
    page = tmp_path / "usage.html"
    done = CliRunner().invoke(
        command, ["status", "--as-of", "2026-11-24", "-C", str(root), "--output", str(page)]
    )
    assert done.exit_code == 0, done.output
    seen = measured(page.read_bytes(), tmp_path, width)
    assert int(seen["window"]) == width
    assert int(seen["overflow"]) == 0
    assert seen["shown"].split() == ["narrow" if width == 400 else "wide"] * 2, "caps, and why"
    if width == 400:
        assert int(seen["late"]) == 0, "an element reaches past the right edge"
    text = page.read_text()
    for told in (
        "Expected by the end of the month, and caps",
        "From one period to the other",
        "What to do",
    ):
        assert told in text

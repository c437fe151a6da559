"""The sheet for a negotiation: spend, what could leave, what is owed, and prices that moved."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from multillm_gov.cli.usage import command
from multillm_gov.workflows.catalog_prices import preview_update
from optimization.shop import shop_files

SETTINGS = """\
optimization:
  contracts:
    acme: {minimum_monthly: 3000, owed_until: 2027-11-24}
"""
OWED = """\
subscriptions:
  - {name: Assistant, provider: Acme, seats: 10, monthly_per_seat: 20, starts: 2026-01-01,
     ends: 2027-01-31, notice_days: 30}
commitments:
  - {name: Old, provider: acme, kind: spend, monthly: 9, starts: 2025-01-01, ends: 2025-12-31}
  - {name: Capacity, provider: delta, kind: throughput, monthly: 500, starts: 2026-01-01}
"""
AS_OF = "2026-11-24"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with a year of bills: three parts to acme, one to beta."""
    folder = tmp_path_factory.mktemp("shop")
    files = {**shop_files(settings=SETTINGS), "usage/owed.yaml": OWED}
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    lines = ["Day,Who,Model,Cost,List"]
    for back in range(400):
        day = date(2026, 11, 24) - timedelta(days=back)
        lines += [f"{day},acme,big,3,4", f"{day},beta,mid,1,1"]
    (folder / "bill.csv").write_text("\n".join(lines) + "\n")
    columns = {"day": "Day", "provider": "Who", "model": "Model", "effective_cost": "Cost",
               "list_cost": "List"}  # fmt: skip
    options = [
        text for ours, theirs in columns.items() for text in ("--column", f"{ours}={theirs}")
    ]
    done = CliRunner().invoke(
        command,
        ["import", str(folder / "bill.csv"), *options, "--currency", "USD", "-C", str(folder)],
    )
    assert done.exit_code == 0, done.output
    return folder


def sheet(root: Path, *arguments: str) -> dict:
    done = CliRunner().invoke(
        command,
        ["negotiation", *arguments, "--as-of", AS_OF, "-C", str(root), "--format", "json"],
    )
    assert done.exit_code == 0, done.output
    return {each["id"]: each for each in json.loads(done.stdout)["sections"]}


def rows(section: dict, number: int) -> list[list[str]]:
    return [[cell["text"] for cell in row] for row in section["blocks"][number]["rows"]]


def test_a_sheet_of_one_provider(root: Path) -> None:
    acme = sheet(root, "ACME")["provider-acme"]
    position = {row[0]: row[1:] for row in rows(acme, 0)}
    assert position["Paid"] == ["1,098.00", "365 days"], "366 days at 3"
    assert position["Share of all metered spend"][0] == "75.0%"
    assert position["Paid, where a list price is known"][0] == "84.00"
    assert position["The same at list prices"] == ["112.00", "discount won: 25.0%"]
    # Triage (10,000 a month) could move to beta/mid at its floor for 4,000.
    assert position["Portable at equal floor a month"] == ["10,000.00", "triage"]
    assert position["Best alternative for it a month"][0] == "4,000.00"
    assert position["Break-even discount"][0] == "60.0%"
    terms = {row[0]: row[1:] for row in rows(acme, 1)}
    assert terms["Assistant"] == ["10 seats", "200.00", "447.12", "2027-01-31", "2027-01-01"]
    assert terms["contract"] == ["minimum", "3,000.00", "36,000.00", "2027-11-24", "not known"]
    assert set(terms) == {"Assistant", "contract"}, "what has ended is not owed"
    assert position["Still owed"][0] == "36,447.12"


def test_every_provider_that_is_paid_or_owed(root: Path) -> None:
    found = sheet(root)
    assert [name for name in found if name != "basis"] == [
        "provider-acme", "provider-beta", "provider-delta",
    ]  # fmt: skip
    delta = {row[0]: row[1:] for row in rows(found["provider-delta"], 0)}
    assert delta["Paid"][0] == "0.00"
    assert delta["Still owed"] == ["0.00", "until the terms below end beside what has no end"]
    assert delta["Portable at equal floor"][0] == "not known"
    assert rows(found["provider-delta"], 1)[0][3:] == ["no end", "goes on", "not known"]
    assert found["provider-acme"]["blocks"][2]["empty"] == "Not known: no lock was committed."
    done = CliRunner().invoke(command, ["negotiation", "nobody", "-C", str(root)])
    assert done.exit_code != 0


def test_without_the_optimizer_what_could_leave_is_not_known(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "multillm_gov.optimization.leverage", None)
    found = sheet(root, "acme")
    assert ["Portable at equal floor", "not known", ""] in rows(found["provider-acme"], 0)
    assert "The optimizer is not installed" in json.dumps(found["basis"])


def test_price_moves_are_those_of_the_locks_of_a_year(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    (folder / "allocations").mkdir(parents=True)
    (folder / "allocations/a.yaml").write_text(
        "owner: t\ntask_classes:\n  a: {route: [{model: gpt-own}]}\n"
    )
    (folder / "bill.csv").write_text("Day,Who,Cost\n2026-11-20,openai,3\n")
    git = ("git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=n@example.org")
    subprocess.run([*git, "init", "-q"], check=True)
    for day, price in (("2025-01-05", 8), ("2025-10-05", 5), ("2026-06-01", 4), ("2026-11-01", 2)):
        entry = {"litellm_provider": "openai", "mode": "chat",
                 "input_cost_per_token": float(Decimal(price) / 10**6),
                 "output_cost_per_token": 1e-5}  # fmt: skip
        path = tmp_path / "map.json"
        path.write_text(json.dumps({"gpt-own": entry}))
        preview_update(path, folder, as_of=date.fromisoformat(day)).apply()
        subprocess.run([*git, "add", "-A", "-f"], check=True)
        subprocess.run(
            [*git, "commit", "-q", "-m", "prices"],
            check=True,
            env={**os.environ, "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"},
        )
    options = ("--column", "day=Day", "--column", "provider=Who", "--column", "effective_cost=Cost")
    done = CliRunner().invoke(
        command,
        ["import", str(folder / "bill.csv"), *options, "--currency", "USD", "-C", str(folder)],
    )
    assert done.exit_code == 0, done.output
    found = sheet(folder, "openai")["provider-openai"]
    assert found["blocks"][2]["title"] == "List prices moved, 2025-10-05 to 2026-11-01 (USD)"
    assert rows(found, 2) == [["gpt-own", "input per million tokens", "5.00", "2.00", "−60.0%"]]

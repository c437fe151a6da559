"""What a new price map means for a portfolio, and what its lock said over time."""

import csv
import json
import subprocess
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from conftest import Govern
from multillm_gov.documents.layout import LOCK
from multillm_gov.workflows.catalog_prices import preview_update

AS_OF = date(2026, 8, 2)
DEMAND = "demand: {requests: 1000000, input_tokens: 1000, output_tokens: 100}"
Entry = dict[str, Any]


def entry(usd_in: str, usd_out: str, **more: Any) -> Entry:
    """A chat model at a price per million tokens."""
    return {
        "litellm_provider": "openai",
        "mode": "chat",
        "max_input_tokens": 100_000,
        "max_output_tokens": 8_000,
        "input_cost_per_token": float(Decimal(usd_in) / 10**6),
        "output_cost_per_token": float(Decimal(usd_out) / 10**6),
        **more,
    }


def portfolio(folder: Path, models: list[str], extra: str = "") -> Path:
    tasks = "".join(
        f"  t{number}:\n    route: [{{model: {model}}}]\n    {DEMAND}\n{extra}"
        for number, model in enumerate(models)
    )
    (folder / "allocations").mkdir(parents=True)
    (folder / "allocations/a.yaml").write_text(f"owner: team\ntask_classes:\n{tasks}")
    return folder


def lock_from(folder: Path, entries: dict[str, Entry] | bytes) -> None:
    """Give the portfolio the lock that a price map makes."""
    preview_update(price_map(folder, entries), folder, as_of=AS_OF).apply()


def price_map(folder: Path, entries: dict[str, Entry] | bytes) -> Path:
    path = folder.parent / f"{folder.name}-map.json"
    path.write_bytes(entries if isinstance(entries, bytes) else json.dumps(entries).encode())
    return path


def moved(folder: Path, entries: dict[str, Entry] | bytes) -> dict[tuple[str, str], list[str]]:
    """The rows of moved prices by model and what is priced."""
    update = preview_update(price_map(folder, entries), folder, as_of=AS_OF)
    money = next(each for each in update.report.sections if each.id == "money")
    rows = [[cell.text for cell in row] for row in money.blocks[0].rows]
    return {(row[0], row[1]): row[2:] for row in rows}


def confirmed(corpus: Path) -> list[dict[str, str]]:
    with (corpus / "prices/price_changes_confirmed.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_confirmed_move_is_detected_with_its_size(corpus: Path, tmp_path: Path) -> None:
    rows = confirmed(corpus)
    assert len(rows) == 20
    for number, row in enumerate(rows):
        name = f"acme/{row['model_norm']}"
        folder = portfolio(tmp_path / str(number), [name])
        lock_from(folder, {name: entry(row["old_input"], row["old_output"])})
        found = moved(folder, {name: entry(row["new_input"], row["new_output"])})
        for side in ("input", "output"):
            old, new = Decimal(row[f"old_{side}"]), Decimal(row[f"new_{side}"])
            if old == new:
                assert (name, f"{side} per million tokens") not in found
                continue
            shown = found[name, f"{side} per million tokens"]
            assert [Decimal(text) for text in shown[:2]] == [old, new]
            size = Decimal(shown[2].rstrip("%").replace("−", "-").replace(",", ""))
            assert abs(size - (new / old - 1) * 100) <= Decimal("0.05"), row
        effect = (Decimal(row["new_input"]) - Decimal(row["old_input"])) * 1_000 + (
            Decimal(row["new_output"]) - Decimal(row["old_output"])
        ) * 100
        first = next(iter(found.values()))[3].split()[0]
        got = Decimal(first.replace("−", "-").replace(",", "").removeprefix("+"))
        assert abs(got - effect) <= max(abs(effect) / 1000, Decimal("0.5"))


def test_moves_between_real_price_maps_are_those_of_the_maps(corpus: Path, tmp_path: Path) -> None:
    """Confirmed moves that happened between two of the five real maps: nine of them."""
    paths = sorted((corpus / "prices").glob("BerriAI__litellm__model_prices@*.json"))
    raw = [path.read_bytes() for path in paths]
    maps = [json.loads(data) for data in raw]
    seen = 0
    for number, (old, new) in enumerate(pairwise(maps)):
        wanted: dict[str, dict[str, str]] = {}
        for row in confirmed(corpus):
            for name in row["model_ids"].split(";"):
                prices = [
                    [Decimal(repr(each[name].get(f"{side}_cost_per_token", 0))) * 10**6
                     for side in ("input", "output")]
                    for each in (old, new) if name in each
                ]  # fmt: skip
                if prices == [
                    [Decimal(row["old_input"]), Decimal(row["old_output"])],
                    [Decimal(row["new_input"]), Decimal(row["new_output"])],
                ]:
                    wanted[name] = row
        if not wanted:
            continue
        folder = portfolio(tmp_path / str(number), sorted(wanted))
        lock_from(folder, raw[number])
        found = moved(folder, raw[number + 1])
        for name, row in wanted.items():
            seen += 1
            for side in ("input", "output"):
                if row[f"old_{side}"] != row[f"new_{side}"]:
                    shown = found[name, f"{side} per million tokens"]
                    assert [Decimal(text) for text in shown[:2]] == [
                        Decimal(row[f"old_{side}"]), Decimal(row[f"new_{side}"])
                    ]  # fmt: skip
    assert seen == 9


def test_caps_retirements_and_tiers_before_anything_is_applied(
    tmp_path: Path, govern: Govern
) -> None:
    folder = portfolio(tmp_path / "p", ["acme/a", "acme/b"], "    spend_cap: {monthly: 5000}\n")
    lock_from(folder, {"acme/a": entry("2", "10"), "acme/b": entry("1", "1")})
    (folder / "usage").mkdir()
    (folder / "usage/u.yaml").write_text(
        "actuals:\n  - {month: 2026-08, through: 2026-08-10, task_class: t0, spend: 2000, "
        "forecast: {expected: 6000}}\n"
    )
    lock = (folder / LOCK).read_bytes()
    tiers = {"input_cost_per_token_above_200k_tokens": 8e-6,
             "output_cost_per_token_above_200k_tokens": 3e-5}  # fmt: skip
    path = price_map(
        folder,
        {
            "acme/a": entry("4", "20", **tiers),
            "acme/b": entry("1", "1", deprecation_date="2026-11-15"),
        },
    )
    command = ("catalog", "update", str(path), "--as-of", "2026-08-12", "--format", "json")
    done = govern(*command, cwd=folder)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert (folder / LOCK).read_bytes() == lock, "nothing is applied"
    sections = {
        section["id"]: [[cell["text"] for cell in row] for row in section["blocks"][0]["rows"]]
        for section in report["sections"]
    }
    assert "+3,000 USD a month" in report["summary"]
    assert "+6,000 USD a month at the volume of actual spend" in report["summary"]
    assert [row[1] for row in sections["caps"] if row[0] == "error"] == ["GOV401"]
    assert "is forecast at 6,000 USD a month; its cap is 5,000 USD" in sections["caps"][0][3]
    assert sections["retirement"] == [["acme/b", "not known", "2026-11-15", "`t1`"]]
    assert ["acme/a", "added", "input per million tokens above 200,000 tokens", "8.00"] in (
        sections["tiers"]
    )
    applied = govern(*command, "--apply", cwd=folder)
    assert applied.returncode == 1
    assert (folder / LOCK).read_bytes() != lock
    again = json.loads(govern(*command, cwd=folder).stdout)
    assert again["summary"].startswith("The price map says the same of every model in use")


def test_a_cost_that_a_map_makes_unknown_is_no_saving(tmp_path: Path) -> None:
    folder = portfolio(tmp_path / "p", ["acme/a", "acme/b"])
    lock_from(folder, {"acme/a": entry("2", "10"), "acme/b": entry("1", "1")})
    update = preview_update(price_map(folder, {"acme/b": entry("2", "2")}), folder, as_of=AS_OF)
    assert "the forecast of the others moves by +1,100 USD a month" in update.report.summary
    assert "the cost of `t0` would not be known" in update.report.summary
    caps = next(each for each in update.report.sections if each.id == "caps")
    assert caps.blocks[0].empty == "None that is judged; what would have no known cost is not."


def test_a_file_that_is_no_price_map_is_refused(tmp_path: Path, govern: Govern) -> None:
    folder = portfolio(tmp_path / "p", ["acme/a"])
    for text in ('{"a": {"b": 1}}', "[]", "\x00"):
        path = tmp_path / "map.json"
        path.write_text(text)
        done = govern("catalog", "update", str(path), cwd=folder)
        assert done.returncode == 2, done.stdout
        assert b"map.json" in done.stderr


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A repository in which the lock moved twice, and once without the model moving."""
    folder = portfolio(tmp_path / "p", ["acme/a", "acme/b"])
    git = ("git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=n@example.org")
    subprocess.run([*git, "init", "-q"], check=True)
    for usd_a, usd_b in (("5", "1"), ("2.5", "1"), ("2.5", "3")):
        lock_from(folder, {"acme/a": entry(usd_a, "10"), "acme/b": entry(usd_b, "1")})
        subprocess.run([*git, "add", "-A", "-f"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "prices"], check=True)
    return folder


def test_the_history_of_a_model_is_that_of_the_lock(history: Path, govern: Govern) -> None:
    done = govern("catalog", "history", "acme/a", "--format", "json", cwd=history)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    rows = [[cell["text"] for cell in row] for row in report["sections"][0]["blocks"][0]["rows"]]
    assert [row[3:] for row in rows] == [
        ["input per million tokens", "", "5.00", ""],
        ["output per million tokens", "", "10.00", ""],
        ["retirement", "", "not known", ""],
        ["input per million tokens", "5.00", "2.50", "−50.0%"],
    ]
    assert "its facts moved 1 time" in report["summary"]
    unknown = govern("catalog", "history", "acme/z", cwd=history)
    assert unknown.returncode == 2


def test_a_lock_that_cannot_be_read_is_named(history: Path, govern: Govern) -> None:
    text = (history / LOCK).read_text().replace('"format": 2', '"format": 1')
    (history / LOCK).write_text(text)
    git = ("git", "-C", str(history), "-c", "user.name=n", "-c", "user.email=n@example.org")
    subprocess.run([*git, "commit", "-qam", "old"], check=True)
    done = govern("catalog", "history", "acme/a", cwd=history)
    assert done.returncode == 0
    assert b"Not read: the lock of" in done.stdout

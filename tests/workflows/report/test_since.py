"""The last pack is judged as of its own day, with what was known then."""

from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from multillm_gov.measures.periods import quarter_named
from portfolios import REPOSITORY, replaced

DAY = "2026-11-30"


@pytest.fixture
def past(checkout: Any) -> Any:
    """A model retires in April; commits lie before and after that day."""
    (path,) = (name for name in REPOSITORY if name.startswith("catalog/"))
    line = "    retirement: {date: 2026-04-01, source: announcement}\n"
    dated = replaced(REPOSITORY[path], ("    mode: chat\n", f"    mode: chat\n{line}"))
    checkout.commit(REPOSITORY | {path: dated}, day="2026-02-10")
    checkout.commit({"policies/later.yaml": "policies: {}\n"}, day="2026-05-04")
    return checkout


def pack(govern: Any, past: Any, *options: str) -> dict[str, Any]:
    words = ("report", "--at", "HEAD", "--as-of", DAY, "--format", "json", *options)
    done = govern(*words, cwd=past.folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.decode(done.stdout)
    return found


def retired(report: dict[str, Any]) -> tuple[float | None, float | None]:
    (limit,) = (one for one in report["limits"] if one["id"] == "retired-models")
    return limit["value_before"], limit["value"]


@pytest.mark.parametrize(
    ("since", "day", "before"),
    [
        (("HEAD~1",), "2026-02-10", 0),
        (("2026-03-15",), "2026-03-15", 0),
        (("2026-04-30",), "2026-04-30", 1),
        (("2026-Q1",), "2026-03-31", 0),
        (("2026-Q2",), "2026-06-30", 1),
        (("HEAD~1", "--since-day", "2026-06-30"), "2026-06-30", 1),
    ],
)
def test_the_last_pack_is_judged_by_its_own_day(
    since: tuple[str, ...], day: str, before: int, govern: Any, past: Any
) -> None:
    report = pack(govern, past, "--since", *since)
    assert retired(report) == (before, 1)
    assert f"--since-day {day}" in report["command"]
    said = json.encode(report["sections"]).decode()
    assert "with what was known then" in said


def test_a_pack_since_a_day_is_rendered_again(govern: Any, past: Any, tmp_path: Path) -> None:
    file = tmp_path / "pack.json"
    words = ("report", "--at", "HEAD", "--as-of", DAY, "--since", "2026-Q1", "--output", file)
    assert govern(*words, cwd=past.folder).returncode == 0
    done = govern("report", "--verify", file, cwd=past.folder)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("label", "starts", "end"),
    [
        ("2026-Q3", 1, "2026-09-30"),
        ("2026 Q4", 1, "2026-12-31"),
        ("FY2027-Q1", 4, "2026-06-30"),
        ("FY2027-Q4", 4, "2027-03-31"),
        ("FY2027 Q1", 10, "2026-12-31"),
    ],
)
def test_quarters_have_the_names_that_history_gives_them(label: str, starts: int, end: str) -> None:
    found = quarter_named(label, starts)
    assert found is not None
    assert found.end.isoformat() == end
    assert found.label.replace("FY", "").replace(" ", "-") == label.replace("FY", "").replace(
        " ", "-"
    )


@pytest.mark.parametrize("label", ["v2026-Q3", "2026-Q5", "Q3", "0000-Q1", "9999-Q4", "2026"])
def test_what_is_no_quarter(label: str) -> None:
    assert quarter_named(label, 4) is None

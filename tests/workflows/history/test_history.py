"""Figures over time: each period as its last commit gives it, with what was known then."""

from datetime import date
from typing import Any

import pytest
from msgspec import json

from multillm_gov.sources.git import Repository
from multillm_gov.sources.git_history import list_commits, walk
from portfolios import REPOSITORY, replaced

ALLOCATION = "allocations/a.yaml"


@pytest.fixture
def past(checkout: Any) -> Any:
    """Three commits in two quarters, one of which a merge brought; the demand doubles twice."""
    checkout.commit(REPOSITORY, day="2026-02-10")
    doubled = replaced(REPOSITORY[ALLOCATION], ("requests: 100000", "requests: 200000"))
    checkout.commit({ALLOCATION: doubled, "notes.txt": "x"}, day="2026-05-04")
    checkout.git("checkout", "--quiet", "-b", "side")
    again = replaced(doubled, ("requests: 200000", "requests: 400000"))
    checkout.commit({ALLOCATION: again, "policies/old.yaml": "policies: {}\n"}, day="2026-05-20")
    checkout.git("checkout", "--quiet", "main")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_COMMITTER_DATE", "2026-06-15T12:00:00+00:00")
        checkout.git("merge", "--quiet", "--no-ff", "--no-edit", "side")
    checkout.commit({"policies/old.yaml": None}, day="2026-09-01")
    return checkout


def told(govern: Any, past: Any, *options: str) -> dict[str, Any]:
    words = ("history", "--as-of", "2026-11-30", "--format", "json", *options)
    done = govern(*words, cwd=past.folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.decode(done.stdout)
    return found


def column(report: dict[str, Any], number: int) -> list[str]:
    (table,) = (block for block in report["sections"][0]["blocks"] if block["type"] == "table")
    return [row[number]["text"] for row in table["rows"]]


def test_each_quarter_is_as_its_last_commit_left_it(govern: Any, past: Any) -> None:
    report = told(govern, past)
    assert column(report, 0) == ["2026 Q1", "2026 Q2", "2026 Q3", "2026 Q4"]
    assert column(report, 1) == ["2026-03-31", "2026-06-30", "2026-09-30", "2026-11-30"]
    spend = [float(text.split()[0].replace(",", "")) for text in column(report, 3)]
    assert spend[0] < spend[1] == spend[2] == spend[3]
    (section,) = (one for one in report["sections"] if one["id"] == "forecast-spend")
    points = section["blocks"][0]["lines"][0]["points"]
    assert [round(point["y"]) for point in points] == [round(value) for value in spend]
    assert report["headline"][0]["before"] == column(report, 3)[0]


def test_months_and_the_fiscal_year(govern: Any, past: Any) -> None:
    assert column(told(govern, past, "--every", "month"), 0)[:3] == [
        "2026-02",
        "2026-03",
        "2026-04",
    ]
    past.write({"govern.yaml": "organization: Example\nfiscal_year_starts: 4\n"})
    assert column(told(govern, past), 0) == ["FY2026 Q4", "FY2027 Q1", "FY2027 Q2", "FY2027 Q3"]


def test_each_commit_and_from_a_day_on(govern: Any, past: Any) -> None:
    commits = past.git("log", "--first-parent", "--reverse", "--format=%H").split()
    report = told(govern, past, "--every", "commit")
    assert column(report, 2) == [commit[:10] for commit in commits]
    report = told(govern, past, "--every", "commit", "--since", "2026-06-20")
    assert column(report, 2) == [commit[:10] for commit in commits[2:]]


def test_files_of_every_commit_are_those_of_its_tree(past: Any) -> None:
    repository = Repository.open(past.folder)
    commits = list_commits(repository)
    assert [one.day for one in commits] == [
        date(2026, 2, 10),
        date(2026, 5, 4),
        date(2026, 6, 15),
        date(2026, 9, 1),
    ]
    for held in walk(repository, commits, {one.id for one in commits}):
        assert held.files == repository.read_revision(held.commit.id)[0]


def test_what_cannot_be_is_refused(govern: Any, past: Any, tmp_path: Any) -> None:
    assert govern("history", "--since", "nowhere", cwd=past.folder).returncode == 3
    assert govern("history", "--as-of", "2020-01-01", cwd=past.folder).returncode == 3
    (tmp_path / "allocations").mkdir()
    assert govern("history", cwd=tmp_path).returncode == 3

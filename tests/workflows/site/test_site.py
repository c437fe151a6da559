"""A folder of pages: each link leads to a page, the same bytes each time, and a search that runs
in a browser from the disk."""

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from multillm_gov.rendering.pages.site import page_name
from portfolios import REPOSITORY, replaced

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
ALLOCATION = "allocations/a.yaml"
DAY = "2026-11-30"
POLICY = """\
policies:
  spread: {rule: concentration, level: vendor, max_share: 0.1}
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from conftest import Checkout

    checkout = Checkout(tmp_path_factory.mktemp("site") / "portfolio")
    checkout.commit(REPOSITORY | {"policies/p.yaml": POLICY}, day="2026-02-10")
    doubled = replaced(REPOSITORY[ALLOCATION], ("requests: 100000", "requests: 200000"))
    checkout.commit({ALLOCATION: doubled}, day="2026-05-04")
    return checkout


@pytest.fixture(scope="module")
def site(govern: Any, repository: Any) -> Path:
    folder: Path = repository.folder.parent / "public"
    done = govern("site", folder, "--as-of", DAY, cwd=repository.folder)
    assert done.returncode == 0, done.stderr
    return folder


def pages(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.html"))
    }


def test_packs_task_classes_rules_and_the_rest_are_there(site: Path) -> None:
    found = pages(site)
    assert {"index.html", "pack.html", "trend.html", "limits.html", "search.html"} <= set(found)
    assert {f"packs/2026-Q{n}" for n in (1, 2, 3)} == {
        re.sub(r"-[0-9a-f]{8}\.html", "", path) for path in found if path.startswith("packs/")
    }
    assert {"tasks/writing.html", "tasks/scoring.html"} <= set(found)
    assert any(path.startswith("rules/GOV") for path in found)
    assert "data:image/svg+xml;base64," in found["tasks/writing.html"], "a dependency picture"


def test_each_pack_is_of_the_commit_that_its_quarter_ended_with(
    site: Path, repository: Any
) -> None:
    """Demand doubled on 4 May: the first quarter is of the first commit, the others not."""
    first, second = repository.git("rev-list", "--reverse", "HEAD").split()
    packs = {
        re.sub(r"packs/(.*)-[0-9a-f]{8}\.html", r"\1", path): " ".join(
            re.findall(r">([^<>]+)<", text)
        )
        for path, text in pages(site).items()
        if path.startswith("packs/")
    }
    forecasts = {
        quarter: re.findall(r"Forecast a month \(USD\)\s+([\d,]+)\s+at most 3,000", text)
        for quarter, text in packs.items()
    }
    assert forecasts == {"2026-Q1": ["1,150"], "2026-Q2": ["1,960"], "2026-Q3": ["1,960"]}
    said = {
        quarter: set(re.findall(r"Revision\s+([0-9a-f]{40})", text))
        for quarter, text in packs.items()
    }
    assert said == {"2026-Q1": {first}, "2026-Q2": {second}, "2026-Q3": {second}}


def test_the_limits_are_those_of_the_register(site: Path, govern: Any, repository: Any) -> None:
    """Each with early warning, headroom and owner, as the pack's JSON has them."""
    words = ("report", "--format", "json", "--as-of", DAY)
    limits = json.decode(govern(*words, cwd=repository.folder).stdout)["limits"]
    text = pages(site)["limits.html"]
    table = text[text.index('id="section-0"') :]
    table = table[: table.index("</table>")]
    assert table.count("<tr") == len(limits) + 1
    for title in ("Early warning", "Headroom", "Owner", "Set by, on"):
        assert f">{title}</th>" in table
    outside = sum(limit["judgment"] == "outside" for limit in limits)
    assert table.count("▲") == outside > 0


def test_every_link_leads_to_a_page(site: Path) -> None:
    found = pages(site)
    seen = set()
    for path, text in found.items():
        for address in re.findall(r'<a href="([^"#]+)"', text):
            target = ((site / path).parent / unescape(address)).resolve()
            assert target.is_file(), (path, address)
            seen.add(target.relative_to(site.resolve()).as_posix())
    assert seen == set(found), "no page is out of reach"


def test_the_same_commit_and_day_give_the_same_bytes(
    site: Path, govern: Any, repository: Any, tmp_path: Path
) -> None:
    govern("site", tmp_path / "again", "--as-of", DAY, cwd=repository.folder)
    assert pages(tmp_path / "again") == pages(site)


def test_a_folder_with_other_files_is_refused(govern: Any, repository: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    assert govern("site", tmp_path, cwd=repository.folder).returncode == 3
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ["a", "a/../b", "..", "", "атенцион", "x" * 300, "CON?", "\ud800"])
def test_names_of_files_are_safe_and_unlike(name: str) -> None:
    found = page_name(name)
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,80}", found)
    assert ".." not in found
    assert found == name or found != page_name(f"{name} ")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_the_search_runs_from_the_disk(site: Path, tmp_path: Path) -> None:
    def shown(words: str) -> str:
        done = subprocess.run(
            [
                *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
                f"--user-data-dir={tmp_path / 'profile'}",
                (site / "search.html").as_uri() + words,
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )
        return done.stdout.decode()

    every = len(pages(site)) - 1
    assert f">{every} of {every} pages<" in shown("")
    one = shown("#lead%20scores")
    found = re.search(r'<ul id="found">(.*?)</ul>', one, re.DOTALL)
    assert found is not None
    assert re.findall(r'href="([^"]*)"', found[1]) == ["tasks/scoring.html"]
    assert ">0 of " in shown("#nothing-is-called-so")

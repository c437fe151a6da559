"""A mistake in a file never makes figures look whole, resolves a finding or moves other
settings."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from subprocess import run

import pytest

from multillm_gov.errors import CatalogError
from multillm_gov.workflows.catalog_lock import lock_portfolio
from multillm_gov.workflows.check import check
from multillm_gov.workflows.diff import diff
from multillm_gov.workflows.init import init

DAY = date(2026, 11, 24)
Edit = Callable[[str, str, str], None]


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    init(tmp_path, as_of=DAY)
    return tmp_path


@pytest.fixture
def edit(portfolio: Path) -> Edit:
    def replace(path: str, old: str, new: str) -> None:
        text = (portfolio / path).read_text()
        assert old in text
        (portfolio / path).write_text(text.replace(old, new))

    return replace


def test_figures_over_a_broken_entry_are_never_good(portfolio: Path, edit: Edit) -> None:
    edit("allocations/marketing.yaml", "purpose: Blog", "purpos: Blog")
    told = check([portfolio], as_of=DAY)
    assert "The figures are incomplete: 1 file could not be read in full" in told.summary
    assert all(metric.status != "good" and "incomplete" in metric.note for metric in told.headline)


def test_a_typo_in_one_setting_leaves_the_others(portfolio: Path, edit: Edit) -> None:
    before = check([portfolio], as_of=DAY)
    edit("govern.yaml", "organization:", "organizaton:")
    edit("govern.yaml", "max_vendor_share_of_value", "max_vendor_share_of_values")
    after = check([portfolio], as_of=DAY)
    limits = [(metric.id, metric.limit) for metric in after.headline]
    moved = [
        now
        for now, then in zip(limits, ((m.id, m.limit) for m in before.headline), strict=True)
        if now != then
    ]
    assert [name for name, _ in moved] == ["largest-vendor-of-value"]
    assert sum(finding.rule == "GOV003" for finding in after.findings) == 2


def test_breaking_an_entry_resolves_none_of_its_findings(portfolio: Path, edit: Edit) -> None:
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        run(["git", "-C", str(portfolio), *arguments], check=True, capture_output=True)
    edit("allocations/marketing.yaml", "purpose: Blog", "purpos: Blog")
    told = diff("HEAD", as_of=DAY, root=portfolio)
    assert told.resolved == ()
    assert "incomplete" in told.summary


def test_no_lock_is_written_over_files_with_mistakes(portfolio: Path, edit: Edit) -> None:
    before = (portfolio / "catalog/catalog.lock.json").read_bytes()
    edit("allocations/marketing.yaml", "purpose: Blog", "purpos: Blog")
    with pytest.raises(CatalogError, match="1 mistake"):
        lock_portfolio(portfolio, as_of=DAY)
    assert (portfolio / "catalog/catalog.lock.json").read_bytes() == before

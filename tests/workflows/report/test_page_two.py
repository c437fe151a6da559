"""Page two of the board's PDF is one page, and six pages come before the annex, also if crowded."""

from functools import cache
from io import BytesIO

import pdfplumber
import pytest

from multillm_gov.rendering.formats.pdf import render
from multillm_gov.report import Report
from portfolios import ACME_ALLOCATION, ACME_CATALOG, assessed, packed, retiring
from tests.workflows.report.conftest import CAPITALS, portfolio

_RULES = (
    "concentration, max_share: 0.01",
    "concentration, level: cloud, max_share: 0.01",
    "concentration, max_hhi: 1",
    "concentration-after-loss, max_share: 0.01",
    "jurisdiction-limit, all_but: [CH], max_share: 0.01",
    "absolute-exposure, price_rise: 1, max_added_monthly: 1",
    "too-few-fallbacks, min_fallbacks: 9",
    "single-point-of-failure, max_lost_share: 0.01",
    "total-spend-over-cap, max_monthly: 1",
    "total-spend-over-cap, max_yearly: 1",
    "evidence-not-internal",
    "retirement-unknown",
    "provider-terms-missing, require_for: [internal]",
    "exit-plan-missing, above_share: 0.01",
    "approval-required",
    "review-overdue",
    "probe-missing",
    "classification-not-allowed",
    "failover-not-drilled",
    "quality-not-proved",
)
"""More causes than a page has room for."""
_POLICIES = "policies:\n" + "".join(
    f"  {CAPITALS.lower()}-{n:02d}: {{rule: {rule}, title: {CAPITALS} {n}}}\n"
    for n, rule in enumerate(_RULES)
)
_CROWDED = {
    **portfolio([f"{CAPITALS.lower()}-{n:02d}" for n in range(25)], 25, CAPITALS * 3),
    "policies/p.yaml": _POLICIES,
}
_BEFORE = {
    **_CROWDED,
    "policies/p.yaml": _POLICIES.replace("0.01", "0.005"),
    "govern.yaml": "organization: Example\n",
}
_MANY = portfolio([f"class-{n:03d}" for n in range(200)], 7, "Example")
_PLAIN = {
    "govern.yaml": "organization: Example\n",
    "allocations/a.yaml": ACME_ALLOCATION,
    "catalog/models.yaml": ACME_CATALOG,
}
_TROUBLE = {
    **_PLAIN,
    "catalog/models.yaml": retiring(ACME_CATALOG, "beta/y").replace("2027-01-14", "2026-07-23"),
    "evidence/d.yaml": "drills: [{task_class: articles, date: 2026-11-20, result: fails}]\n",
}
_PACKS = {
    "plain": (_PLAIN, None),
    "in trouble": (_TROUBLE, _PLAIN),
    "200 task classes": (_MANY, None),
    "crowded": (_CROWDED, None),
    "crowded, with a last pack": (_CROWDED, _BEFORE),
}


@cache
def _pack(name: str) -> Report:
    files, before = _PACKS[name]
    return packed(assessed(files), assessed(before) if before is not None else None)


@cache
def _pages(name: str) -> tuple[str, ...]:
    """The text of each page, without the marks at which a long word may break."""
    with pdfplumber.open(BytesIO(render(_pack(name)))) as pdf:
        texts = [page.extract_text() or "" for page in pdf.pages]
    return tuple(text.replace("\N{ZERO WIDTH SPACE}", "") for text in texts)


@pytest.mark.parametrize("name", _PACKS)
def test_page_two_holds_the_whole_position(name: str) -> None:
    pages = _pages(name)
    assert "Where we stand" in pages[1]
    assert "Known to be unknown:" in pages[1]
    # "Annex A" and the rest follow; nothing of the position runs over.
    assert not [page for page in pages[2:] if "Known to be unknown:" in page]
    if _pack(name).decisions:
        assert f"{len(_pack(name).decisions)} decision" in pages[1]


@pytest.mark.parametrize("name", _PACKS)
def test_six_pages_come_before_the_annex(name: str) -> None:
    starts = [n for n, page in enumerate(_pages(name)) if n and "Annex A: Register" in page]
    assert starts
    assert starts[0] <= 6


def test_limits_outside_that_have_no_row_are_counted_and_named() -> None:
    pack = _pack("crowded")
    outside = [one for one in pack.limits if one.judgment == "outside"]
    table = next(
        block for block in pack.sections[0].blocks if getattr(block, "title", "").startswith("Meas")
    )
    rows = [[cell.text for cell in row] for row in table.rows]  # type: ignore[union-attr]
    red = [row for row in table.rows if any(cell.status == "bad" for cell in row)]  # type: ignore[union-attr]
    last = rows[-1]
    assert last[0] == "Further limits outside"
    assert len(red) - 1 + int(last[1]) == len(outside)

"""Portfolios small enough to work out by hand, ready to be stressed."""

from collections.abc import Callable

import pytest

from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.stress.stress_context_builder import stress_context
from portfolios import ACME_ALLOCATION, ACME_CATALOG, assessed, replaced

ALLOCATION = replaced(
    ACME_ALLOCATION,
    ("monthly: 7000}", "monthly: 7000, per_request: 0.009}\n    quality: {floor: 0.80}"),
    ("monthly: 4000}", "monthly: 4000}\n    quality: {floor: 0.70}"),
)
SETTINGS = """\
currency: USD
appetite: {max_monthly_spend: 12000, max_price_shock_share: 0.15}
risk: {coverage: {untested: 0.5}}
"""
EVIDENCE = """\
records:
- {task_class: articles, model: acme/x, date: 2026-10-01, sample_size: 500, score: 0.86}
- {task_class: scoring, model: beta/y, date: 2026-10-01, sample_size: 500, score: 0.75}
"""
BASE = {
    "govern.yaml": SETTINGS,
    "allocations/a.yaml": ALLOCATION,
    "catalog/models.yaml": ACME_CATALOG,
    "evidence/e.yaml": EVIDENCE,
}
Change = str | list[tuple[str, str]]
Made = Callable[..., StressContext]


@pytest.fixture(scope="session")
def made() -> Made:
    """The portfolio above with some texts replaced in its files, or whole files; an empty one is
    left out."""

    def build(**changes: Change) -> StressContext:
        names = {"settings": "govern.yaml", "allocation": "allocations/a.yaml"}
        names |= {"catalog": "catalog/models.yaml", "evidence": "evidence/e.yaml"}
        texts = BASE | {
            names[name]: change if isinstance(change, str) else replaced(BASE[names[name]], *change)
            for name, change in changes.items()
        }
        state = assessed(texts).state
        assert not state.flaws, state.flaws
        return stress_context(state)

    return build

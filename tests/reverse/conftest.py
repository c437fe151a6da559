"""Portfolios small enough to work out by hand, ready to be stressed."""

from collections.abc import Callable
from datetime import date

import pytest

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.reporting.stress.inputs import context_of
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.workflows.assessing import assess

CATALOG = """\
models:
  acme/x:
    mode: chat
    usd_per_million_tokens: {input: 6}
    max_input_tokens: 100000
    max_output_tokens: 1000
    exposure: {family: x, vendor: acme, provider: acme, cloud: nimbus, jurisdiction: US}
  beta/y:
    mode: chat
    usd_per_million_tokens: {input: 3}
    max_input_tokens: 100000
    max_output_tokens: 1000
    exposure: {family: y, vendor: beta, provider: beta, cloud: cumulus, jurisdiction: FR}
  gamma/z:
    mode: chat
    usd_per_million_tokens: {input: 1}
    max_input_tokens: 100000
    max_output_tokens: 1000
    exposure: {family: z, vendor: gamma, provider: gamma, cloud: stratus, jurisdiction: DE}
"""
ALLOCATION = """\
owner: growth
task_classes:
  articles:
    route: [{model: acme/x}]
    fallbacks: [beta/y]
    cost_of_wrong_model: {value_at_stake: 73000}
    demand: {requests: 1000000, input_tokens: 1000}
    spend_cap: {monthly: 7000, per_request: 0.009}
    quality: {floor: 0.80}
  scoring:
    route: [{model: beta/y}]
    cost_of_wrong_model: {value_at_stake: 36500}
    demand: {requests: 1000000, input_tokens: 1000}
    spend_cap: {monthly: 4000}
    quality: {floor: 0.70}
  filtering:
    route: [{model: gamma/z}]
    fallbacks: [gamma/z]
    cost_of_wrong_model: {value_at_stake: 7300}
    demand: {requests: 1000000, input_tokens: 1000}
"""
"""Spend 6,000, 3,000 and 1,000 USD a month; value 100, 50 and 10 USD an hour; a year's value 1,401,600."""
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
    "catalog/models.yaml": CATALOG,
    "evidence/e.yaml": EVIDENCE,
}
Change = str | list[tuple[str, str]]
Made = Callable[..., StressContext]


@pytest.fixture(scope="session")
def made() -> Made:
    """The portfolio above with some texts replaced in its files, or whole files; an empty one is left out."""

    def build(**changes: Change) -> StressContext:
        names = {"settings": "govern.yaml", "allocation": "allocations/a.yaml"}
        names |= {"catalog": "catalog/models.yaml", "evidence": "evidence/e.yaml"}
        texts = BASE | {
            names[name]: _changed(BASE[names[name]], change) for name, change in changes.items()
        }
        files = [SourceFile(path, text.encode()) for path, text in texts.items() if text]
        state = assess(files, as_of=date(2026, 11, 24), price_map=lambda: PriceMap("1.0", b"{}"))
        assert not state.flaws, state.flaws
        return context_of(state)

    return build


def _changed(text: str, change: Change) -> str:
    if isinstance(change, str):
        return change
    for old, new in change:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text

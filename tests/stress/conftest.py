"""Portfolios small enough to work out by hand, stressed through the public functions."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.reporting.stress.inputs import context_of
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.workflows.assessing import assess
from multillm_gov.workflows.init import init
from multillm_gov.workflows.states import assess_folder

AS_OF = date(2026, 11, 24)
CATALOG = """\
models:
  acme/x:
    mode: chat
    usd_per_million_tokens: {input: 6}
    max_input_tokens: 100000
    max_output_tokens: 1000
    retirement: {date: 2027-01-14, source: announcement}
    successor: acme/x2
    exposure: {family: x, vendor: acme, provider: acme, cloud: nimbus, jurisdiction: US}
  acme/x2:
    mode: chat
    usd_per_million_tokens: {input: 9}
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
    spend_cap: {monthly: 7000}
  scoring:
    route: [{model: beta/y}]
    cost_of_wrong_model: {value_at_stake: 36500}
    demand: {requests: 1000000, input_tokens: 1000}
    spend_cap: {monthly: 4000}
  filtering:
    route: [{model: gamma/z}]
    fallbacks: [gamma/z]
    cost_of_wrong_model: {value_at_stake: 7300}
    demand: {requests: 1000000, input_tokens: 1000}
"""
"""Spend 6,000, 3,000 and 1,000 USD a month: shares .6, .3, .1, as in the worked example of a repricing.

Value at stake: 100, 50 and 10 USD an hour.
"""
Judged = Callable[..., Assessment]
Made = Callable[..., StressContext]


@pytest.fixture(scope="session")
def judged() -> Judged:
    """An assessment of the portfolio above with some files changed, or left out where they are empty."""

    def build(changed: Mapping[str, str] | None = None) -> Assessment:
        texts = {
            "allocations/a.yaml": ALLOCATION,
            "catalog/models.yaml": CATALOG,
            **(changed or {}),
        }
        files = [SourceFile(path, text.encode()) for path, text in texts.items() if text]
        return assess(files, as_of=AS_OF, price_map=lambda: PriceMap("1.0", b"{}"))

    return build


@pytest.fixture(scope="session")
def made(judged: Judged) -> Made:
    """The same, ready to be stressed."""

    def build(changed: Mapping[str, str] | None = None) -> StressContext:
        state = judged(changed)
        assert not state.flaws, state.flaws
        return context_of(state)

    return build


@pytest.fixture(scope="session")
def catalog() -> str:
    """The text of its catalog."""
    return CATALOG


@pytest.fixture(scope="session")
def allocation() -> str:
    """The text of its allocations."""
    return ALLOCATION


@pytest.fixture(scope="session")
def in_context() -> Callable[[Assessment], StressContext]:
    """Make a state ready to be stressed."""
    return context_of


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """What `govern init` writes, as of the day its reviews are dated."""
    folder = tmp_path_factory.mktemp("starter")
    init(folder, as_of=AS_OF)
    return assess_folder(folder, as_of=AS_OF)

"""Fallbacks take over only what their rate limits leave room for, in simulated years as in a
forward stress."""

from datetime import date

import pytest

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.portfolio.scenario import Shock
from multillm_gov.reporting.stress.simulation import simulation_sections
from multillm_gov.risk.portfolio_risk import simulate_years
from multillm_gov.risk.simulation.chains import chains_of
from multillm_gov.risk.stress.failover_effects import failover_cost, overflows
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context_builder import stress_context
from multillm_gov.state.loading import load_state
from multillm_gov.units import Positive

ALLOCATION = """\
owner: team
task_classes:
  drafts:
    route: [{model: m/one}]
    fallbacks: [n/two]
    demand: {requests: 730000, input_tokens: 1000}
    cost_of_wrong_model: {value_at_stake: 73000}
  search:
    route: [{model: n/two}]
    demand: {requests: 7300, input_tokens: 1000}
    cost_of_wrong_model: {value_at_stake: 7300}
"""
"""Requests a minute: 16.67 to m/one, .1667 to n/two; values an hour: 100 and 10."""
MODEL = """\
  {name}:
    mode: chat
    usd_per_million_tokens: {{input: 1}}
    {limit}
    exposure: {{vendor: {v}, provider: {v}, cloud: {v}c, jurisdiction: US, family: {v}}}
"""
SETTINGS = "risk: {providers: {m: {unavailability: 0.01}}, coverage: {untested: 0.8}}\n"


def made(limit: str = ""):
    models = MODEL.format(name="m/one", v="m", limit="") + MODEL.format(
        name="n/two", v="n", limit=limit
    )
    texts = {
        "govern.yaml": SETTINGS,
        "allocations/a.yaml": ALLOCATION,
        "catalog/m.yaml": f"models:\n{models}",
    }
    files = [SourceFile(path, text.encode()) for path, text in texts.items()]
    state = load_state(files, as_of=date(2026, 11, 24), price_map=lambda: PriceMap("1.0", b"{}"))
    assert not state.flaws, state.flaws
    return stress_context(state)


LEFT_OVER = 1 - (10 - 10 / 60) / (1_000 / 60)
"""Of drafts' requests, with 10 a minute at n/two of which search takes its own."""


def test_nothing_is_left_over_without_a_limit_or_within_it() -> None:
    assert overflows(made()) == {}
    assert overflows(made("requests_per_minute: 17")) == {}


def test_what_is_left_over_is_what_the_forward_stress_leaves_unserved() -> None:
    context = made("requests_per_minute: 10")
    found = overflows(context)
    assert found.keys() == {("drafts", 0)}
    parts = found["drafts", 0]
    names = {context.system.components[index].id for index in parts}
    assert {"provider:m", "vendor:m"} <= names
    assert not any(name.endswith(":n") for name in names), (
        "search has no fallback, drafts is not routed to n"
    )
    provider = context.system.index_of("provider:m")
    assert parts[provider] == pytest.approx(LEFT_OVER)
    shock = Shock(kind="outage", level="provider", entity="m", hours=Positive(1))
    drafts = stress(context, (shock,)).tasks[0]
    assert float(drafts.unserved_share) == pytest.approx(0.2 + 0.8 * LEFT_OVER)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_simulated_losses_have_it_in_the_mean(seed) -> None:
    context = made("requests_per_minute: 10")
    found = simulate_years(context, years=20_000, seed=seed)
    (drafts, _) = context.system.tasks
    routed, spare = (hop.components for hop in drafts.chains[0].hops)
    alone = sum(context.system.components[index].unavailability for index in routed - spare)
    assert found.limited == pytest.approx(100 * 8_760 * 0.8 * LEFT_OVER * alone, rel=0.01)
    free = simulate_years(made(), years=20_000, seed=seed)
    assert free.limited == 0
    assert found.exact_loss == pytest.approx(free.exact_loss)
    assert found.not_drawn == pytest.approx(free.not_drawn)
    expected = found.exact_loss + found.limited - found.not_drawn
    assert abs(found.loss.expected.value - expected) <= 3 * found.loss.standard_error
    assert all(
        limited >= open_ - 1e-9
        for limited, open_ in zip(found.yearly_losses, free.yearly_losses, strict=True)
    )


def test_the_section_tells_it() -> None:
    context = made("requests_per_minute: 10")
    found = simulate_years(context, years=1_000, seed=1)
    (table,) = [
        block
        for block in simulation_sections(found, context.settings.risk, failover_cost(context))[
            0
        ].blocks
        if getattr(block, "title", None) == ""
    ]
    assert "Additional, expected: requests beyond the rate limits of fallbacks" in [
        row[0].text for row in table.rows
    ]


def test_what_has_no_room_at_all_is_lost_like_what_is_not_covered(system_of) -> None:
    """An overflow of 1 makes a fallback worthless for the outage: as a coverage of 0 does."""
    full = chains_of(system_of([0.01, 0.02], [([[0], [1]], 0.9, 100.0)]), {("task-0", 0): {0: 1.0}})
    none = chains_of(system_of([0.01, 0.02], [([[0], [1]], 0.0, 100.0)]))
    assert full.expected_loss == pytest.approx(none.expected_loss, rel=1e-12)

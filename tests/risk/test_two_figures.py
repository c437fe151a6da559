"""Figures that two measures give of the same loss agree; what is not usable counts nowhere."""

from collections.abc import Iterable

import pytest

from multillm_gov.dimensions import Level
from multillm_gov.measures.failover import Failover, cuts
from multillm_gov.reporting.shared.headline import headline
from multillm_gov.risk.reverse.breaking_point import BreakingPoint, shocks_of
from multillm_gov.risk.stress.scenario_book import built_in, parse_setting, with_settings
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context_builder import stress_context
from multillm_gov.risk.stress.variants import ScenarioResult, run_scenario
from multillm_gov.state.state import State
from portfolios import assessed

_CATALOG = """\
models:
  custom/a:
    mode: chat
    usd_per_million_tokens: {input: 2, output: 10}
    exposure: {family: fa, vendor: v1, provider: p1, cloud: c1, jurisdiction: US}
    regions: [US]
    successor: custom/b
  custom/b:
    mode: chat
    usd_per_million_tokens: {input: 1, output: 5}
    usd_fixed_per_month: 730
    exposure: {family: fb, vendor: v2, provider: p2, cloud: c2, jurisdiction: FR}
    regions: [EU]
"""
_ALLOCATION = """\
owner: o
task_classes:
  T1:
    route: [{model: custom/a}]
    fallbacks: [custom/b]
    demand: {requests: 730000, input_tokens: 1000, output_tokens: 200}
    cost_of_wrong_model: {value_at_stake: 73000}
  T2:
    route: [{model: custom/a, weight: 60}, {model: custom/b, weight: 40}]
    fallbacks: [custom/b]
    demand: {requests: 365000, input_tokens: 2000, output_tokens: 500}
    cost_of_wrong_model: {value_at_stake: 36500}
"""


def state(limit: int | None = None, more: Iterable[tuple[str, str]] = ()) -> State:
    """Two task classes at vendor v1, which is all of jurisdiction US, with a fallback at v2."""
    declared = f"    requests_per_minute: {limit}\n" if limit else ""
    files = {
        "govern.yaml": "organization: X\nrisk: {dependencies: {gw: {kind: gateway}}}\n",
        "catalog/m.yaml": _CATALOG + declared,
        "allocations/a.yaml": _ALLOCATION,
    }
    return assessed({**files, **dict(more)}).state


def run(name: str, portfolio: State, *settings: str) -> ScenarioResult:
    booked = with_settings(built_in(), map(parse_setting, settings))
    return run_scenario(stress_context(portfolio), next(one for one in booked if one.name == name))


def test_losing_one_vendor_costs_the_same_in_scenario_and_reverse_stress() -> None:
    portfolio = state()
    found = run("jurisdiction-withdrawn", portfolio, "jurisdiction-withdrawn.days=90")
    scenario = next(v for v in found.variants if v.words == "jurisdiction US").outcome
    context = stress_context(portfolio)
    lost = BreakingPoint(
        question="loss of all", limit="value", entities=(("vendor", "v1"),), verdict="breaks"
    )
    assert stress(context, shocks_of(lost, 90)).value_at_risk == scenario.value_at_risk
    # Coverage .5: half of T1 (100 USD an hour) and of 60% of T2 (50 an hour) for 24 hours.
    assert float(scenario.value_at_risk) == pytest.approx((50 + 15) * 24)


@pytest.mark.parametrize(("limit", "loss"), [(None, 2_464), (14, 2_455)])
def test_just_enough_capacity_is_that_of_everyday_demand(limit: int | None, loss: float) -> None:
    """Everyday 3.3 requests a minute at custom/b, 13.3 in the busiest: the wave buys no room."""
    worst = run("combined", state(limit)).worst
    assert worst is not None
    assert float(worst.outcome.loss) == pytest.approx(loss, abs=0.5)


_RETIRED_FALLBACK = {
    "govern.yaml": "organization: T\n",
    "catalog/m.yaml": """\
models:
  openai/x:
    mode: chat
    usd_per_million_tokens: {input: 2, output: 10}
    exposure: {family: x, vendor: openai, provider: openai, cloud: azure, jurisdiction: US}
  deepseek/y:
    mode: chat
    usd_per_million_tokens: {input: 1, output: 2}
    retirement: {date: 2026-07-24}
    exposure: {family: y, vendor: deepseek, provider: deepseek, cloud: own-dc, jurisdiction: CN}
""",
    "allocations/a.yaml": """\
owner: o
task_classes:
  claims:
    route: [{model: openai/x}]
    fallbacks: [deepseek/y]
    demand: {requests: 10000, input_tokens: 1000, output_tokens: 300}
    cost_of_wrong_model: {value_at_stake: 500000}
""",
}
_DRILL = "drills: [{{task_class: claims, date: 2026-11-20, result: {result}}}]\n"
_ALIVE = {
    "catalog/m.yaml": _RETIRED_FALLBACK["catalog/m.yaml"].replace(
        "    retirement: {date: 2026-07-24}\n", ""
    )
}


@pytest.mark.parametrize(
    ("changes", "value", "figures"),
    [
        ({}, "0.0%", "declared 100.0%, usable 0.0%, proved by a drill 0.0%"),
        (
            {**_ALIVE, "evidence/d.yaml": _DRILL.format(result="fails")},
            "0.0%",
            "declared 100.0%, usable 0.0%, proved by a drill 0.0%",
        ),
        (_ALIVE, "100.0%", "declared 100.0%, usable 100.0%, proved by a drill 0.0%"),
        (
            {**_ALIVE, "evidence/d.yaml": _DRILL.format(result="survives")},
            "100.0%",
            "declared 100.0%, usable 100.0%, proved by a drill 100.0%",
        ),
    ],
)
def test_a_fallback_that_would_not_take_over_counts_nowhere(
    changes: dict[str, str], value: str, figures: str
) -> None:
    assessment = assessed({**_RETIRED_FALLBACK, **changes})
    portfolio = assessment.state
    metric = next(m for m in headline(portfolio) if m.id == "independent-fallback")
    assert metric.value == value
    assert metric.note.startswith(figures)
    (task,) = portfolio.figures.tasks
    usable = Failover(portfolio.as_of, portfolio.drills).usable(task)
    assert bool(usable) == (value == "100.0%")
    alone = [cut.entity for cut in cuts(task, Level.VENDOR, usable)]
    assert alone == ([] if usable else ["openai"])
    (chain,) = stress_context(portfolio).system.tasks[0].chains
    assert len(chain.hops) == 1 + len(usable)
    rules = {finding.rule for finding in assessment.findings}
    assert ("GOV210" in rules) == ("fails" in str(changes))

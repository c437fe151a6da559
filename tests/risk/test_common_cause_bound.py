"""Betas of one vendor and provider on two clouds: met exactly, or missed by no more than is
stated."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.evidence.drill_record import DrillRecord, FaultResult
from multillm_gov.evidence.record import PlacedDrill
from multillm_gov.location import Place
from multillm_gov.portfolio.allocation import RouteEntry, TaskClassDeclaration
from multillm_gov.portfolio.risk import Coverage
from multillm_gov.reporting.stress.dependencies import dependency_section
from multillm_gov.reporting.stress.report import risk_metrics
from multillm_gov.risk.limits.register import risk_limits
from multillm_gov.risk.portfolio_risk import measure_risk
from multillm_gov.risk.system import priors
from multillm_gov.risk.system.common_cause import (
    Betas,
    Channel,
    cross_cloud_shortfall,
    split_causes,
    union_probability,
)
from multillm_gov.risk.system.failover_coverage import CoverageLookup
from multillm_gov.units import Share
from portfolios import assessed

U = 0.003
ASSUMED = Betas(
    otherwise=priors.BETA_OTHERWISE,
    same_cloud=priors.BETA_SAME_CLOUD,
    same_vendor=priors.BETA_SAME_VENDOR,
    same_provider=priors.BETA_SAME_PROVIDER,
)


def reached(betas: Betas, others: list[Channel]) -> float:
    """What the first two channels share, over what their beta asks for."""
    pair = [Channel(vendor="v", provider="p", cloud=c, unavailability=U) for c in ("c", "d")]
    causes, _ = split_causes([*pair, *others], betas)
    shared = union_probability(
        *(cause.probability for cause in causes if {0, 1} <= {*cause.members})
    )
    return shared / (max(betas.otherwise, betas.same_vendor, betas.same_provider) * U)


channels = st.builds(
    Channel,
    vendor=st.sampled_from("vw"),
    provider=st.sampled_from("pq"),
    cloud=st.sampled_from("cd"),
    unavailability=st.just(U),
)


@given(st.lists(channels, max_size=4))
def test_the_assumed_betas_are_met_exactly(others: list[Channel]) -> None:
    assert cross_cloud_shortfall(ASSUMED) == 0
    assert reached(ASSUMED, others) == pytest.approx(1)


@settings(max_examples=200)
@given(
    st.lists(channels, max_size=4),
    st.tuples(st.floats(0.01, 0.3), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
)
def test_other_betas_miss_by_no_more_than_the_bound(
    others: list[Channel], parts: tuple[float, float, float, float]
) -> None:
    betas = Betas(
        otherwise=parts[0], same_cloud=parts[1], same_vendor=parts[2], same_provider=parts[3]
    )
    assert reached(betas, others) >= 1 - cross_cloud_shortfall(betas) - 0.01


def test_the_bound_is_reached() -> None:
    """.3 of each is shared with its own cloud alone: .72 is left of the .9 they should share."""
    betas = Betas(otherwise=0.02, same_cloud=0.3, same_vendor=0.45, same_provider=0.9)
    assert cross_cloud_shortfall(betas) == pytest.approx(0.2)
    assert reached(betas, []) == pytest.approx(0.8, abs=0.005)


_TWO_CLOUDS = {
    "catalog/m.yaml": """\
models:
  custom/a:
    mode: chat
    usd_per_million_tokens: {input: 2, output: 10}
    exposure: {vendor: v, provider: p, cloud: c}
  custom/b:
    mode: chat
    usd_per_million_tokens: {input: 2, output: 10}
    exposure: {vendor: v, provider: p, cloud: CLOUD}
""",
    "allocations/a.yaml": """\
owner: o
task_classes:
  t:
    route: [{model: custom/a}]
    fallbacks: [custom/b]
    demand: {requests: 1000, input_tokens: 100, output_tokens: 10}
    cost_of_wrong_model: {value_at_stake: 100000}
""",
    "govern.yaml": "risk: {common_cause: {same_cloud: SAME}}\n",
}


@pytest.mark.parametrize(
    ("cloud", "same", "shown"), [("d", "0.3", True), ("d", "0.1", False), ("c", "0.3", False)]
)
def test_the_bound_stands_where_the_figures_of_outages_do(
    cloud: str, same: str, shown: bool
) -> None:
    """At the headline, in the section of single points and in every report of them."""
    state = assessed(
        {
            path: text.replace("CLOUD", cloud).replace("SAME", same)
            for path, text in _TWO_CLOUDS.items()
        }
    ).state
    risk = measure_risk(state, (), years=200)
    assert risk.simulation is not None
    assert risk.dependence is not None
    metrics = risk_metrics(risk, risk_limits(risk))
    loss = next(metric for metric in metrics if metric.id == "outage-loss-p95")
    section = dependency_section(risk.dependence, "USD")
    for text in (loss.note, str(section)):
        assert ("share up to 20.0% less than declared" in text) == shown, text


def test_a_drill_of_few_faults_carries_an_interval() -> None:
    faults = tuple(FaultResult(fault="timeout", result="survives") for _ in range(8))
    drill = DrillRecord(
        task_class="t",
        date=date(2026, 11, 20),
        result="survives",
        faults=faults,
        coverage=Share("0.875"),
    )
    task = TaskClassDeclaration(route=(RouteEntry(model="a"),), fallbacks=("b",))
    lookup = CoverageLookup(Coverage(), date(2026, 11, 30))
    found = lookup.of(task, (PlacedDrill(drill=drill, place=Place("evidence/d.yaml")),))
    assert found.share == 0.875
    assert found.note.endswith("8 faults (95% interval of the coverage 52.9% to 97.8%)")

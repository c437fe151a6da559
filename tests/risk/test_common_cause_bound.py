"""Betas of one vendor and provider on two clouds: met exactly, or missed by no more than is
stated."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.evidence.drill_record import DrillRecord, FaultResult
from multillm_gov.evidence.record import PlacedDrill
from multillm_gov.location import Place
from multillm_gov.portfolio.allocation import Leg, TaskClassDeclaration
from multillm_gov.portfolio.risk import Coverage
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


def test_a_drill_of_few_faults_carries_an_interval() -> None:
    faults = tuple(FaultResult(fault="timeout", result="survives") for _ in range(8))
    drill = DrillRecord(
        task_class="t",
        date=date(2026, 11, 20),
        result="survives",
        faults=faults,
        coverage=Share("0.875"),
    )
    task = TaskClassDeclaration(route=(Leg(model="a"),), fallbacks=("b",))
    lookup = CoverageLookup(Coverage(), date(2026, 11, 30))
    found = lookup.of(task, (PlacedDrill(drill=drill, place=Place("evidence/d.yaml")),))
    assert found.share == 0.875
    assert found.note.endswith("8 faults (95% interval of the coverage 52.9% to 97.8%)")

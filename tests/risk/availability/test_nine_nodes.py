"""The oracle of the method, exact by enumeration of 512 states there: order-1 sets, criticality,
RAW."""

import pytest

from multillm_gov.risk.availability.availability import expected_loss_per_year, unavailabilities
from multillm_gov.risk.availability.dependence import measure_dependence
from multillm_gov.risk.availability.importance import importances
from multillm_gov.risk.system.system import System


def named(system: System) -> dict[str, int]:
    return {component.name: index for index, component in enumerate(system.components)}


def test_availability_is_that_of_the_oracle(nine_nodes: System, oracle: dict[str, float]) -> None:
    assert unavailabilities(nine_nodes) == pytest.approx(
        (oracle["T1"], oracle["T2"], oracle["T3"]), rel=1e-12
    )
    assert expected_loss_per_year(nine_nodes) == pytest.approx(
        oracle["expected_loss_usd_per_year"], rel=1e-12
    )


def test_order_one_sets_are_the_published_ones(nine_nodes: System) -> None:
    names = [component.name for component in nine_nodes.components]
    found = [
        [names[cut.members[0]] for cut in cuts.whole.singles]
        for cuts in measure_dependence(nine_nodes).cuts
    ]
    assert found == [["AWS", "G"], ["AzureOpenAI", "Azure", "G"], ["G"]]


def test_order_two_sets_are_what_two_independent_providers_leave(nine_nodes: System) -> None:
    names = [component.name for component in nine_nodes.components]
    found = [
        {frozenset(names[member] for member in cut.members) for cut in cuts.whole.pairs}
        for cuts in measure_dependence(nine_nodes).cuts
    ]
    assert found == [
        {frozenset({"Bedrock", "AnthropicAPI"})},
        set(),
        {frozenset({one, other}) for one in ("Azure", "OpenAIAPI") for other in ("GCP", "Vertex")},
    ]


def test_importance_is_the_published_one(nine_nodes: System) -> None:
    found = importances(nine_nodes)
    place = named(nine_nodes)
    by_name = {
        name: each
        for each in found.components
        for name, index in place.items()
        if index == each.component
    }
    assert found.loss_per_year == pytest.approx(153_779.14, abs=0.005)
    told = {
        name: round(by_name[name].criticality, 6) for name in ("G", "AWS", "AzureOpenAI", "Azure")
    }
    assert told == {"G": 0.426950, "AWS": 0.284681, "AzureOpenAI": 0.170638, "Azure": 0.114701}
    assert all(each.criticality < 0.0021 for name, each in by_name.items() if name not in told)
    assert by_name["G"].raw == pytest.approx(854.47, abs=0.005)
    assert by_name["AWS"].raw == pytest.approx(285.40, abs=0.005)
    assert [nine_nodes.components[each.component].name for each in found.components][:4] == [*told]


def test_the_gateway_takes_down_everything_and_the_shared_cloud_comes_next(
    nine_nodes: System,
) -> None:
    found = measure_dependence(nine_nodes).singles
    told = [(nine_nodes.components[point.members[0]].name, point.value_per_hour) for point in found]
    assert told == [("G", 15_000.0), ("AWS", 5_000.0), ("AzureOpenAI", 2_000.0), ("Azure", 2_000.0)]
    assert [hit.task for hit in found[0].hits] == ["T3", "T1", "T2"]
    assert found[0].loss_per_year == pytest.approx(15_000 * 0.0005 * 8_760)

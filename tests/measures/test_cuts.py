"""Cuts of size one, held against taking each entity away in turn."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.location import Place
from multillm_gov.measures.failover import cuts
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures
from multillm_gov.portfolio.allocation import RouteEntry, TaskClass, TaskClassDeclaration

VENDORS = st.sampled_from(["a", "b", "c", UNKNOWN])


def _facts(name: str, vendor: str) -> ModelFacts:
    return ModelFacts(
        name=name, source="litellm", exposure=Exposure(model=name, vendor=vendor, provider="p")
    )


def _task(routed: list[tuple[str, int]], behind: list[str]) -> TaskFigures:
    total = sum(weight for _, weight in routed)
    legs = tuple(
        LegFigures(
            index=index,
            model=f"m{index}",
            facts=_facts(f"m{index}", vendor),
            share=Decimal(weight) / total,
            requests_per_month=Decimal(0),
            cost_per_request=None,
            fixed_per_month=Decimal(0),
            spend_per_month=None,
        )
        for index, (vendor, weight) in enumerate(routed)
    )
    fallbacks = tuple(
        FallbackFigures(
            index=index,
            model=f"f{index}",
            facts=_facts(f"f{index}", vendor),
            cost_per_request=None,
            failover_spend_per_month=None,
            shared_with_primary=(),
            unproved_with_primary=(),
        )
        for index, vendor in enumerate(behind)
    )
    declared = TaskClassDeclaration(route=tuple(RouteEntry(model=leg.model) for leg in legs))
    return TaskFigures(
        task=TaskClass(name="t", owner=None, declared=declared, place=Place("allocations/a.yaml")),
        legs=legs,
        fallbacks=fallbacks,
        requests_per_month=Decimal(0),
        value_at_stake_per_month=Decimal(0),
        spend_per_month=None,
        cost_per_request=None,
        largest_cost_per_request=None,
    )


def _lost(routed: list[tuple[str, int]], behind: list[str], gone: str) -> Decimal:
    """Share of the requests that nothing answers once an entity is gone; every vendor given is
    known."""
    answering = any(vendor != gone for vendor in behind)
    total = sum(weight for _, weight in routed)
    lost = sum(weight for vendor, weight in routed if vendor == gone and not answering)
    return Decimal(lost) / total


@given(
    st.lists(st.tuples(VENDORS, st.integers(1, 100)), min_size=1, max_size=5),
    st.lists(VENDORS, max_size=4),
)
def test_cuts_are_what_the_loss_of_each_entity_takes(
    routed: list[tuple[str, int]], behind: list[str]
) -> None:
    task = _task(routed, behind)
    found = list(cuts(task, Level.VENDOR, task.fallbacks))
    if UNKNOWN not in {*behind, *(vendor for vendor, _ in routed)}:
        assert all(cut.proved for cut in found)
        for vendor in "abc":
            told = sum(cut.share for cut in found if cut.entity == vendor)
            assert abs(told - _lost(routed, behind, vendor)) < Decimal("1e-20")
    # Whatever the unknown ones turn out to be, what is called proved is lost, and what is lost is
    # told.
    for truth in "abc":
        real = [(truth if vendor == UNKNOWN else vendor, weight) for vendor, weight in routed]
        known = [truth if vendor == UNKNOWN else vendor for vendor in behind]
        lost = {vendor: _lost(real, known, vendor) for vendor in "abc"}
        for cut in found:
            if cut.proved and cut.entity != UNKNOWN:
                assert lost[cut.entity] >= cut.share - Decimal("1e-20")
        if any(lost.values()):
            assert found


@given(
    st.lists(st.tuples(VENDORS, st.integers(1, 100)), min_size=1, max_size=5),
    st.lists(VENDORS, max_size=4),
)
def test_two_known_vendors_behind_leave_no_cut(
    routed: list[tuple[str, int]], behind: list[str]
) -> None:
    task = _task(routed, [*behind, "a", "b"])
    assert not list(cuts(task, Level.VENDOR, task.fallbacks))

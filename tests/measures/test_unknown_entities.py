"""What is not known of a concentration is an interval, and laws overlap."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN, Basis, Level
from multillm_gov.measures import concentration
from multillm_gov.measures.concentration import at_level, of_totals
from multillm_gov.measures.shares import hhi, normalize

AMOUNTS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d", UNKNOWN, IN_HOUSE]),
    st.integers(min_value=1, max_value=1000).map(Decimal),
)
LAWS = st.sampled_from(["US", "FR", "CN", UNKNOWN])
MODELS = st.lists(
    st.tuples(LAWS, LAWS, st.integers(min_value=1, max_value=1000).map(Decimal)), max_size=8
)


def facts(name: str, vendor_law: str, host_law: str, cloud: str = UNKNOWN) -> ModelFacts:
    exposure = Exposure(
        model=name,
        vendor=f"{name}-vendor",
        provider=f"{name}-provider",
        cloud=cloud,
        jurisdiction=vendor_law,
        provider_jurisdiction=host_law,
        cloud_jurisdiction=host_law,
        weights="closed",
    )
    return ModelFacts(name=name, source="override", exposure=exposure)


@given(AMOUNTS, st.sampled_from(["a", "b", "c", "d", "e"]))
def test_the_index_lies_between_its_ends_wherever_the_unknown_turns_out_to_be(totals, entity):
    found = of_totals(totals, Level.CLOUD, Basis.SPEND)
    revealed = dict(totals)
    moved = revealed.pop(UNKNOWN, Decimal(0))
    revealed[entity] = revealed.get(entity, Decimal(0)) + moved
    truth = of_totals(revealed, Level.CLOUD, Basis.SPEND)
    assert found.best_hhi - 1e-6 <= truth.hhi <= found.hhi + 1e-6
    assert truth.effective_number >= found.effective_number - 1e-9


@given(AMOUNTS)
def test_shares_add_up_to_the_whole_with_what_runs_in_house(totals):
    found = of_totals(totals, Level.VENDOR, Basis.SPEND)
    if found.total:
        whole = sum(share for _, share in found.shares) + found.in_house_share
        assert whole == pytest.approx(1)
    suppliers = [float(v) for name, v in totals.items() if name not in {UNKNOWN, IN_HOUSE}]
    if UNKNOWN not in totals:
        assert found.hhi == pytest.approx(hhi(normalize(suppliers)))
        assert found.hhi == found.best_hhi


@given(AMOUNTS)
def test_in_house_is_a_model_like_any_other_where_no_supplier_is_meant(totals):
    found = of_totals(totals, Level.MODEL, Basis.SPEND)
    assert found.in_house_share == 0
    assert {name for name, _ in found.shares} == set(totals)


@given(MODELS)
def test_shares_of_laws_overlap_and_the_index_is_the_chance_of_a_common_law(rows):
    weighed = tuple(
        (facts(f"m{index}", first, second), weight)
        for index, (first, second, weight) in enumerate(rows)
    )
    found = at_level(weighed, Level.JURISDICTION, Basis.SPEND)
    total = float(sum((weight for _, weight in weighed), Decimal(0)))
    for law, share in found.shares:
        subject = sum(float(w) for (a, b, w) in rows if law in (a, b))
        assert share == pytest.approx(subject / total)
    assert found.best_hhi <= found.hhi + 1e-9
    assert found.hhi <= 10_000 + 1e-6
    if rows and all(a == b != UNKNOWN for a, b, _ in rows):
        assert found.hhi == pytest.approx(hhi([share for _, share in found.shares]))


@given(MODELS)
def test_many_groups_of_laws_are_counted_in_linear_time_with_the_same_index(rows):
    weighed = tuple(
        (facts(f"m{index}", first, second), weight)
        for index, (first, second, weight) in enumerate(rows)
    )
    pairwise = at_level(weighed, Level.JURISDICTION, Basis.SPEND)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(concentration, "_FEW_GROUPS", 0)
        linear = at_level(weighed, Level.JURISDICTION, Basis.SPEND)
    assert linear.hhi == pytest.approx(pairwise.hhi)
    assert linear.best_hhi == pytest.approx(pairwise.best_hhi)


def test_the_losses_of_the_host_country_reach_every_model_it_hosts():
    weighed = (
        (facts("x", "FR", "US"), Decimal(60)),
        (facts("y", "US", "US"), Decimal(40)),
    )
    found = at_level(weighed, Level.JURISDICTION, Basis.SPEND)
    assert found.shares == (("US", 1.0), ("FR", 0.6))
    assert (found.hhi, found.effective_number) == (10_000, 1.0)


def test_two_models_of_one_provider_have_one_cloud_and_of_two_perhaps_two():
    same = [facts("x", "US", "US"), facts("y", "US", "US")]
    exposures = [one.exposure for one in same]
    shared = [
        ModelFacts(
            name=one.name,
            source="override",
            exposure=Exposure(model=one.name, provider="host", vendor=exposure.vendor),
        )
        for one, exposure in zip(same, exposures, strict=True)
    ]
    half = Decimal(50)
    one = at_level(tuple((each, half) for each in shared), Level.CLOUD, Basis.SPEND)
    two = at_level(tuple((each, half) for each in same), Level.CLOUD, Basis.SPEND)
    assert (one.effective_number, one.best_effective_number) == (1.0, 1.0)
    assert (two.effective_number, two.best_effective_number) == (1.0, 2.0)

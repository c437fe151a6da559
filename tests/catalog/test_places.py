"""Regions in names, and permission for them."""

import pytest

from multillm_gov.catalog.parties.regions import EU_MEMBERS, places_of, processed_within


def test_there_are_27_member_states():
    assert len(EU_MEMBERS) == 27


@pytest.mark.parametrize(
    ("region", "places"),
    [
        ("eu", ("EU",)),
        ("eu-central-1", ("EU", "DE")),
        ("eu-west-2", ("GB",)),
        ("eu-central-2", ("CH",)),
        ("mars-1", ()),
    ],
)
def test_places_of_regions(region, places):
    assert places_of(region) == places


@pytest.mark.parametrize(
    ("places", "permitted", "within"),
    [
        ((), ["EU"], None),
        (("EU",), ["EU"], True),
        (("EU",), ["DE"], False),
        (("EU", "DE"), ["DE"], True),
        (("EU", "DE"), ["EU"], True),
        (("EU", "DE"), ["FR"], False),
        (("DE",), ["EU"], True),
        (("GB",), ["EU"], False),
        (("US",), ["EU", "US"], True),
        (("EU", "US"), ["EU"], False),
        (("global",), ["EU", "US"], False),
        (("global",), ["global"], True),
    ],
)
def test_processing_within_permitted_places(places, permitted, within):
    assert processed_within(places, permitted) is within

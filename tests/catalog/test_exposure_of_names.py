"""Six levels of tricky names; a wrong one would put a share on the wrong entity."""

from collections import defaultdict
from pathlib import Path

import pytest

from multillm_gov.catalog.parties.exposure import regions_of, resolve_exposure
from multillm_gov.catalog.price_map import PriceMap

TABLE = Path(__file__).with_name("names_at_six_levels.txt").read_text().splitlines()[1:]


def _rows():
    for line in TABLE:
        name, provider, levels, regions = (part.strip() for part in line.split("|"))
        yield pytest.param(name, provider, tuple(levels.split()), tuple(regions.split()), id=name)


@pytest.mark.parametrize(("name", "provider", "levels", "regions"), list(_rows()))
def test_tricky_names_resolve_at_six_levels(name, provider, levels, regions):
    exposure = resolve_exposure(name, provider)
    found = (
        exposure.model,
        exposure.family,
        exposure.vendor,
        exposure.provider,
        exposure.cloud,
        exposure.jurisdiction,
    )
    assert found == levels
    assert regions_of(name) == regions


def _told(price_map: PriceMap):
    """Chat and embedding entries; rows that price a size class name no model."""
    for name, entry in price_map.entries():
        if entry.get("mode") in {"chat", "embedding"} and not name.startswith(
            ("together-ai-", "fireworks-ai-")
        ):
            yield name, resolve_exposure(name, str(entry.get("litellm_provider") or ""))


def _unresolved_share(price_map: PriceMap) -> float:
    told = list(_told(price_map))
    return sum("unknown" in (exposure.vendor, exposure.provider) for _, exposure in told) / len(
        told
    )


def test_99_percent_of_the_installed_map_resolve_to_vendor_and_provider(price_map):
    every = [
        name for name, entry in price_map.entries() if entry.get("mode") in {"chat", "embedding"}
    ]
    unknown = [
        name
        for name in every
        if "unknown"
        in (
            (exposure := resolve_exposure(name, price_map.provider_of(name))).vendor,
            exposure.provider,
        )
    ]
    assert len(every) > 2000
    assert len(unknown) <= 0.01 * len(every), unknown


def test_99_percent_of_five_historical_maps_resolve(history):
    assert {
        day: _unresolved_share(price_map) <= 0.01 for day, price_map in history.items()
    } == dict.fromkeys(history, True)


def test_all_names_of_one_model_have_one_family_and_vendor(price_map, history):
    makers = defaultdict(set)
    for table in (price_map, *history.values()):
        for _, exposure in _told(table):
            if "unknown" not in (exposure.vendor, exposure.family):
                makers[exposure.model].add(
                    (exposure.family, exposure.vendor, exposure.jurisdiction)
                )
    assert {model: found for model, found in makers.items() if len(found) > 1} == {}
    assert len(makers) > 700


@pytest.mark.parametrize(
    "name", ["", "/", "//", ".", "a" * 5000, "bedrock/", "eu.", "@", "ft:", "\x00/\x1b[2J", "é/ü"]
)
def test_hostile_names_resolve_to_something(name):
    assert resolve_exposure(name).vendor == "unknown"
    assert isinstance(regions_of(name), tuple)

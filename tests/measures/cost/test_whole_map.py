"""Over the whole installed price map: nothing costs zero in silence, and more use never costs
less."""

from collections.abc import Iterator
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from multillm_gov.catalog.entry_facts import read_entry
from multillm_gov.catalog.facts import Lifecycle, ModelFacts
from multillm_gov.measures.cost.demand import Pricing, free_because
from multillm_gov.measures.cost.map_audit import natural_demand
from multillm_gov.portfolio.demand import Demand

LISTED = yaml.safe_load((Path(__file__).parent / "data" / "not_known.yaml").read_text("utf-8"))
DOLLARS = Pricing(Decimal(1))
COUNTS = tuple(
    key
    for key in Demand.__struct_fields__
    if key.endswith(("tokens", "seconds", "characters", "pages", "_units"))
    or key in {"images", "input_images", "steps", "songs", "credits", "messages", "searches"}
    or key in {"queries", "maps_queries", "sessions", "content_images"}
)


def excepted(name: str) -> int | None:
    return next(
        (
            position
            for position, item in enumerate(LISTED)
            if any(fnmatchcase(name, pattern) for pattern in item["names"])
        ),
        None,
    )


@pytest.fixture(scope="module")
def every_model(price_map: dict[str, dict[str, Any]]) -> list[ModelFacts]:
    return [
        read_entry(name, entry, source="litellm", lifecycle=Lifecycle())
        for name, entry in price_map.items()
    ]


def test_natural_demand_costs_something_is_not_known_with_a_reason_or_is_documented_as_free(
    every_model: list[ModelFacts],
) -> None:
    silent, unexplained, used = [], [], set()
    for facts in every_model:
        demand = natural_demand(facts)
        cost = DOLLARS.mean_cost(facts, demand)
        if cost is None:
            unknown = DOLLARS.unknown(facts, demand)
            assert unknown is not None, facts.name
            if unknown.gaps:
                position = excepted(facts.name)
                used.add(position)
                if position is None:
                    unexplained.append(f"{facts.name}: {unknown.reason}")
        elif cost <= 0 and not free_because(facts):
            silent.append(facts.name)
    assert not silent
    assert not unexplained
    assert used == set(range(len(LISTED))), "an exception that is not needed"


def test_more_of_any_unit_never_costs_less(every_model: list[ModelFacts]) -> None:
    cheaper = []
    for facts in every_model:
        demand = natural_demand(facts)
        cost = DOLLARS.mean_cost(facts, demand)
        for more in _more(demand) if cost is not None else ():
            risen = DOLLARS.mean_cost(facts, more)
            if cost is not None and risen is not None and risen < cost:
                cheaper.append(f"{facts.name}: {cost} → {risen}")
    assert not cheaper


def _more(demand: Demand) -> Iterator[Demand]:
    for key in COUNTS:
        count = getattr(demand, key) or 0
        for added in (1, 7, 250_000) if key in {"input_tokens", "audio_input_tokens"} else (7,):
            yield replace(demand, **{key: type(count)(count + added) if count else added})


def test_every_price_key_of_the_map_is_read_or_left_out_for_a_reason(
    price_map: dict[str, dict[str, Any]],
) -> None:
    listed = yaml.safe_load(
        (Path(__file__).parent / "data" / "price_keys_left_out.yaml").read_text("utf-8")
    )
    patterns = [pattern for item in listed for pattern in item["keys"]]
    seen = {
        key
        for entry in price_map.values()
        for key, value in entry.items()
        if ("cost" in key or "multiplier" in key) and isinstance(value, int | float | dict)
    }
    unread = [key for key in sorted(seen) if not _changes_a_price(key, price_map)]
    unexplained = [
        key for key in unread if not any(fnmatchcase(key, pattern) for pattern in patterns)
    ]
    assert not unexplained
    needless = [
        pattern for pattern in patterns if not any(fnmatchcase(key, pattern) for key in unread)
    ]
    assert not needless


def _changes_a_price(key: str, price_map: dict[str, dict[str, Any]]) -> bool:
    """Whether some entry that has the key is read as another price without it."""
    for name, entry in price_map.items():
        if key in entry:
            without = {other: value for other, value in entry.items() if other != key}
            facts = [
                read_entry(name, each, source="litellm", lifecycle=Lifecycle())
                for each in (entry, without)
            ]
            if facts[0] != facts[1]:
                return True
    return False

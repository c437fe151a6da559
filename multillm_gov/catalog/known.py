"""Models as the price map and the list of vanished models know them, before any override and without the lock."""

from datetime import date

from msgspec import structs

from multillm_gov.catalog.entry_facts import read_entry
from multillm_gov.catalog.exposure import regions_of
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.keys import find_key
from multillm_gov.catalog.lifecycle import current_lifecycle, ended_lifecycle
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.catalog.retired import Ending, retired_list
from multillm_gov.catalog.successors import Lineup, choose_successor


class KnownModels:
    """Looks names up in the price map, then in the list of vanished models."""

    def __init__(self, price_map: PriceMap, as_of: date | None = None) -> None:
        self.price_map = price_map
        self.lineup = Lineup(price_map)
        self._as_of = as_of

    def find(self, name: str) -> ModelFacts | None:
        """Facts of a name as routed, its successor included where its end is known; ``None``: unknown to both.

        A spelling whose region the tables do not carry takes the base model's facts, last of all.
        """
        for loose in (False, True):
            key = find_key(name, self.price_map, loose=loose)
            if key is not None:
                return self._current(name, key)
            key = find_key(name, retired_list(), loose=loose)
            if key is not None:
                return self._ended(name, key)
        return None

    def _current(self, name: str, key: str) -> ModelFacts:
        lifecycle = current_lifecycle(key, self.price_map)
        facts = read_entry(key, self.price_map.entry(key), source="litellm", lifecycle=lifecycle)
        ending = retired_list().current.get(key)
        if lifecycle.retirement is not None or (ending is not None and ending.successor):
            facts = self._with_successor(facts, name, ending)
        return _named(facts, name)

    def _ended(self, name: str, key: str) -> ModelFacts:
        listed = retired_list()
        ending = listed.gone[key]
        lifecycle = ended_lifecycle(key, ending)
        facts = read_entry(key, listed.entry(key), source="retired-list", lifecycle=lifecycle)
        return _named(self._with_successor(facts, name, ending), name)

    def _with_successor(self, facts: ModelFacts, name: str, ending: Ending | None) -> ModelFacts:
        told, source = (
            (ending.successor, ending.successor_source) if ending is not None else ("", "")
        )
        successor = choose_successor(
            structs.replace(facts, name=name), told, source, self.lineup, self._as_of
        )
        return structs.replace(
            facts, lifecycle=structs.replace(facts.lifecycle, successor=successor)
        )


def _named(facts: ModelFacts, name: str) -> ModelFacts:
    """The facts under the name as routed, with the region that it says."""
    if facts.name == name:
        return facts
    return structs.replace(facts, name=name, regions=regions_of(name) or facts.regions)

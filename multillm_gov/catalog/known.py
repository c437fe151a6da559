"""Models as the price map and the list of retired models know them, without overrides and lock."""

import re
from datetime import date
from functools import cached_property, lru_cache
from statistics import median

from msgspec import structs

from multillm_gov.catalog.entry_facts import read_entry
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.keys import find_key
from multillm_gov.catalog.lifecycle.lifecycle import ended_lifecycle
from multillm_gov.catalog.lifecycle.lineup import Lineup
from multillm_gov.catalog.lifecycle.retired import retired_list
from multillm_gov.catalog.lifecycle.successors import announced_key, choose_successor
from multillm_gov.catalog.parties.exposure import regions_of
from multillm_gov.catalog.price_map import PriceMap, text_of
from multillm_gov.catalog.pricing.plausibility import TypicalPrice
from multillm_gov.catalog.pricing.price_reading import read_price
from multillm_gov.dimensions import UNKNOWN

_MOST_ELSEWHERE = 3
_MOST_KEPT = 20_000
"""Answers kept, so that a service that runs for long does not grow."""
_MOST_MAPS = 3
_KEPT: dict[tuple[str, str, date | None], "KnownModels"] = {}
_SIZED = re.compile(
    r"(?P<prefix>(?!(low|medium|high|standard|hd)/)[a-z_]+/)?"
    r"((?P<quality>low|medium|high|standard|hd)/)?"
    r"(?P<width>\d{2,5})-x-(?P<height>\d{2,5})/(?P<model>[^/]+)"
)
"""Names of entries that state the price of a picture model for one size, and quality."""


def known_models(price_map: PriceMap, as_of: date | None) -> "KnownModels":
    """What a price map says as of a day; the last few are kept, with all that they looked up.

    A change is judged on two states of a portfolio, and an import, a lint or a server opens many
    catalogs: all of them ask the same map.
    """
    key = (price_map.sha256, price_map.version, as_of)
    if key not in _KEPT:
        if len(_KEPT) >= _MOST_MAPS:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[key] = KnownModels(price_map, as_of)
    return _KEPT[key]


@lru_cache(maxsize=_MOST_MAPS)
def _lineup(price_map: PriceMap) -> Lineup:
    """One for each map: what it has read is the same on every day."""
    return Lineup(price_map)


class KnownModels:
    """Looks names up in the price map, then in the list of retired models."""

    def __init__(self, price_map: PriceMap, as_of: date | None = None) -> None:
        self.price_map = price_map
        self.lineup = _lineup(price_map)
        self._as_of = as_of
        self._found: dict[str, ModelFacts | None] = {}

    def find(self, name: str) -> ModelFacts | None:
        """Facts of a name as routed, with its successor where its end is known; `None`: unknown.

        A spelling whose region the tables do not carry takes the base model's facts, last of all.
        """
        if name not in self._found:
            if len(self._found) >= _MOST_KEPT:
                self._found.clear()
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> ModelFacts | None:
        for loose in (False, True):
            key = find_key(name, self.price_map, loose=loose)
            if key is not None:
                return self._current(name, key)
            key = find_key(name, retired_list(), loose=loose)
            if key is not None:
                return self._ended(name, key)
        return None

    def elsewhere(self, facts: ModelFacts) -> tuple[str, ...]:
        """Retirement dates of the same weights at other providers, soonest first."""
        model, own = facts.exposure.model, facts.exposure.provider
        dates: dict[str, date] = {}
        for candidate in self.lineup.of(model):
            provider = candidate.exposure.provider
            if candidate.exposure.model != model or provider in {own, UNKNOWN}:
                continue
            ends = self.lineup.lifecycle(candidate.name).retirement
            if ends is not None:
                dates[provider] = min(ends, dates.get(provider, ends))
        soonest = sorted(dates.items(), key=lambda row: (row[1], row[0]))[:_MOST_ELSEWHERE]
        return tuple(f"{provider} {ends}" for provider, ends in soonest)

    @cached_property
    def _sizes(self) -> dict[str, dict[str, str]]:
        """Entries for one size by the name of their model, then by the name of the variant."""
        sizes: dict[str, dict[str, str]] = {}
        for name in self.price_map.names:
            match = _SIZED.fullmatch(name) if "-x-" in name else None
            if match is not None:
                size = f"{match['width']}x{match['height']}"
                variant = f"{match['quality']}/{size}" if match["quality"] else size
                model = (match["prefix"] or "") + match["model"]
                sizes.setdefault(model, {})[variant] = name
        return sizes

    def _with_sizes(self, facts: ModelFacts, key: str) -> ModelFacts:
        """The price of a picture model with those of its sizes, which the map lists apart."""
        if facts.price is None or not facts.mode.startswith("image_"):
            return facts
        variants = dict(facts.price.variants)
        for variant, name in self._sizes.get(key, {}).items():
            entry = self.price_map.entry(name)
            price = read_price(entry, text_of(entry, "litellm_provider"), name)
            picture = price.standard.units.get("image") if price is not None else None
            if picture is not None:
                variants[variant] = {"image": picture}
        return structs.replace(facts, price=structs.replace(facts.price, variants=variants))

    def _current(self, name: str, key: str) -> ModelFacts:
        entry = self.price_map.entry(key)
        facts = self._with_sizes(self.lineup.facts(key), key)
        lifecycle = facts.lifecycle
        ending = retired_list().current.get(key)
        announced = text_of(entry, "successor_model")
        source = text_of(entry, "deprecation_source") or f"litellm {self.price_map.version}"
        if not announced and ending is not None:
            announced, source = ending.successor, ending.successor_source
        elif announced and self.price_map.entry(announced):
            return self._finished(facts, name, announced, source)
        if announced or lifecycle.retirement is not None or lifecycle.doubtful is not None:
            return self._announced(facts, name, announced, source)
        return _named(facts, name)

    def _ended(self, name: str, key: str) -> ModelFacts:
        listed = retired_list()
        ending = listed.gone[key]
        lifecycle = ended_lifecycle(key, ending, self.price_map)
        facts = read_entry(key, listed.entry(key), source="retired-list", lifecycle=lifecycle)
        if not ending.successor:
            ending = listed.gone.get(lifecycle.snapshot, ending)
        return self._announced(facts, name, ending.successor, ending.successor_source)

    def _announced(self, facts: ModelFacts, name: str, announced: str, source: str) -> ModelFacts:
        """With the successor that a page names in its own words."""
        old = structs.replace(facts, name=name)
        key = announced_key(announced, old, self.lineup) if announced else ""
        if announced and not key:
            lifecycle = structs.replace(facts.lifecycle, announced=announced)
            facts = structs.replace(facts, lifecycle=lifecycle)
        return self._finished(facts, name, key, source)

    def _finished(self, facts: ModelFacts, name: str, key: str, source: str) -> ModelFacts:
        """Under the name as routed, with its successor, and as what answers once it has retired."""
        old = structs.replace(facts, name=name)
        successor = choose_successor(old, key, source, self.lineup, self._as_of)
        lifecycle = structs.replace(facts.lifecycle, successor=successor)
        if key and (successor is None or successor.origin != "announced"):
            lifecycle = structs.replace(lifecycle, announced=key)
        return self._redirected(_named(structs.replace(facts, lifecycle=lifecycle), name))

    def _redirected(self, facts: ModelFacts) -> ModelFacts:
        """The facts of the model that answers in its place, once it is retired."""
        redirect = facts.lifecycle.redirect
        if not redirect or self._as_of is None or not facts.ended_on(self._as_of):
            return facts
        entry = self.price_map.entry(redirect)
        if not entry:
            return facts
        answering = read_entry(redirect, entry, source=facts.source, lifecycle=facts.lifecycle)
        return _named(answering, facts.name)


def _named(facts: ModelFacts, name: str) -> ModelFacts:
    """The facts under the name as routed, with the region that it says."""
    if facts.name == name:
        return facts
    return structs.replace(facts, name=name, regions=regions_of(name) or facts.regions)


def typical_price(facts: ModelFacts, lineup: Lineup, price_map: PriceMap) -> TypicalPrice | None:
    """Usual price of a model's family and mode; ``None`` where none of it is priced."""
    prices = []
    for candidate in lineup.of(facts.exposure.model) or lineup.of(facts.exposure.family):
        if candidate.mode == facts.mode and candidate.exposure.family == facts.exposure.family:
            entry = price_map.entry(candidate.name)
            price = read_price(entry, text_of(entry, "litellm_provider"))
            if price is not None:
                prices.append(price.standard)
    inputs = [price.input for price in prices if price.input]
    outputs = [price.output for price in prices if price.output]
    if not inputs and not outputs:
        return None
    return TypicalPrice(
        median(inputs) if inputs else None,
        median(outputs) if outputs else None,
        max(len(inputs), len(outputs)),
    )

"""The model to move to: as declared, as announced, or the next of the same line at the provider."""

import re
from datetime import date, timedelta

import msgspec

from multillm_gov.catalog.entry_facts import read_entry, whole
from multillm_gov.catalog.facts import Exposure, Lifecycle, ModelFacts, Successor
from multillm_gov.catalog.keys import find_key
from multillm_gov.catalog.lifecycle.lifecycle import current_lifecycle, ending
from multillm_gov.catalog.lifecycle.snapshots import ModelLine, is_preview, is_snapshot, line_of
from multillm_gov.catalog.parties.exposure import resolve_exposure
from multillm_gov.catalog.parties.naming import take_apart
from multillm_gov.catalog.parties.providers import provider_named
from multillm_gov.catalog.price_map import PriceMap, text_of

SHORT_LIFE = timedelta(days=90)
"""A derived successor that retires sooner than a migration usually takes is none."""

_MOST_STEPS = 6
"""Announcements followed from one retired successor to the next."""


_Step = tuple[str, str, date | None]


class SuccessorCandidate(msgspec.Struct, frozen=True):
    """A model of the price map that others might move to."""

    name: str
    exposure: Exposure
    line: ModelLine
    mode: str
    region: str
    namespace: str
    context: int | None
    capabilities: frozenset[str]

    def suits(self, old: ModelFacts) -> bool:
        """Whether its context and capabilities are no smaller, as far as both are known."""
        fits = (
            old.max_input_tokens is None
            or self.context is None
            or self.context >= old.max_input_tokens
        )
        return fits and (old.capabilities or frozenset()) <= self.capabilities


class Lineup:
    """The price map's models by the word their names begin with; decoded only where needed."""

    def __init__(self, price_map: PriceMap) -> None:
        self.price_map = price_map
        self._names: dict[str, list[str]] = {}
        self._candidates: dict[tuple[str, str], list[SuccessorCandidate]] = {}
        self._lifecycles: dict[str, Lifecycle] = {}
        self._facts: dict[str, ModelFacts] = {}

    def of(self, model: str, provider: str = "") -> list[SuccessorCandidate]:
        """Candidates whose names share the first word of a canonical model name.

        Args:
            model: Canonical name.
            provider: Provider id they must have; empty: any.
        """
        match = re.match(r"[a-z]+", model)
        if match is None:
            return []
        head = match[0]
        if head not in self._names:
            pattern = re.compile(rf"(?:^|[/.\-]){head}(?=[\d\-.]|$)", re.IGNORECASE)
            self._names[head] = [name for name in self.price_map.names if pattern.search(name)]
        if (head, provider) not in self._candidates:
            self._candidates[head, provider] = [
                self._read(name)
                for name in self._names[head]
                if not provider or provider_named(self.price_map.provider_of(name)).id == provider
            ]
        return self._candidates[head, provider]

    def lifecycle(self, name: str) -> Lifecycle:
        """Lifecycle of a model of the price map, without its successor."""
        if name not in self._lifecycles:
            self._lifecycles[name] = current_lifecycle(name, self.price_map)
        return self._lifecycles[name]

    def facts(self, name: str) -> ModelFacts:
        """What the price map says of one of its own names, without its successor."""
        if name not in self._facts:
            self._facts[name] = read_entry(
                name,
                self.price_map.entry(name),
                source="litellm",
                lifecycle=self.lifecycle(name),
            )
        return self._facts[name]

    def _read(self, name: str) -> SuccessorCandidate:
        entry = self.price_map.entry(name)
        exposure = resolve_exposure(name, text_of(entry, "litellm_provider"))
        parts = take_apart(name)
        return SuccessorCandidate(
            name=name,
            exposure=exposure,
            line=line_of(exposure.model),
            mode=text_of(entry, "mode"),
            region=parts.region,
            namespace=parts.namespace,
            context=whole(entry.get("max_input_tokens")),
            capabilities=frozenset(
                key.removeprefix("supports_") for key, value in entry.items() if value is True
            ),
        )


def derive_successor(old: ModelFacts, lineup: Lineup, as_of: date | None) -> str:
    """Name of the newest later model of the same line; empty where there is none.

    By the same vendor at the same provider, region and mode, no preview, outliving both the old
    model and a migration. One that loses neither context nor capability goes before one that does.

    What has retired is decided by `as_of`; without it, by the old model's own last day.
    """
    today = as_of or old.lifecycle.retirement or date.min
    line = line_of(old.exposure.model)
    suitable = [
        candidate
        for candidate in lineup.of(old.exposure.model, old.exposure.provider)
        if candidate.line.name == line.name
        and candidate.line.version > line.version
        and _may_replace(candidate, old)
        and _outlives(lineup.lifecycle(candidate.name), old.lifecycle.retirement, today)
    ]
    namespace = take_apart(old.name).namespace
    best = max(suitable, key=lambda candidate: _rank(candidate, old, namespace), default=None)
    return best.name if best is not None else ""


def _outlives(lifecycle: Lifecycle, last: date | None, today: date) -> bool:
    doubtful = lifecycle.doubtful
    ends = lifecycle.retirement or (doubtful.date if doubtful is not None else None)
    return ends is None or (ends - today > SHORT_LIFE and (last is None or ends > last))


def _may_replace(candidate: SuccessorCandidate, old: ModelFacts) -> bool:
    return (
        candidate.exposure.vendor == old.exposure.vendor
        and candidate.exposure.model != old.exposure.model
        and candidate.mode == old.mode
        and candidate.region == take_apart(old.name).region
        and not is_preview(candidate.name)
        and "commitment" not in candidate.name
    )


def _rank(candidate: SuccessorCandidate, old: ModelFacts, namespace: str) -> tuple[object, ...]:
    return (
        candidate.suits(old),
        candidate.line.version,
        candidate.namespace == namespace,
        is_snapshot(candidate.name),
        -len(candidate.name),
        candidate.name,
    )


def announced_key(announced: str, old: ModelFacts, lineup: Lineup) -> str:
    """The price map's model that a page means at the old model's provider and region; or empty."""
    if provider_named(lineup.price_map.provider_of(announced)).id == old.exposure.provider:
        return announced
    parts = take_apart(old.name)
    model = resolve_exposure(announced, old.exposure.provider).model
    alike = [
        candidate
        for candidate in lineup.of(model, old.exposure.provider)
        if candidate.region == parts.region and candidate.exposure.model == model
    ]
    words = announced.lower().replace(".", "-")
    exact = [
        candidate
        for candidate in alike
        if candidate.name.rpartition("/")[2].lower().replace(".", "-") == words
    ]
    best = min(
        exact or alike,
        key=lambda candidate: (
            candidate.namespace != parts.namespace,
            not is_snapshot(candidate.name),
            len(candidate.name),
            candidate.name,
        ),
        default=None,
    )
    return best.name if best is not None else ""


def choose_successor(
    old: ModelFacts, announced: str, source: str, lineup: Lineup, as_of: date | None
) -> Successor | None:
    """The announced successor, else the next of the old model's line; `None` where neither lasts.

    An announced one that retires before a migration to it pays is followed to its own announced
    successor.

    Args:
        old: What is to be replaced.
        announced: Key of the price map that the vendor or the host names; empty: none.
        source: Where it is announced.
        lineup: The price map's models.
        as_of: The day that decides what has retired; `None`: the old model's own last day.
    """
    today = as_of or old.lifecycle.retirement or date.min
    steps = _steps(announced, source, lineup)
    lasting = _announced(steps, old, lineup, today, SHORT_LIFE)
    if lasting is not None:
        return lasting
    derived = derive_successor(old, lineup, as_of)
    if not derived:
        return _announced(steps, old, lineup, today, timedelta(0))
    note = f"announced was {steps[0][0]}, which {ending(steps[0][2], today)}; " if steps else ""
    note += "newest of the same line at the same provider"
    name = _routed(derived, old.name, lineup.price_map)
    return Successor(model=name, origin="derived", source=note)


def _announced(
    steps: list[_Step], old: ModelFacts, lineup: Lineup, today: date, life: timedelta
) -> Successor | None:
    for number, (key, page, ends) in enumerate(steps):
        if key != old.name and (ends is None or ends - today > life):
            past = [f"; {name} {ending(day, today)}" for name, _, day in steps[:number] if day]
            name = _routed(key, old.name, lineup.price_map)
            return Successor(model=name, origin="announced", source=page + "".join(past))
    return None


def _steps(announced: str, source: str, lineup: Lineup) -> list[_Step]:
    """Announced successors, each of the one before: key, page, its own retirement."""
    steps: list[_Step] = []
    price_map = lineup.price_map
    while announced and len(steps) < _MOST_STEPS and price_map.entry(announced):
        entry = price_map.entry(announced)
        steps.append((announced, source, lineup.lifecycle(announced).retirement))
        source = text_of(entry, "deprecation_source") or f"litellm {price_map.version}"
        announced = text_of(entry, "successor_model")
    return steps


def _routed(key: str, like: str, price_map: PriceMap) -> str:
    name = respelled(key, like)
    return name if find_key(name, price_map, loose=False) == key else key


def respelled(key: str, like: str) -> str:
    """A price map key with the provider prefix that the user writes (`anthropic/claude-…`)."""
    prefix, slash, rest = like.partition("/")
    if not slash or key.startswith(f"{prefix}/") or take_apart(like).provider is None or not rest:
        return key
    return f"{prefix}/{key}"

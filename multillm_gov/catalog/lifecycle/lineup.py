"""The models of a price map as others might move to them; read once, whatever the day."""

import re

import msgspec

from multillm_gov.catalog.entry_facts import read_entry, whole
from multillm_gov.catalog.facts import Exposure, Lifecycle, ModelFacts
from multillm_gov.catalog.lifecycle.lifecycle import current_lifecycle
from multillm_gov.catalog.lifecycle.snapshots import ModelLine, line_of
from multillm_gov.catalog.parties.exposure import resolve_exposure
from multillm_gov.catalog.parties.naming import take_apart
from multillm_gov.catalog.parties.providers import provider_named
from multillm_gov.catalog.price_map import PriceMap, text_of


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

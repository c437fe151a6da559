"""What the base knew of models, in place of what a change says of them."""

from typing import Any

from msgspec.structs import fields, replace

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.catalog.overrides import DEEPEST_CHAIN
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.state.state import State


class HeldCatalog:
    """The later state's catalog with what the base knew of a model in place of what is said now."""

    def __init__(self, before: State, after: State) -> None:
        self._before = before
        self._after = after
        self._found: dict[str, ModelFacts | None] = {}

    def find(self, name: str) -> ModelFacts | None:
        """Facts of a model name: the base's where it knew any, else those of now."""
        if name not in self._found:
            now = self._after.catalog.find(name)
            known = self._known(name)
            if known is not None and now is not None:
                known = merge(known, now)
            self._found[name] = known or now
        return self._found[name]

    def _known(self, name: str) -> ModelFacts | None:
        """What the base knew of the name, else of the model that the name is said to stand for."""
        meant = name
        for _ in range(DEEPEST_CHAIN):
            facts = self._before.catalog.find(meant)
            placed = self._after.overrides.models.get(meant)
            if facts is not None and meant != name:
                return replace(facts, name=name, deployment=name)
            if facts is not None:
                return facts if placed or self._before.catalog.is_locked(name) else _seen(facts)
            if placed is None:
                return None
            endpoint = placed.declared.endpoint
            meant = placed.declared.base or (endpoint.model if endpoint else "")
        return None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of `Catalog`
        """Everything else is as the later state's catalog answers."""
        return getattr(self._after.catalog, name)


def _seen(facts: ModelFacts) -> ModelFacts:
    """Of a model that the base's lock lacks: whom it depends on. Its prices come with its lock."""
    return ModelFacts(name=facts.name, source=facts.source, exposure=facts.exposure)


def merge(known: ModelFacts, now: ModelFacts) -> ModelFacts:
    """What is known of a model, completed by what is said now where nothing was known."""
    stated: dict[str, object] = {"exposure": _exposure(known.exposure, now.exposure)}
    if known.price is None and not known.usd_fixed_per_month:
        stated |= {
            "price": now.price,
            "price_is_declared": now.price_is_declared,
            "usd_fixed_per_month": now.usd_fixed_per_month,
            "spill_over": now.spill_over,
        }
    if known.capabilities is None:
        stated |= {"capabilities": now.capabilities, "lacks": now.lacks}
    if known.mode == UNKNOWN:
        stated["mode"] = now.mode
    if known.lifecycle.retirement is None:
        stated["lifecycle"] = now.lifecycle
    if not known.regions:
        stated["regions"] = now.regions
    for name in (
        "max_input_tokens",
        "max_output_tokens",
        "requests_per_minute",
        "tokens_per_minute",
    ):
        if getattr(known, name) is None:
            stated[name] = getattr(now, name)
    return replace(known, name=now.name, source=now.source, **stated)


def _exposure(known: Exposure, now: Exposure) -> Exposure:
    unknown = {
        field.name: getattr(now, field.name)
        for field in fields(Exposure)
        if getattr(known, field.name) in {UNKNOWN, ""}
    }
    return replace(known, **unknown)

"""Looking models up: the lock, overrides, the price map and the list of retired models."""

from typing import Protocol

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.plausibility import TypicalPrice


class Catalog(Protocol):
    """What the rest of the product asks of the catalog; lookups are cheap and repeatable."""

    def find(self, name: str) -> ModelFacts | None:
        """Facts of a model name as routed; retired models included; ``None``: truly unknown."""

    def listed(self, name: str) -> ModelFacts | None:
        """Facts before any declaration of the portfolio; ``None``: no source lists the name."""

    def elsewhere(self, facts: ModelFacts) -> tuple[str, ...]:
        """Retirement dates of the same weights at other providers. May read the whole price map."""

    def suggest(self, name: str, mode: str = "") -> tuple[str, ...]:
        """Up to three candidates for an unknown name, best first, none of them retired."""

    def suggest_base(self, name: str, mode: str = "") -> str:
        """The model that a deployment's name may stand for; empty where none shows."""

    def is_locked(self, name: str) -> bool:
        """Whether the facts come from the lock; ``True`` for every name while there is no lock."""

    def usual_price(self, facts: ModelFacts) -> TypicalPrice | None:
        """What models of the same family and mode usually cost; `None`: not known."""

    @property
    def has_lock(self) -> bool:
        """Whether there is a lock."""

    def installed(self, name: str) -> ModelFacts | None:
        """Facts of the installed price map, as if there were no lock."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name a model can be routed by, sorted. Reads the price map."""

    @property
    def provenance(self) -> dict[str, str]:
        """``litellm`` (version), ``price_map`` (sha256), ``lock`` (sha256, or empty)."""

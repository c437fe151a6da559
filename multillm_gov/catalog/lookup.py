"""The catalog of a command: overrides over the lock, the price map and the list of past models."""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import structs

from multillm_gov.catalog.facts import ModelFacts, are_alike
from multillm_gov.catalog.lock import Lock, read_lock
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.catalog.pricing.plausibility import TypicalPrice, family_key
from multillm_gov.catalog.pricing.price import Price
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import CatalogError

if TYPE_CHECKING:
    from multillm_gov.catalog.known import KnownModels
    from multillm_gov.catalog.suggestions import Suggestions

# What only the price map needs (tables of vendors, providers and past models) is imported when
# the map is asked: a command whose models are all locked never pays for it.


def open_catalog(
    overrides: Overrides,
    lock: SourceFile | None,
    price_map: Callable[[], PriceMap],
    as_of: date | None = None,
) -> "LayeredCatalog":
    """The catalog of one state of a portfolio.

    Args:
        overrides: What its ``catalog/`` declares.
        lock: Its lock; ``None``: there is none.
        price_map: Called at most once, and only for a name that neither the lock nor an override
        settles.
        as_of: The day that decides which successors have themselves retired; the lock's successors
            were decided on its own day.

    Raises:
        CatalogError: the lock is garbled (`lock.read_lock` tells it as a located flaw instead).
    """
    if lock is None:
        return LayeredCatalog(overrides, None, "", price_map, as_of)
    read, flaws = read_lock(lock)
    if read is None:
        raise CatalogError(f"{flaws[0].location}: {flaws[0].message}.", flaws[0].remedy)
    return LayeredCatalog(overrides, read, sha256(lock.content).hexdigest(), price_map, as_of)


class LayeredCatalog:
    """Implements `catalog.Catalog`; every answer is kept."""

    def __init__(
        self,
        overrides: Overrides,
        lock: Lock | None,
        lock_digest: str,
        price_map: Callable[[], PriceMap],
        as_of: date | None,
    ) -> None:
        self.overrides = overrides
        self.lock = lock
        self._lock_digest = lock_digest
        self._price_map = price_map
        self._as_of = as_of
        self._found: dict[str, ModelFacts | None] = {}
        self._suggested: dict[tuple[str, str], tuple[str, ...]] = {}

    @cached_property
    def _known(self) -> "KnownModels":
        from multillm_gov.catalog.known import known_models

        return known_models(self._price_map(), self._as_of)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name a model can be routed by, sorted. Reads the price map."""
        from multillm_gov.catalog.keys import routed_names

        return tuple(
            sorted({*routed_names(self._known.price_map.providers), *self.overrides.models})
        )

    @cached_property
    def _suggestions(self) -> "Suggestions":
        from multillm_gov.catalog.suggestions import Suggestions

        return Suggestions(self.names)

    def find(self, name: str) -> ModelFacts | None:
        """Facts of a model name as routed; retired models included; ``None``: truly unknown."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> ModelFacts | None:
        facts = self._declared(name)
        if facts is None:
            return None
        stated = self.overrides
        if stated.providers or stated.clouds or stated.vendors:
            from multillm_gov.catalog.override_facts import with_companies

            facts = with_companies(name, facts, stated)
        if facts.price is not None and facts.price.regional and facts.regions:
            facts = structs.replace(facts, price=facts.price.processed_in(facts.regions))
        return facts

    def _declared(self, name: str) -> ModelFacts | None:
        """Facts before what is declared of companies; chains of bases were checked when loaded."""
        placed = self.overrides.models.get(name)
        if placed is None:
            return self.listed(name)
        from multillm_gov.catalog.override_facts import overridden

        base = placed.declared.base
        inherited = self.listed(name) if base is None or base == name else self._declared(base)
        return overridden(name, placed, inherited, self._as_of)

    def later_prices(self, name: str) -> tuple[tuple[date, Price], ...]:
        """Declared prices that start after the catalog's day, with their first day."""
        from multillm_gov.catalog.pricing.declared_prices import later_prices

        placed = self.overrides.models.get(name)
        return () if placed is None else later_prices(placed.declared, None, self._as_of)

    def listed(self, name: str) -> ModelFacts | None:
        """Facts before any override: the lock's, else the price map's or those of past models."""
        if self.lock is not None and name in self.lock.models:
            return self.lock.models[name]
        if self.lock is not None and name in self.lock.own:
            return None
        return self._known.find(name)

    def elsewhere(self, facts: ModelFacts) -> tuple[str, ...]:
        """Retirement dates of the same weights at other providers, as of the lock."""
        if facts.lifecycle.retirement is not None:
            return ()
        if self.lock is not None and facts.name in self.lock.models:
            return facts.lifecycle.elsewhere
        return self._known.elsewhere(facts)

    def suggest(self, name: str, mode: str = "") -> tuple[str, ...]:
        """Candidates for an unknown name; none once very many were asked for."""
        from multillm_gov.catalog.suggestions import MOST_UNKNOWN

        key = (name, mode)
        if key not in self._suggested and len(self._suggested) < MOST_UNKNOWN:
            near = self._suggestions.near(name)
            self._suggested[key] = self._fitting(name, mode, near)
        return self._suggested.get(key, ())

    def suggest_base(self, name: str, mode: str = "") -> str:
        """The model that a deployment's name may stand for; empty where none shows."""
        return next(iter(self._fitting(name, mode, self._suggestions.behind(name))), "")

    def _fitting(self, name: str, mode: str, near: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the same vendor and mode that no source calls retired."""
        from multillm_gov.catalog.parties.exposure import resolve_exposure
        from multillm_gov.catalog.suggestions import MOST

        vendor = resolve_exposure(name).vendor
        fitting: list[str] = []
        for known in near:
            facts = self.find(known)
            if facts is None or len(fitting) == MOST:
                break
            if (
                facts.source != "retired-list"
                and vendor in {UNKNOWN, facts.exposure.vendor}
                and are_alike(mode, facts.mode)
                and not (self._as_of is not None and facts.ended_on(self._as_of))
            ):
                fitting.append(known)
        return tuple(fitting)

    def is_locked(self, name: str) -> bool:
        """Whether the facts are the lock's or the portfolio's own; ``True`` without a lock."""
        if self.lock is None or name in self.lock.models:
            return True
        placed = self.overrides.models.get(name)
        if placed is None:
            return False
        base = placed.declared.base
        if base is None or base == name:
            return self.listed(name) is None
        return self.is_locked(base)

    @property
    def has_lock(self) -> bool:
        """Whether there is a lock."""
        return self.lock is not None

    @cached_property
    def _unlocked(self) -> "LayeredCatalog":
        return LayeredCatalog(self.overrides, None, "", lambda: self._known.price_map, self._as_of)

    def installed(self, name: str) -> ModelFacts | None:
        """Facts without the lock: of the installed price map, with the portfolio's declarations.

        Raises:
            CatalogError: the price map cannot be read.
        """
        return self.find(name) if self.lock is None else self._unlocked.find(name)

    def usual_price(self, facts: ModelFacts) -> TypicalPrice | None:
        """What models of the same family and mode usually cost; ``None``: not known."""
        key = family_key(facts)
        if self.lock is not None:
            return self.lock.typical.get(key)
        if not key:
            return None
        from multillm_gov.catalog.known import typical_price

        return typical_price(facts, self._known.lineup, self._known.price_map)

    @cached_property
    def provenance(self) -> dict[str, str]:
        """``litellm`` (version), ``price_map`` (sha256), ``lock`` (sha256, or empty)."""
        if self.lock is not None:
            return {
                "litellm": self.lock.litellm,
                "price_map": self.lock.price_map,
                "lock": self._lock_digest,
            }
        price_map = self._known.price_map
        return {"litellm": price_map.version, "price_map": price_map.sha256, "lock": ""}

"""List prices of models as logs and bills spell them."""

from datetime import date
from pathlib import Path

from multillm_gov.catalog.lookup import LayeredCatalog
from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.workflows.catalog import view_catalog


class ListPrices:
    """Looks a model up by provider and name, then by its name alone; never by a similar one."""

    def __init__(self, catalog: LayeredCatalog) -> None:
        self._catalog = catalog
        self._known: dict[tuple[str, str], Price | None] = {}

    @classmethod
    def open(cls, root: Path, as_of: date) -> "ListPrices":
        """The prices a portfolio sees on a day.

        Raises:
            CatalogError: the lock or the price map cannot be read.
        """
        return cls(view_catalog(root, as_of).catalog)

    def price(self, provider: str | None, model: str | None) -> Price | None:
        """The price of a model in US dollars; ``None``: not known."""
        if not model:
            return None
        key = ((provider or "").strip().lower().replace(" ", "-"), model)
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def of(self, aggregate: UsageAggregate) -> Price | None:
        """The price of an aggregate's model."""
        return self.price(aggregate.provider, aggregate.model)

    def rates(self, provider: str | None, model: str | None) -> UnitPrices | None:
        """The standard prices of a model."""
        price = self.price(provider, model)
        return None if price is None else price.standard

    def _find(self, provider: str, model: str) -> Price | None:
        for name in (f"{provider}/{model}", model) if provider else (model,):
            facts = self._catalog.find(name)
            if facts is not None and facts.price is not None and facts.price.currency == "USD":
                return facts.price
        return None

"""The figures of a portfolio: what `measures` computes and everyone above reads."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.measures.cost.demand import Pricing, Unknown
from multillm_gov.portfolio.allocation import TaskClass


class LegFigures(Struct, frozen=True, kw_only=True):
    """One routed model; amounts in the portfolio's currency, ``None`` where not known."""

    index: int
    """Position in ``route``."""
    model: str
    facts: ModelFacts | None
    share: Decimal
    """Share of the task class's requests (0..1)."""
    requests_per_month: Decimal
    cost_per_request: Decimal | None
    fixed_per_month: Decimal
    """Hosting cost, split over the route entries that use the model by requests."""
    spend_per_month: Decimal | None
    """Requests times unit cost plus fixed cost."""
    unknown: Unknown | None = None
    """Why the cost is not known; ``None``: it is."""
    remarks: tuple[str, ...] = ()
    """What the cost assumes: a tier without a price of its own, searches that nobody counted."""


class FallbackFigures(Struct, frozen=True, kw_only=True):
    """One fallback, as if it carried all of the task class's requests."""

    index: int
    """Position in ``fallbacks``."""
    model: str
    facts: ModelFacts | None
    cost_per_request: Decimal | None
    failover_spend_per_month: Decimal | None
    """All requests at this model's price, plus the fixed costs that go on while it carries them."""
    shared_with_primary: tuple[Level, ...]
    """Levels at which it is known to depend on an entity that a routed model depends on."""
    unproved_with_primary: tuple[Level, ...]
    """Levels at which it may share with a routed model: one of the two is unknown there."""
    standby_per_month: Decimal = Decimal(0)
    """Fixed hosting cost of a model that no route uses, split over those who fall back on it."""


class TaskFigures(Struct, frozen=True, kw_only=True):
    """One task class."""

    task: TaskClass
    legs: tuple[LegFigures, ...]
    fallbacks: tuple[FallbackFigures, ...]
    requests_per_month: Decimal
    value_at_stake_per_month: Decimal
    spend_per_month: Decimal | None
    """Route entries plus standby cost; ``None`` when any route entry's spend is not known."""
    cost_per_request: Decimal | None
    """Unit cost: spend over requests, fixed cost included."""
    largest_cost_per_request: Decimal | None
    """The dearest routed model at the largest declared request size."""

    @property
    def primary(self) -> LegFigures:
        """The route entry with the largest share, the first of equals."""
        return max(self.legs, key=lambda entry: (entry.share, -entry.index))


class Concentration(Struct, frozen=True, kw_only=True):
    """How a total spreads over the entities of a level (method 1.1).

    What is not known is an interval: the worse end puts all of it at the largest known entity,
    the better end each part at an entity of its own. Limits are judged by the worse end.
    """

    level: Level
    basis: Basis
    shares: tuple[tuple[str, float], ...]
    """Entity and share (0..1) of the whole, largest first, then by name; ``unknown`` comes last.

    What runs in-house is no supplier's. Jurisdictions overlap: their shares do not add up to 1.
    """
    total: Decimal
    hhi: float
    """Herfindahl-Hirschman index in points, 10,000/N..10,000, over the entities: the worse end.

    0 when there is nothing to share.
    """
    effective_number: float
    """1 / sum of squared shares (order 2), the worse end; 0 when there is nothing to share."""
    best_hhi: float = 0.0
    """The better end of the index."""
    best_effective_number: float = 0.0
    """The better end of the effective number."""
    in_house_share: float = 0.0
    """Share of the whole without a supplier, at levels of suppliers."""

    @property
    def largest(self) -> tuple[str, float]:
        """The largest known entity with its share, all that is not known included.

        ``unknown`` where no entity is known.
        """
        name, share = self.shares[0]
        return name, min(share + self.unknown_share, 1.0) if name != UNKNOWN else share

    def top(self, count: int) -> float:
        """Sum of the ``count`` largest shares, all that is not known included: the worse end."""
        known = sum(share for name, share in self.shares[:count] if name != UNKNOWN)
        return min(known + self.unknown_share, 1.0)

    @property
    def unknown_share(self) -> float:
        """Share whose place at this level is not known."""
        name, share = self.shares[-1] if self.shares else ("", 0.0)
        return share if name == UNKNOWN else 0.0


class PortfolioFigures(Struct, frozen=True, kw_only=True):
    """All task classes and their totals."""

    tasks: tuple[TaskFigures, ...]
    currency: str
    usd_per_unit: Decimal = Decimal(1)
    """Exchange rate of the amounts: US dollars that one unit of the currency costs."""
    exchange_known: bool = True
    """Whether that rate is declared, or not needed; else prices in US dollars are not known."""
    spend_per_month: Decimal
    """Sum over the task classes whose spend is known."""
    unpriced: tuple[str, ...]
    """Names of the task classes whose spend is not known: the total leaves them out."""
    spend_per_month_by_owner: tuple[tuple[str, Decimal], ...]
    """Owner and spend, largest first."""
    value_at_stake_per_month: Decimal
    requests_per_month: Decimal

    @property
    def exchange_rate(self) -> Decimal | None:
        """US dollars per unit of the currency; ``None``: no rate is declared."""
        return self.usd_per_unit if self.exchange_known else None

    @property
    def pricing(self) -> Pricing:
        """What turns prices into the portfolio's currency."""
        return Pricing(self.exchange_rate, self.currency)

    @property
    def undeclared(self) -> tuple[str, ...]:
        """Names of the task classes without a declared demand: all they use is not known."""
        return tuple(task.task.name for task in self.tasks if task.task.declared.demand is None)

    @property
    def unpriced_share(self) -> Decimal:
        """Share of the requests that task classes without a known spend have (0..1)."""
        if not self.unpriced or not self.requests_per_month:
            return Decimal(0)
        left_out = sum(
            (task.requests_per_month for task in self.tasks if task.spend_per_month is None),
            Decimal(0),
        )
        return left_out / self.requests_per_month

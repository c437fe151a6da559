"""Why the forecast of a task class moved: prices, demand, routing, or the split of fixed cost."""

from collections.abc import Iterator, Mapping
from decimal import Context, Decimal, localcontext

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.changes.comparison import SpendParts
from multillm_gov.measures.figures import PortfolioFigures, TaskFigures
from multillm_gov.portfolio.demand import Demand
from multillm_gov.state.state import State

_ZERO = Decimal(0)
_WORKING = Context(prec=50)
_STEP = Decimal("1e-9")
ByModel = dict[str, Decimal]


class Causes(Struct, frozen=True, kw_only=True):
    """The parts of one task class's move, model by model."""

    price: ByModel
    demand: ByModel
    routing: ByModel
    hosting: ByModel

    @property
    def parts(self) -> SpendParts:
        """The sums over the models."""
        return SpendParts(
            price=sum(self.price.values(), _ZERO),
            demand=sum(self.demand.values(), _ZERO),
            routing=sum(self.routing.values(), _ZERO),
            hosting=sum(self.hosting.values(), _ZERO),
        )


class Prices:
    """Prices of both states; a model that one does not use has the other's price in both."""

    def __init__(self, before: State, after: State) -> None:
        self.facts = (facts_in_use(before.figures), facts_in_use(after.figures))
        self.rates = (_rate(before), _rate(after))
        self.pricing = (before.figures.pricing, after.figures.pricing)

    def of_request(self, model: str, side: int, demand: Demand | None) -> Decimal | None:
        """Cost of one request in the currency, with the prices of side 0 (before) or 1 (after)."""
        own = self.pricing[side].mean_cost(self.facts[side].get(model), demand)
        return (
            own
            if own is not None
            else self.pricing[side].mean_cost(self.facts[1 - side].get(model), demand)
        )

    def fixed(self, model: str, side: int) -> Decimal:
        """Fixed monthly cost of hosting in the currency."""
        facts = self.facts[side].get(model) or self.facts[1 - side].get(model)
        return facts.usd_fixed_per_month / self.rates[side] if facts else _ZERO


def facts_in_use(figures: PortfolioFigures) -> dict[str, ModelFacts | None]:
    """Facts of every model that is routed to or stands by."""
    facts: dict[str, ModelFacts | None] = {}
    for task in figures.tasks:
        facts.update((entry.model, entry.facts) for entry in task.legs)
        facts.update((fallback.model, fallback.facts) for fallback in task.fallbacks)
    return facts


def causes_of(before: TaskFigures, after: TaskFigures, prices: Prices) -> Causes | None:
    """Split one task class's move by cause; ``None`` where a forecast is not known.

    Running cost is requests x share x unit cost, a product of three causes (demand, routing,
    price), which the Shapley value of three players splits exactly (Shapley 1953, "A value for
    n-person games").
    """
    if before.spend_per_month is None or after.spend_per_month is None:
        return None
    causes = Causes(price={}, demand={}, routing={}, hosting={})
    with localcontext(_WORKING):
        shares = (_shares(before), _shares(after))
        for model in sorted({*shares[0], *shares[1]}):
            cube = _Cube(
                (before, after),
                (shares[0].get(model, _ZERO), shares[1].get(model, _ZERO)),
                model,
                prices,
            )
            for name, part in cube.split():
                getattr(causes, name)[model] = part.quantize(_STEP)
        _split_hosting(before, after, prices, causes)
    return causes


class _Cube:
    """Running cost of one model for every mixture of the two states' price, demand and share."""

    def __init__(
        self,
        tasks: tuple[TaskFigures, TaskFigures],
        shares: tuple[Decimal, Decimal],
        model: str,
        prices: Prices,
    ) -> None:
        self.requests = (tasks[0].requests_per_month, tasks[1].requests_per_month)
        self.shares = shares
        self.costs = {
            (price, demand): prices.of_request(model, price, tasks[demand].task.demand) or _ZERO
            for price in (0, 1)
            for demand in (0, 1)
        }

    def cost(self, price: int, demand: int, share: int) -> Decimal:
        return self.requests[demand] * self.shares[share] * self.costs[price, demand]

    def split(self) -> Iterator[tuple[str, Decimal]]:
        names = ("price", "demand", "routing")
        for player, name in enumerate(names):
            total = _ZERO
            for first in (0, 1):
                for second in (0, 1):
                    others = [first, second]
                    without = (*others[:player], 0, *others[player:])
                    with_it = (*others[:player], 1, *others[player:])
                    # Orders in which exactly these others came first: 2, 1, 1 and 2 of the six.
                    orders = 2 if first == second else 1
                    total += orders * (self.cost(*with_it) - self.cost(*without))
            if total:
                yield name, total / 6


def _split_hosting(before: TaskFigures, after: TaskFigures, prices: Prices, causes: Causes) -> None:
    """Fixed cost is the model's amount times the task class's share: price and split."""
    held = (_hosting(before), _hosting(after))
    for model in sorted({*held[0], *held[1]}):
        amounts = (prices.fixed(model, 0), prices.fixed(model, 1))
        parts = [
            held[side].get(model, _ZERO) / amounts[side] if amounts[side] else None
            for side in (0, 1)
        ]
        old, new = (
            part if part is not None else parts[1 - side] or _ZERO
            for side, part in enumerate(parts)
        )
        _add(causes.price, model, ((old + new) / 2 * (amounts[1] - amounts[0])).quantize(_STEP))
        split = ((amounts[0] + amounts[1]) / 2 * (new - old)).quantize(_STEP)
        _add(_cause_of_split(before, after, model, causes), model, split)


def _cause_of_split(before: TaskFigures, after: TaskFigures, model: str, causes: Causes) -> ByModel:
    """Own routing or demand where that changed for the model, else another task class's."""
    shares = (_shares(before), _shares(after))
    routed = model in shares[0] or model in shares[1]
    if (routed and shares[0] != shares[1]) or (model in before.task.models) != (
        model in after.task.models
    ):
        return causes.routing
    if routed and before.requests_per_month != after.requests_per_month:
        return causes.demand
    return causes.hosting


def _add(target: ByModel, model: str, amount: Decimal) -> None:
    if amount:
        target[model] = target.get(model, _ZERO) + amount


def _shares(task: TaskFigures) -> ByModel:
    shares: ByModel = {}
    for entry in task.legs:
        shares[entry.model] = shares.get(entry.model, _ZERO) + entry.share
    return shares


def _hosting(task: TaskFigures) -> ByModel:
    amounts: ByModel = {}
    for entry in task.legs:
        _add(amounts, entry.model, entry.fixed_per_month)
    for fallback in task.fallbacks:
        _add(amounts, fallback.model, fallback.standby_per_month)
    return amounts


def spend_by_model(task: TaskFigures) -> ByModel:
    """A task class's spend by model, fixed cost included, where it is known."""
    amounts = _hosting(task)
    for entry in task.legs:
        if entry.cost_per_request is not None:
            _add(amounts, entry.model, entry.requests_per_month * entry.cost_per_request)
    return amounts


def _rate(state: State) -> Decimal:
    exchange = state.portfolio.settings.exchange
    return exchange.usd_per_unit if exchange else Decimal(1)


def total_parts(causes: Mapping[str, Causes]) -> SpendParts:
    """The parts of many task classes added up."""
    parts = [cause.parts for cause in causes.values()]
    return SpendParts(
        price=sum((part.price for part in parts), _ZERO),
        demand=sum((part.demand for part in parts), _ZERO),
        routing=sum((part.routing for part in parts), _ZERO),
        hosting=sum((part.hosting for part in parts), _ZERO),
    )

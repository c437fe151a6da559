from collections.abc import Callable
from decimal import Decimal

import pytest

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.location import Place
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.portfolio.allocation import (
    RouteEntry,
    TaskClass,
    TaskClassDeclaration,
    WrongModelCost,
)
from multillm_gov.portfolio.demand import Demand
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.portfolio.settings import Settings
from multillm_gov.units import Amount, Percent


class Shelf:
    """A catalog of exactly the facts it is given."""

    def __init__(self, facts: list[ModelFacts]) -> None:
        self.facts = {fact.name: fact for fact in facts}
        self.provenance: dict[str, str] = {}

    def find(self, name: str) -> ModelFacts | None:
        return self.facts.get(name)

    def suggest(self, name: str) -> tuple[str, ...]:
        return ()

    def is_locked(self, name: str) -> bool:
        return True


def model(
    name: str, usd_in: str | None = "1e-6", usd_out: str = "0", fixed: str = "0", **exposure: str
) -> ModelFacts:
    price = (
        None
        if usd_in is None
        else Price(standard=UnitPrices(input=Decimal(usd_in), output=Decimal(usd_out)))
    )
    return ModelFacts(
        name=name,
        source="override",
        exposure=Exposure(model=name, **exposure),
        mode="chat",
        price=price,
        price_is_declared=True,
        usd_fixed_per_month=Decimal(fixed),
    )


def task(
    name: str,
    legs: dict[str, int],
    *fallbacks: str,
    demand: Demand | None = None,
    value: int = 0,
    owner: str | None = "team",
) -> TaskClass:
    return TaskClass(
        name=name,
        owner=owner,
        declared=TaskClassDeclaration(
            route=tuple(
                RouteEntry(model=leg, weight=Percent(weight)) for leg, weight in legs.items()
            ),
            fallbacks=fallbacks,
            demand=demand,
            cost_of_wrong_model=WrongModelCost(value_at_stake=Amount(value)),
        ),
        place=Place("allocations/a.yaml", ("task_classes", name)),
    )


@pytest.fixture
def new_model() -> Callable[..., ModelFacts]:
    return model


@pytest.fixture
def new_task() -> Callable[..., TaskClass]:
    return task


@pytest.fixture
def figures() -> Callable[..., object]:
    def build(
        tasks: list[TaskClass],
        facts: list[ModelFacts],
        settings: Settings | None = None,
        known=None,
    ):
        return measure(
            Portfolio(settings=settings or Settings(), task_classes=tuple(tasks)),
            Shelf(facts),
            known,
        )

    return build

"""What a stress yields: per task class and in total, with every limit it breaks."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct


class LimitBreach(Struct, frozen=True, kw_only=True):
    """A limit that does not hold, by a shock or already without one."""

    what: Literal[
        "monthly cap",
        "request cap",
        "portfolio ceiling",
        "price shock",
        "quality",
        "latency",
        "tone",
        "unanswered",
    ]
    subject: str
    """Task class, or ``portfolio``."""
    model: str = ""
    """The model that breaks it, for floors and caps of a single request."""
    figure: Decimal
    limit: Decimal


class Concentrated(Struct, frozen=True, kw_only=True):
    """Vendor concentration of spend while all shocks last, failovers assumed to work."""

    hhi: float
    """Points, 0..10,000."""
    largest: str
    """Vendor with the largest share; empty where nothing is spent or nobody answers."""
    largest_share: float
    """0..1."""
    known: bool = True
    """Whether the cost of every task class is known; else the shares are of the known part."""


class TaskOutcome(Struct, frozen=True, kw_only=True):
    """One task class, in the portfolio's currency.

    Requests are expected numbers, beyond those that fare so without the shock.
    """

    name: str
    unserved_requests: Decimal = Decimal(0)
    degraded_requests: Decimal = Decimal(0)
    """Answered, but by a fallback, below the quality floor, unacceptably or in another tone."""
    value_at_risk: Decimal = Decimal(0)
    added_cost: Decimal = Decimal(0)
    """While the scenario lasts; permanent effects count for one month.

    Unanswered requests save nothing. Negative where a fallback is cheaper.
    """
    added_cost_in_month: Decimal = Decimal(0)
    """The part of it that falls into the first month: what caps are compared with."""
    unserved_share: Decimal = Decimal(0)
    """Largest share of its requests (0..) unanswered at one time."""
    hours_to_recover: Decimal = Decimal(0)
    """Hours until requests are answered as without the shock: none unserved or degraded."""
    cost_known: bool = True
    """Whether all of the added cost is known; else the sum is of what is."""

    @property
    def loss(self) -> Decimal:
        """Value at risk and added cost together; a saving does not offset value at risk."""
        return self.value_at_risk + max(self.added_cost, Decimal(0))


class StressOutcome(Struct, frozen=True, kw_only=True):
    """All task classes together."""

    tasks: tuple[TaskOutcome, ...]
    """Every task class, in the portfolio's order."""
    unserved_requests: Decimal
    degraded_requests: Decimal
    value_at_risk: Decimal
    added_cost: Decimal
    added_cost_in_month: Decimal
    caps_broken: tuple[LimitBreach, ...]
    """In the portfolio's order, its own ceiling last."""
    floors_broken: tuple[LimitBreach, ...]
    concentration: Concentrated
    hours_to_recover: Decimal
    """The longest of the task classes."""
    assumed: tuple[str, ...] = ()
    """What was assumed, in sentences."""
    unknown: tuple[str, ...] = ()
    """What the figures leave out because it is not known, in sentences."""

    @property
    def cost_known(self) -> bool:
        """Whether the added cost of every task class is known."""
        return all(task.cost_known for task in self.tasks)

    @property
    def loss(self) -> Decimal:
        """Value at risk and added cost together; a saving does not offset value at risk."""
        return self.value_at_risk + max(self.added_cost, Decimal(0))

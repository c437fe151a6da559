"""What a shock does to the models it hits, in terms that any kind of shock can be described in."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.risk.stress.stress_context import Label

_ONE = Decimal(1)


class ShockEffect(Struct, frozen=True, kw_only=True):
    """One effect, from the start of the scenario. Factors of 1 and points of 0 change nothing."""

    hours: Decimal
    """How long it lasts."""
    targets: frozenset[Label] | None = None
    """It hits every hop that has one of these labels; ``None``: every hop."""
    task_classes: frozenset[str] | None = None
    """Task classes it is confined to; ``None``: all."""
    routed_only: bool = False
    """Whether only what is routed to the hop is hit, as with demand; fallbacks then are not."""
    down: bool = False
    """Nothing answers."""
    rerouted_after: Decimal | None = None
    """Hours until people reroute by hand what failover missed; ``None``: not while it lasts."""
    limit_factor: Decimal = _ONE
    """Of the declared rate limits."""
    tries: int = 1
    """Calls made for one request while a limit refuses them."""
    price_factor: Decimal = _ONE
    token_factor: Decimal = _ONE
    demand_factor: Decimal = _ONE
    points: Decimal = Decimal(0)
    """Share of the answers (0..1) that become unacceptable."""
    tone_ratio: Decimal | None = None
    """Stylistic distance over the model's own noise floor."""
    succeeded: bool = False
    """The named successor answers in its place, at the successor's price."""
    added_cost: Decimal = Decimal(0)
    """Per task class hit, once, in the portfolio's currency."""
    added_cost_per_hour: dict[str, Decimal] = {}
    """By task class."""
    at_peak: bool = False
    """Demand and value run at the busiest minute's level meanwhile."""
    assumed: tuple[str, ...] = ()
    """What was assumed because it is not declared, in sentences."""
    unknown: tuple[str, ...] = ()
    """What is left out because it is not known, in sentences."""

    def hits(self, task_class: str, labels: frozenset[Label], *, routed: bool = True) -> bool:
        """Whether a hop of a task class is hit."""
        if self.routed_only and not routed:
            return False
        if self.task_classes is not None and task_class not in self.task_classes:
            return False
        return (
            self.targets is None
            or ("task_class", task_class) in self.targets
            or not self.targets.isdisjoint(labels)
        )

"""What a shock does to the models it hits, in terms that any kind of shock can be described in."""

from collections.abc import Sequence
from decimal import Decimal
from math import prod

from msgspec import Struct

from multillm_gov.risk.stress.stress_context import Label, StressedHop

_ZERO = Decimal(0)
_ONE = Decimal(1)
_MOST = Decimal("1e9")
"""Several factors together multiply to this at most, as a single one may be."""


class HopState(Struct, frozen=True, kw_only=True):
    """One model under stress; without any it is `UNSTRESSED`."""

    down: bool = False
    limit_factor: Decimal = _ONE
    tries: int = 1
    price_factor: Decimal = _ONE
    token_factor: Decimal = _ONE
    points: Decimal = _ZERO
    """Share of its answers (0..1) that become unacceptable."""
    tone_ratio: Decimal = _ZERO
    succeeded: bool = False

    @property
    def is_priced_anew(self) -> bool:
        """Whether a request costs something else than before."""
        return self.succeeded or self.price_factor != 1 or self.token_factor != 1


UNSTRESSED = HopState()
ALREADY_RETIRED = HopState(down=True)
"""A model that is retired already."""


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


def demand_factor(task_class: str, hop: StressedHop, effects: Sequence[ShockEffect]) -> Decimal:
    """What the demand routed to a model is multiplied by."""
    factor = _ONE
    for effect in effects:
        if effect.demand_factor != 1 and effect.hits(task_class, hop.labels):
            factor *= effect.demand_factor
    return min(factor, _MOST)


def combined_price_factor(effects: Sequence[ShockEffect]) -> Decimal:
    """What prices are multiplied by."""
    return min(prod((effect.price_factor for effect in effects), start=_ONE), _MOST)


def state_of(
    task_class: str, hop: StressedHop, effects: Sequence[ShockEffect], *, routed: bool
) -> HopState:
    """Factors multiply, the lowest limit and highest tone ratio count, drifts are independent."""
    hitting = [effect for effect in effects if effect.hits(task_class, hop.labels, routed=routed)]
    if not hitting:
        return ALREADY_RETIRED if hop.retired else UNSTRESSED
    tokens = unharmed = _ONE
    for effect in hitting:
        tokens *= effect.token_factor
        unharmed *= 1 - effect.points
    return HopState(
        down=hop.retired or any(effect.down for effect in hitting),
        limit_factor=min(effect.limit_factor for effect in hitting),
        tries=max(effect.tries for effect in hitting),
        price_factor=combined_price_factor(hitting),
        token_factor=min(tokens, _MOST),
        points=1 - unharmed,
        tone_ratio=max((effect.tone_ratio or _ZERO for effect in hitting), default=_ZERO),
        succeeded=any(effect.succeeded for effect in hitting),
    )


class States:
    """States of hops under the same effects, shared by all task classes they treat alike."""

    def __init__(self, effects: Sequence[ShockEffect]) -> None:
        self._effects = effects
        self._alike = not any(
            effect.task_classes is not None
            or any(level == "task_class" for level, _ in effect.targets or ())
            for effect in effects
        )
        self._found: dict[tuple[int, bool, bool], HopState] = {}

    def of(self, task_class: str, hop: StressedHop, *, routed: bool) -> HopState:
        """The state of one hop."""
        if not self._alike:
            return state_of(task_class, hop, self._effects, routed=routed)
        key = (
            id(hop.labels),
            hop.retired,
            routed,
        )  # the context holds the labels, so their id stays their own
        if key not in self._found:
            self._found[key] = state_of(task_class, hop, self._effects, routed=routed)
        return self._found[key]

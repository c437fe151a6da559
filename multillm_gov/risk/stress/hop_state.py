"""All that several effects together make of one model."""

from collections.abc import Sequence
from decimal import Decimal
from math import prod

from msgspec import Struct

from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.stress_context import StressedHop

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


def combined_price_factor(effects: Sequence[ShockEffect]) -> Decimal:
    """What prices are multiplied by."""
    return min(prod((effect.price_factor for effect in effects), start=_ONE), _MOST)


def demand_factor(task_class: str, hop: StressedHop, effects: Sequence[ShockEffect]) -> Decimal:
    """What the demand routed to a model is multiplied by."""
    factor = _ONE
    for effect in effects:
        if effect.demand_factor != 1 and effect.hits(task_class, hop.labels):
            factor *= effect.demand_factor
    return min(factor, _MOST)

"""All that several strains together make of one model."""

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
    """One model under strain; without any it is `CALM`."""

    away: bool = False
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


CALM = HopState()
GONE = HopState(away=True)
"""A model that is retired already."""


class States:
    """The states of hops under the same strains; found once for all task classes where no strain tells them apart."""

    def __init__(self, strains: Sequence[ShockEffect]) -> None:
        self._strains = strains
        self._alike = not any(
            strain.task_classes is not None
            or any(level == "task_class" for level, _ in strain.aims or ())
            for strain in strains
        )
        self._found: dict[tuple[int, bool, bool], HopState] = {}

    def of(self, task_class: str, hop: StressedHop, *, routed: bool) -> HopState:
        """The state of one hop."""
        if not self._alike:
            return state_of(task_class, hop, self._strains, routed=routed)
        key = (
            id(hop.labels),
            hop.retired,
            routed,
        )  # the context holds the labels, so their id stays their own
        if key not in self._found:
            self._found[key] = state_of(task_class, hop, self._strains, routed=routed)
        return self._found[key]


def state_of(
    task_class: str, hop: StressedHop, strains: Sequence[ShockEffect], *, routed: bool
) -> HopState:
    """Factors multiply, the least limit and the largest tone ratio count, drifts hit independently of each other."""
    hitting = [strain for strain in strains if strain.hits(task_class, hop.labels, routed=routed)]
    if not hitting:
        return GONE if hop.retired else CALM
    tokens = unharmed = _ONE
    for strain in hitting:
        tokens *= strain.token_factor
        unharmed *= 1 - strain.points
    return HopState(
        away=hop.retired or any(strain.away for strain in hitting),
        limit_factor=min(strain.limit_factor for strain in hitting),
        tries=max(strain.tries for strain in hitting),
        price_factor=risen(hitting),
        token_factor=min(tokens, _MOST),
        points=1 - unharmed,
        tone_ratio=max((strain.tone_ratio or _ZERO for strain in hitting), default=_ZERO),
        succeeded=any(strain.succeeded for strain in hitting),
    )


def risen(strains: Sequence[ShockEffect]) -> Decimal:
    """What prices are multiplied by."""
    return min(prod((strain.price_factor for strain in strains), start=_ONE), _MOST)


def demand_factor(task_class: str, hop: StressedHop, strains: Sequence[ShockEffect]) -> Decimal:
    """What the demand routed to a model is multiplied by."""
    factor = _ONE
    for strain in strains:
        if strain.demand_factor != 1 and strain.hits(task_class, hop.labels):
            factor *= strain.demand_factor
    return min(factor, _MOST)

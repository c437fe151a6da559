"""The result of comparing two states: changes, their effect in money, shifts of shares."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.changes.change import Area, Change, Direction
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.figures import Concentration


class SpendParts(Struct, frozen=True, kw_only=True):
    """Why a forecast moved, per month.

    Each part is averaged over the orders in which the causes could have come (Shapley), so that the
    parts add up to the whole and reading the comparison backwards reverses every sign.
    """

    price: Decimal = Decimal(0)
    """Same allocation and demand, new prices (or exchange rate)."""
    demand: Decimal = Decimal(0)
    routing: Decimal = Decimal(0)
    hosting: Decimal = Decimal(0)
    """Fixed cost of shared models, re-split because another task class came, went or grew."""

    @property
    def allocation(self) -> Decimal:
        """Everything people decided: the whole less the price part."""
        return self.demand + self.routing + self.hosting

    @property
    def total(self) -> Decimal:
        """All parts."""
        return self.price + self.allocation


class TaskEffect(Struct, frozen=True, kw_only=True):
    """One task class whose forecast moved. A name is empty where the task class does not exist."""

    before: str
    after: str
    spend_before: Decimal | None
    """``None`` where a price or the demand is not known; 0 where the task class does not exist."""
    spend_after: Decimal | None
    parts: SpendParts | None
    """``None`` for task classes added or removed, and where a forecast is not known."""

    @property
    def delta(self) -> Decimal | None:
        """After less before; ``None`` where either is not known."""
        if self.spend_before is None or self.spend_after is None:
            return None
        return self.spend_after - self.spend_before


class SpendShift(Struct, frozen=True, kw_only=True):
    """The forecast before and after; ``None`` for changes between different currencies."""

    currency_before: str
    currency_after: str
    before: Decimal
    after: Decimal
    parts: SpendParts | None
    added: Decimal | None
    """Forecast of the task classes that are new; ``None``: that of one is not known."""
    removed: Decimal | None
    """That of the task classes that are gone."""
    unpriced_before: tuple[str, ...]
    unpriced_after: tuple[str, ...]
    cost_per_request_before: Decimal | None
    cost_per_request_after: Decimal | None
    by_owner: tuple[tuple[str, Decimal, Decimal], ...]
    """Owners whose forecast moved: name, before, after; the largest move first."""
    at_actual_volume: Decimal | None = None
    """Prices and routing of the moved task classes at the volume that actual spend shows.

    ``None``: none of them has recent actual spend.
    """
    with_actuals: int = 0
    """How many of the moved task classes have recent actual spend."""

    @property
    def delta(self) -> Decimal | None:
        """After less before, per month."""
        return self.after - self.before if self.currency_before == self.currency_after else None

    gained_or_lost: Decimal = Decimal(0)
    """Forecasts that became known, less those that no longer are: no move of spend."""

    @property
    def newly_unknown(self) -> tuple[str, ...]:
        """Task classes that have no known forecast any more, added ones included."""
        return tuple(sorted({*self.unpriced_after} - {*self.unpriced_before}))

    @property
    def known_delta(self) -> Decimal | None:
        """After less before, of what is known in both states."""
        return None if self.delta is None else self.delta - self.gained_or_lost


class ConcentrationShift(Struct, frozen=True, kw_only=True):
    """How a total spreads at one level, before and after."""

    level: Level
    basis: Basis
    before: Concentration
    after: Concentration
    moved: tuple[tuple[str, float, float], ...]
    """Entities whose share moved notably: name, before, after; the largest move first."""


class Comparison(Struct, frozen=True, kw_only=True):
    """Everything that differs between two states. Empty when nothing does."""

    changes: tuple[Change, ...] = ()
    """Loosened ones first, then by area, kind, subject and label."""
    effects: tuple[TaskEffect, ...] = ()
    """Largest move first; forecasts that are not known last."""
    spend: SpendShift
    concentration: tuple[ConcentrationShift, ...] = ()
    """Vendor, provider and cloud, each by spend and by value at stake."""
    independent_value_before: float = 1.0
    """Share of value at stake with a fallback at another vendor, provider and cloud (0..1)."""
    independent_value_after: float = 1.0
    moved_files: tuple[tuple[str, str, int], ...] = ()
    """Task classes written in another file now, which is no change: both paths, how many."""
    unchanged_task_classes: int = 0
    unchanged_policies: int = 0

    @property
    def empty(self) -> bool:
        """Whether the two states mean the same."""
        return not self.changes and not self.effects

    def toward(self, direction: Direction) -> tuple[Change, ...]:
        """Changes in one direction."""
        return tuple(change for change in self.changes if change.direction is direction)

    def within(self, *areas: Area) -> tuple[Change, ...]:
        """Changes in some areas."""
        return tuple(change for change in self.changes if change.kind.area in areas)

    def at(self, level: Level, basis: Basis) -> ConcentrationShift:
        """The shift at one level by one basis.

        Raises:
            KeyError: the comparison does not hold it.
        """
        for shift in self.concentration:
            if shift.level is level and shift.basis is basis:
                return shift
        raise KeyError((level, basis))

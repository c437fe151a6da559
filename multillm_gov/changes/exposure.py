"""How shares shift at each level, and how much of a shift one change accounts for."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from multillm_gov.catalog.facts import ModelFacts, entity_of
from multillm_gov.changes.change import SharePoint
from multillm_gov.changes.comparison import ConcentrationShift
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN, Basis, Level
from multillm_gov.measures.concentration import at_level, weigh
from multillm_gov.measures.figures import Concentration
from multillm_gov.state.state import State

LEVELS = (Level.VENDOR, Level.PROVIDER, Level.CLOUD)
BASES = (Basis.SPEND, Basis.VALUE_AT_STAKE)
THRESHOLD = 0.005
"""Half a percentage point: a smaller move of a share is not worth a reviewer's time."""
_HALF = Decimal("0.5")
Facts = Mapping[str, ModelFacts | None]


def shift_concentration(before: State, after: State) -> tuple[ConcentrationShift, ...]:
    """The shift at vendor, provider and cloud, by spend and by value at stake."""
    weighed = {
        basis: [weigh(state.figures.tasks, basis) for state in (before, after)] for basis in BASES
    }
    return tuple(
        _shift(*(at_level(weights, level, basis) for weights in weighed[basis]))
        for level in LEVELS
        for basis in BASES
    )


def _shift(before: Concentration, after: Concentration) -> ConcentrationShift:
    old, new = _with_in_house(before), _with_in_house(after)
    moves = [(name, old.get(name, 0.0), new.get(name, 0.0)) for name in {*old, *new}]
    moved = sorted(
        (move for move in moves if abs(move[2] - move[1]) >= THRESHOLD),
        key=lambda move: (-abs(move[2] - move[1]), move[0]),
    )
    return ConcentrationShift(
        level=before.level, basis=before.basis, before=before, after=after, moved=tuple(moved)
    )


def _with_in_house(shares: Concentration) -> dict[str, float]:
    """Shares by entity; in-house beside the suppliers, so that moving work there shows."""
    in_house = {IN_HOUSE: shares.in_house_share} if shares.in_house_share else {}
    return dict(shares.shares) | in_house


class SpendShares:
    """Attributes the shift of shares of spend to single changes.

    With share s = S_e / S, the identity  delta s = (delta S_e - mean(s) * delta S) / mean(S)  is
    exact and linear in the two amounts, so that the parts of all changes add up to the whole shift
    and reverse with its direction.
    """

    def __init__(self, shifts: tuple[ConcentrationShift, ...], before: Facts, after: Facts) -> None:
        self.facts = (before, after)
        self.shifts = [
            shift
            for shift in shifts
            if shift.basis is Basis.SPEND and shift.level in (Level.VENDOR, Level.PROVIDER)
        ]
        self.shares = {
            shift.level: (_with_in_house(shift.before), _with_in_house(shift.after))
            for shift in self.shifts
        }

    def points(self, by_model: Mapping[str, Decimal]) -> tuple[SharePoint, ...]:
        """Points of share by entity that these amounts per month, by model, add or remove."""
        share_points: list[SharePoint] = []
        whole = sum(by_model.values(), Decimal(0))
        for shift in self.shifts:
            mean_total = (shift.before.total + shift.after.total) / 2
            if not mean_total:
                continue
            amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
            for model, amount in by_model.items():
                for entity in self._entities(model, shift.level):
                    amounts[entity] += amount * _HALF
            old, new = self.shares[shift.level]
            for entity, amount in amounts.items():
                mean_share = (old.get(entity, 0.0) + new.get(entity, 0.0)) / 2
                points = (float(amount) - mean_share * float(whole)) / float(mean_total)
                if abs(points) >= THRESHOLD:
                    share_points.append(SharePoint(level=shift.level, entity=entity, points=points))
        return tuple(
            sorted(share_points, key=lambda point: (point.level, -abs(point.points), point.entity))
        )

    def _entities(self, model: str, level: Level) -> tuple[str, str]:
        """The entities behind a model; where the two states differ, each carries half."""
        sides = [self._entity(model, level, side) for side in (0, 1)]
        first, second = sides[0] or sides[1] or UNKNOWN, sides[1] or sides[0] or UNKNOWN
        return first, second

    def _entity(self, model: str, level: Level, side: int) -> str | None:
        if model not in self.facts[side]:
            return None
        return entity_of(self.facts[side][model], level)

    def moved(
        self, level: Level, before: str, after: str, amount: Decimal
    ) -> tuple[SharePoint, ...]:
        """Points of share that move because spend counts for another entity than before."""
        for shift in self.shifts:
            mean_total = (shift.before.total + shift.after.total) / 2
            if shift.level is level and mean_total and float(amount / mean_total) >= THRESHOLD:
                points = float(amount / mean_total)
                return (
                    SharePoint(level=level, entity=before, points=-points),
                    SharePoint(level=level, entity=after, points=points),
                )
        return ()

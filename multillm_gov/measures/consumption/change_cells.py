"""Cells of a change of spend: shares of the mix level by level, and unit costs part by part."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.pricing.price import UnitPrices

_ZERO = Decimal(0)
Key = tuple[str, ...]
"""Task class, failover, tier, provider, model, size."""


class SpendCell(Struct):
    """One cell in one period."""

    requests: Decimal = _ZERO
    money: Decimal = _ZERO
    input: Decimal = _ZERO
    read: Decimal = _ZERO
    write: Decimal = _ZERO
    output: Decimal = _ZERO


class Unit(Struct, frozen=True):
    """A cell per request: what its cost is made of."""

    input: Decimal
    output: Decimal
    read_share: Decimal
    write_share: Decimal
    level: Decimal
    """Money by money at the fixed rates: list price moves and discounts alike."""

    def cost(self, rates: UnitPrices) -> Decimal:
        """Cost of a request."""
        own, read = rates.input or _ZERO, rates.cache_read
        plain = 1 - self.read_share - self.write_share
        per_token = plain * own + self.read_share * (own if read is None else read)
        write = rates.cache_write
        per_token += self.write_share * (own if write is None else write)
        return (self.input * per_token + self.output * (rates.output or _ZERO)) * self.level


class RequestShares:
    """Shares of a class's requests, level by level: failover, tier, model, size."""

    def __init__(self, cells: dict[Key, SpendCell]) -> None:
        self._sums: defaultdict[Key, Decimal] = defaultdict(Decimal)
        for key, cell in cells.items():
            for depth in (0, 1, 2, 4, 5):
                self._sums[key[1 : 1 + depth]] += cell.requests

    def conditional(self, key: Key, level: int) -> Decimal | None:
        """Share of a level within the one above; ``None``: nothing is there to share."""
        outer, inner = ((0, 1), (1, 2), (2, 4), (4, 5))[level]
        whole = self._sums.get(key[1 : 1 + outer], _ZERO)
        return self._sums.get(key[1 : 1 + inner], _ZERO) / whole if whole else None

    def of(self, key: Key, replaced: int, new: "RequestShares") -> Decimal:
        """Share of a cell with the first levels new and the others old."""
        share = Decimal(1)
        for level in range(4):
            old_share, new_share = self.conditional(key, level), new.conditional(key, level)
            chosen = new_share if level < replaced else old_share
            if chosen is None:  # nothing of this kind in that period: as in the other one
                chosen = old_share if level < replaced else new_share
            share *= chosen if chosen is not None else _ZERO
        return share


def unit_steps(old: SpendCell | None, new: SpendCell | None, rates: UnitPrices) -> Sequence[Unit]:
    """The unit cost as each of its parts is replaced: input, output, cache, price."""
    first = _unit(old, rates) or _unit(new, rates)
    last = _unit(new, rates) or first
    if first is None or last is None:
        nothing = Unit(_ZERO, _ZERO, _ZERO, _ZERO, _ZERO)
        return (nothing,) * 5
    a, b = first, last
    return (
        a,
        Unit(b.input, a.output, a.read_share, a.write_share, a.level),
        Unit(b.input, b.output, a.read_share, a.write_share, a.level),
        Unit(b.input, b.output, b.read_share, b.write_share, a.level),
        b,
    )


def _unit(cell: SpendCell | None, rates: UnitPrices) -> Unit | None:
    if cell is None or not cell.requests:
        return None
    n = cell.requests
    if not cell.input and not cell.output:  # no tokens are known: a request is the unit
        own = rates.input or rates.output or Decimal(1)
        inputs = Decimal(1)
        return Unit(inputs, _ZERO, _ZERO, _ZERO, cell.money / n / own)
    read, write = (
        (cell.read / cell.input, cell.write / cell.input) if cell.input else (_ZERO, _ZERO)
    )
    plain = Unit(cell.input / n, cell.output / n, read, write, Decimal(1))
    at_rates = plain.cost(rates)
    if not at_rates:
        return None
    return Unit(plain.input, plain.output, read, write, cell.money / n / at_rates)

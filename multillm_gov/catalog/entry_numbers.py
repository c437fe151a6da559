"""Numbers of a price map entry: exact, and never trusted."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from msgspec import Struct

_MOST = Decimal("1e9")
"""No unit of anything costs a billion dollars: a larger number is a broken entry."""
_THRESHOLD = re.compile(
    r"(?P<key>.+)_above_(?P<number>\d{1,12})(?P<kilo>k?)_tokens(?:_(?P<service>[a-z]+))?"
)


class Threshold(Struct, frozen=True, order=True):
    """A prompt length at which prices change, and how the entry's keys spell it."""

    tokens: int
    spelling: str
    """``200k`` in ``input_cost_per_token_above_200k_tokens``."""


def read_amount(value: object) -> Decimal | None:
    """A price as written, exactly; ``None`` for whatever is not a finite number from zero up."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(value.strip() if isinstance(value, str) else repr(value))
    except (InvalidOperation, ValueError):  # ValueError: an integer of thousands of digits
        return None
    if not amount.is_finite() or not 0 <= amount <= _MOST:
        return None
    return amount or Decimal(0)


class EntryNumbers:
    """An entry's prices by key, with the service tier's own key before the plain one."""

    def __init__(self, entry: Mapping[str, object]) -> None:
        self._amounts = {
            key: amount
            for key, value in entry.items()
            if isinstance(key, str) and "cost" in key and (amount := read_amount(value)) is not None
        }
        self._thresholds: dict[tuple[str, str], set[Threshold]] = {}
        for key in self._amounts:
            if "_above_" in key and (match := _THRESHOLD.fullmatch(key)):
                number, kilo = match["number"], match["kilo"]
                threshold = Threshold(int(number) * (1000 if kilo else 1), number + kilo)
                self._thresholds.setdefault((match["key"], match["service"] or ""), set()).add(
                    threshold
                )

    def get(self, key: str, service: str = "") -> Decimal | None:
        """The amount under a key; with a service, under its own key, else under the plain one."""
        own = self._amounts.get(f"{key}_{service}") if service else None
        return self._amounts.get(key) if own is None else own

    def own(self, key: str, service: str) -> Decimal | None:
        """The amount under a service's own key only."""
        return self._amounts.get(f"{key}_{service}")

    def first(self, *keys: str) -> Decimal | None:
        """The first amount there is."""
        return next(
            (amount for key in keys if (amount := self._amounts.get(key)) is not None), None
        )

    def thresholds(self, keys: tuple[str, ...], *services: str) -> tuple[Threshold, ...]:
        """Thresholds at which a key changes for a service (``""``: standard), lowest first."""
        thresholds = (
            self._thresholds.get((key, service), ()) for key in keys for service in services
        )
        return tuple(sorted(set().union(*thresholds)))

    def serves(self, keys: tuple[str, ...], service: str) -> bool:
        """Whether the service has a price of its own for one of the keys, at any prompt length."""
        return any(
            self.own(key, service) is not None or (key, service) in self._thresholds for key in keys
        )

    def any_positive(self, *keys: str) -> bool:
        """Whether one of the keys has an amount above zero."""
        return any(self._amounts.get(key) for key in keys)

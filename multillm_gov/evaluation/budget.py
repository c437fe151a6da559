"""A run's money: what calls have cost, what those in flight may cost, and the limit."""

from decimal import Decimal

_NOTHING = Decimal(0)


class Budget:
    """US dollars that a run may spend; every call reserves its worst case before it is sent.

    Spent plus reserved never exceeds the limit. An answer that costs more than its worst case
    breaks the bound (the price map or the provider's count is off): it is counted in full, and
    ``is_broken`` says that nothing more may be sent.
    """

    def __init__(self, limit: Decimal | None) -> None:
        self.limit = limit
        """``None``: nothing is refused (a replay, a server on this machine)."""
        self.spent = _NOTHING
        self.reserved = _NOTHING
        self.is_broken = False

    def reserve(self, worst: Decimal | None) -> bool:
        """Reserve a call's worst case; ``False``: it would exceed the limit; nothing is reserved.

        A call of unknown price reserves nothing: the user allowed it.
        """
        wanted = worst or _NOTHING
        if self.is_broken or (
            self.limit is not None and self.spent + self.reserved + wanted > self.limit
        ):
            return False
        self.reserved += wanted
        return True

    def settle(self, worst: Decimal | None, cost: Decimal | None) -> None:
        """Replace a reservation by the call's cost; ``None``: not known, its worst case."""
        wanted = worst or _NOTHING
        paid = wanted if cost is None else cost
        self.reserved -= wanted
        self.spent += paid
        if worst is not None and paid > wanted:
            self.is_broken = True

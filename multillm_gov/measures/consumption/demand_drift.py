"""Demand as it was really used, against demand as declared."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from multillm_gov.portfolio.demand import Demand
from multillm_gov.usage.aggregate import UsageAggregate


class UsedDemand(Struct, frozen=True, kw_only=True):
    """Demand as used in the last days, by the keys of ``demand:``."""

    requests: int
    """A month of 30.4 days."""
    input_tokens: int | None
    """Mean of a request, cached ones included; ``None``: not known of every row."""
    output_tokens: int | None
    days: int
    """From how many days."""

    @property
    def figures(self) -> dict[str, int]:
        """What is known, by the key of ``demand:``."""
        named = {"requests": self.requests, "input_tokens": self.input_tokens,
                 "output_tokens": self.output_tokens}  # fmt: skip
        return {key: value for key, value in named.items() if value is not None}


def used_demand(
    aggregates: Iterable[UsageAggregate], through: date, days: int = 28
) -> UsedDemand | None:
    """What a task class really used in the last days; ``None``: requests are not known.

    Args:
        aggregates: Of one task class.
        through: Last day.
        days: How many days back at most; fewer where the first of its rows is later.
    """
    every = list(aggregates)
    earliest = min((each.day for each in every), default=through)
    first = max(date.fromordinal(through.toordinal() - days + 1), earliest)
    recent = [each for each in every if first <= each.day <= through and each.charge == "usage"]
    known = (through - first).days + 1
    requests = _whole(recent, "requests")
    if not requests:
        return None
    means = [None if total is None else round(total / requests)
             for total in (_whole(recent, "input_tokens_with_cache"),
                           _whole(recent, "output_tokens"))]  # fmt: skip
    return UsedDemand(requests=round(requests / known * 30.4), input_tokens=means[0],
                      output_tokens=means[1], days=known)  # fmt: skip


def _whole(aggregates: Iterable[UsageAggregate], measure: str) -> int | None:
    """The sum of a measure that every row knows; a part would pass for the whole."""
    total = 0
    for each in aggregates:
        value = getattr(each, measure)
        if value is None or measure in each.unknown:
            return None
        total += value
    return total


def demand_drift(declared: Demand | None, used: UsedDemand | None) -> dict[str, tuple[int, int]]:
    """Declared and used by key of ``demand:``, where they are more than a quarter apart.

    A histogram of sizes is not compared with means.
    """
    if declared is None or used is None:
        return {}
    keys = ("requests",) if declared.sizes else ("requests", "input_tokens", "output_tokens")
    pairs = {
        key: (value, used.figures[key])
        for key in keys
        if key in used.figures and (value := getattr(declared, key)) is not None
    }
    return {key: (said, found) for key, (said, found) in pairs.items()
            if not 0.75 * said <= found <= 1.25 * said}  # fmt: skip

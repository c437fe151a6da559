"""Gateway against bill: what differs, and why, in amounts that sum to the difference.

All tokens are valued at list prices, so the money splits without a rest::

    bill - log = (list of logged - log)              formula or price list of the gateway
               + (s - 1) list of logged              requests that the log lacks, s = their ratio
               + (list of billed - s list of logged) token kinds that the log lacks
               + (tiers of billed - list of billed)  service tier
               + (bill - tiers of billed)            discount

A part is named only where its cause is seen in the figures; otherwise it stays unexplained.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from statistics import mean, pstdev

from msgspec import Struct

from multillm_gov.measures.consumption.reconciled_side import Side
from multillm_gov.units import format_change, signed
from multillm_gov.words import count_of

_ZERO = Decimal(0)
_SAME = 0.005
"""Relative difference up to which two ways to compute an amount count as the same."""
_LEAST = Decimal("0.005")


class DifferencePart(Struct, frozen=True, kw_only=True):
    """One explanation of the difference."""

    cause: str
    amount: Decimal
    detail: str


class Reconciliation(Struct, frozen=True, kw_only=True):
    """Both sides, and the parts of their difference: they sum to it exactly."""

    gateway: Side
    bill: Side
    difference: Decimal
    """Bill less log, as the numbers stand in the two sources."""
    parts: tuple[DifferencePart, ...]
    """In the order in which they are to be looked for; the last is what is unexplained."""


def reconcile(
    gateway: Side,
    bill: Side,
    *,
    rate: Decimal = Decimal(1),
    currencies: tuple[str, str] = ("USD", "USD"),
    unshifted: Decimal | None = None,
    offset_hours: int = 0,
) -> Reconciliation:
    """Explain the difference between a bill and a gateway's log.

    Args:
        gateway: The log, cut into days as the bill is.
        bill: The bill, in the gateway's currency.
        rate: Units of the bill's own currency that one unit of the gateway's costs.
        currencies: Of the gateway and of the bill.
        unshifted: The log's money of the same days in UTC, where the bill's days are others.
        offset_hours: How many hours later than UTC the bill's days begin.
    """
    logged = gateway.money or _ZERO
    billed = bill.money or _ZERO
    in_utc = logged if unshifted is None else unshifted
    difference = billed * rate - in_utc
    parts = [*_volume(gateway, bill), *_pricing(gateway), *_tier(bill), *_discount(bill)]
    if rate != 1:
        detail = f"the bill is in {currencies[1]}, the log in {currencies[0]}"
        parts.append(DifferencePart(cause="currency", amount=billed * rate - billed, detail=detail))
    if logged != in_utc:
        detail = f"the bill's days begin {offset_hours:+d} h from UTC"
        parts.append(DifferencePart(cause="time zone", amount=logged - in_utc, detail=detail))
    kept_parts = [part for part in parts if abs(part.amount) >= _LEAST]
    rest = difference - sum((part.amount for part in kept_parts), _ZERO)
    kept_parts.append(DifferencePart(cause="unexplained", amount=rest, detail=_rest(gateway, bill)))
    return Reconciliation(
        gateway=gateway, bill=bill, difference=difference, parts=tuple(kept_parts)
    )


def _volume(gateway: Side, bill: Side) -> list[DifferencePart]:
    """Requests and token kinds that one side lacks, at list prices."""
    if not bill.at_list or not gateway.at_list:
        return []
    ratio, how = _ratio(gateway, bill)
    more = (ratio - 1) * gateway.at_list
    lost = bill.requests - gateway.requests if bill.requests and gateway.requests else None
    shown = (
        f"{count_of(lost, 'request')}{how}"
        if lost is not None
        else f"{format_change(ratio - 1)}{how}"
    )
    kinds = bill.at_list - ratio * gateway.at_list
    return [
        DifferencePart(cause="missing requests", amount=more, detail=shown),
        DifferencePart(
            cause="missing token kinds", amount=kinds, detail=_kinds(gateway, bill, ratio)
        ),
    ]


def _ratio(gateway: Side, bill: Side) -> tuple[Decimal, str]:
    """How many requests the bill has for each of the log's."""
    if bill.requests and gateway.requests:
        return Decimal(bill.requests) / gateway.requests, ""
    if bill.tokens.output and gateway.tokens.output:
        ratio = Decimal(bill.tokens.output) / gateway.tokens.output
        return ratio, " (estimated from output tokens: the bill counts no requests)"
    return Decimal(1), " (neither requests nor output tokens are billed)"


def _kinds(gateway: Side, bill: Side, ratio: Decimal) -> str:
    names = {"uncached": "input", "cache_read": "cache read", "cache_write": "cache write",
             "cache_write_1h": "one-hour cache write", "output": "output"}  # fmt: skip
    lines = []
    for name, shown in names.items():
        theirs = getattr(bill.tokens, name)
        ours = getattr(gateway.tokens, name) * ratio
        if abs(theirs - ours) > max(theirs, ours, Decimal(1)) / 200:
            moved = signed(f"{round(theirs - ours):,}")
            lines.append(f"{shown} {moved}")
    return ", ".join(lines) or "none"


def _pricing(gateway: Side) -> list[DifferencePart]:
    """What the gateway's own figure differs by from list prices of its own tokens, if known why."""
    if gateway.money is None or not gateway.at_list or gateway.unpriced:
        return []
    gap = gateway.at_list - gateway.money
    if _alike(gateway.money, gateway.at_list):
        return []
    for name, amount in gateway.mistakes.items():
        if not _alike(amount, gateway.at_list) and _alike(gateway.money, amount):
            return [
                DifferencePart(cause="formula", amount=gap, detail=f"the gateway counts {name}")
            ]
    ratio = constant_ratio(gateway.by_day)
    if ratio is not None:
        detail = f"the gateway's prices are {ratio:.1%} of the list"
        return [DifferencePart(cause="price list", amount=gap, detail=detail)]
    return []


def _tier(bill: Side) -> list[DifferencePart]:
    amount = bill.at_tiers - bill.at_list
    return [DifferencePart(cause="tier", amount=amount, detail="batch, flex or priority is billed")]


def _discount(bill: Side) -> list[DifferencePart]:
    """The rest of the bill, if the source gives list money, or one rate fits every day."""
    if bill.money is None:
        return []
    if bill.list_money and bill.list_money > bill.money:
        won = bill.money / bill.list_money - 1
        detail = f"{format_change(won)} on the list, as the bill itself says"
        return [
            DifferencePart(cause="discount", amount=bill.money - bill.list_money, detail=detail)
        ]
    if not bill.at_tiers or bill.unpriced or _alike(bill.money, bill.at_tiers):
        return []
    ratio = constant_ratio(bill.by_day)
    if ratio is None or ratio >= 1:
        return []
    amount = bill.money - bill.at_tiers
    return [
        DifferencePart(
            cause="discount", amount=amount, detail=f"{format_change(ratio - 1)} on every day"
        )
    ]


def constant_ratio(days: Sequence[tuple[date, Decimal, Decimal]]) -> float | None:
    """The ratio of money to list money, if it is the same on three days or more."""
    ratios = [float(money / listed) for _, money, listed in days if listed]
    if len(ratios) < 3 or mean(ratios) <= 0 or pstdev(ratios) / mean(ratios) > _SAME:
        return None
    return mean(ratios)


def best_offset(
    hourly: dict[int, Decimal], daily: dict[date, Decimal], hours: Sequence[int] = range(-12, 15)
) -> int:
    """Hours from UTC at which the bill's days begin: where the log's fit best, else 0.

    Args:
        hourly: The log's figure by hour since the epoch.
        daily: The bill's figure by its own day.
        hours: Offsets to try; another than 0 must halve the misfit.
    """
    inner = sorted(daily)[1:-1]
    if len(inner) < 3:
        return 0

    def misfit(offset: int) -> Decimal:
        total = _ZERO
        for day in inner:
            first = (day.toordinal() - date(1970, 1, 1).toordinal()) * 24 + offset
            total += abs(daily[day] - sum(hourly.get(first + h, _ZERO) for h in range(24)))
        return total

    best = min(hours, key=lambda offset: (misfit(offset), abs(offset)))
    return best if misfit(best) * 2 < misfit(0) else 0


def _rest(gateway: Side, bill: Side) -> str:
    unpriced = sorted({*gateway.unpriced, *bill.unpriced})
    if unpriced:
        return f"no list price is known of {', '.join(unpriced[:3])}"
    return "" if bill.at_list and gateway.at_list else "one side has no tokens to compare"


def _alike(amount: Decimal, other: Decimal) -> bool:
    return abs(amount - other) <= max(abs(amount), abs(other)) * Decimal(str(_SAME))

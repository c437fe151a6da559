"""One change in one phrase, as a reviewer reads it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from multillm_gov.changes.change import Change, ChangeKind, Direction, SharePoint
from multillm_gov.changes.comparison import SpendShift
from multillm_gov.dimensions import Level
from multillm_gov.units import format_money, signed
from multillm_gov.words import code, join_some

LONGEST = 160
"""Characters of a value that a report repeats."""
_COME_OR_GONE = {
    ChangeKind.TASK_CLASS_ADDED: "added",
    ChangeKind.TASK_CLASS_REMOVED: "removed",
    ChangeKind.POLICY_ADDED: "added",
    ChangeKind.POLICY_REMOVED: "removed",
    ChangeKind.WAIVER_ADDED: "granted",
    ChangeKind.WAIVER_REMOVED: "withdrawn",
    ChangeKind.APPROVAL_GIVEN: "given",
    ChangeKind.APPROVAL_WITHDRAWN: "withdrawn",
    ChangeKind.FALLBACK_ADDED: "added",
    ChangeKind.FALLBACK_REMOVED: "removed",
}
_LIMITS = {
    "appetite.max_vendor_share_of_spend": "board limit on the largest vendor's share of spend",
    "appetite.max_vendor_share_of_value": "board limit on the largest vendor's share of value",
    "appetite.min_effective_vendors": "board floor of effective vendors",
    "appetite.min_effective_clouds": "board floor of effective clouds",
    "appetite.min_value_with_independent_fallback": (
        "board floor of value with an independent fallback"
    ),
    "appetite.max_price_shock_share": "board limit on the rise of the bill when a vendor reprices",
    "appetite.max_monthly_spend": "board ceiling on spend a month",
    "risk.max_outage_loss_share": "board limit on the outage loss of 1 year in 20",
    "risk.max_cost_at_risk_share": "board limit on the cost at risk of 1 year in 20",
}


def phrase(change: Change) -> str:
    """``max_share 0.60 → 0.70``, ``fallback `x` removed``; its subject is not in it."""
    verb = _COME_OR_GONE.get(change.kind)
    if change.kind in {ChangeKind.FALLBACK_ADDED, ChangeKind.FALLBACK_REMOVED}:
        return f"fallback {code(change.before or change.after)} {verb}"
    if verb:
        text = shorten(change.before or change.after)
        return f"{change.label} {verb}: {text}" if text else f"{change.label} {verb}"
    if change.kind in {ChangeKind.TASK_CLASS_RENAMED, ChangeKind.POLICY_RENAMED}:
        return f"moved: {code(change.before)} → {code(change.after)}"
    if change.kind in {ChangeKind.ROUTE, ChangeKind.WEIGHTS}:
        return f"{change.label} {_route(change.before, change.after)}"
    if change.kind is ChangeKind.MODEL_PRICE and (moved := _prices(change.before, change.after)):
        return f"{change.label} {moved}"
    return f"{_name(change)} {_arrow(change)}"


def title(change: Change) -> str:
    """As `phrase`, with a board's name for its own limits."""
    words = _LIMITS.get(change.aspect)
    return f"{words} {_arrow(change)}" if words else phrase(change)


def _name(change: Change) -> str:
    """The key where it says more than the label: of settings and of parameters."""
    if change.kind in {ChangeKind.POLICY_PARAMETER, ChangeKind.SETTING, ChangeKind.APPETITE}:
        return change.aspect.removeprefix("appetite.") or change.label
    return change.label


def _arrow(change: Change) -> str:
    return f"{shorten(change.before) or 'none'} → {shorten(change.after) or 'removed'}"


def _prices(before: str, after: str) -> str:
    """``4.00 → 4.15 USD per million input tokens``: only what moved; empty where it is no list."""
    old, new = (
        dict(part.partition(" USD ")[::-2] for part in text.split(", ")) for text in (before, after)
    )
    if "" in old or "" in new:
        return ""
    parts = [
        f"{old.get(unit, 'none')} → {new.get(unit, 'none')} USD {unit}"
        for unit in dict.fromkeys((*new, *old))
        if old.get(unit) != new.get(unit)
    ]
    return ", ".join(parts)


def _route(before: str, after: str) -> str:
    """```a` 60 → 85%, `b` 40 → 15%``; models that came or went say so."""
    old, new = _shares(before), _shares(after)
    if old is None or new is None:
        return f"{shorten(before)} → {shorten(after)}"
    parts = []
    for model in dict.fromkeys((*new, *old)):
        was, now = old.get(model), new.get(model)
        if was is None:
            parts.append(f"{code(model)} {_short(now)}% (added)")
        elif now is None:
            parts.append(f"{code(model)} removed (was {_short(was)}%)")
        elif was != now:
            parts.append(f"{code(model)} {_short(was)} → {_short(now)}%")
    return ", ".join(parts)


def _shares(route: str) -> dict[str, str] | None:
    """Percentages by model, of a route as a change spells it; ``None``: it is not one."""
    if not route:
        return {}
    if ", " not in route and not route.endswith("%"):
        return {route: "100"}
    shares = {}
    for part in route.split(", "):
        model, _, share = part.rpartition(" ")
        if not model or not share.endswith("%"):
            return None
        shares[model] = share.removesuffix("%")
    return shares


def _short(share: str | None) -> str:
    return (share or "").removesuffix(".0")


def remarks(change: Change, currency: str, *, unchanged_cost: bool = False) -> str:
    """``loosened, +384 USD a month, openai +3.1 points``; empty where there is nothing to say.

    ``unchanged_cost``: whether a move changes no forecast, which is said aloud.
    """
    parts = [] if change.direction is Direction.CHANGED else [change.direction.value]
    if change.spend_effect:
        parts.append(f"{signed_amount(change.spend_effect, currency)} {currency} a month")
    elif unchanged_cost and change.kind is ChangeKind.TASK_CLASS_RENAMED:
        parts.append("no cost change")
    shares = format_points(change)
    if shares:
        parts.append(shares)
    if change.note:
        parts.append(shorten(change.note))
    return "; ".join(parts)


def format_points(change: Change) -> str:
    """``alpha +3.1, beta −3.1 points``; of demand it is the mix that moves."""
    shares = ", ".join(_points(change.exposure))
    mix = " by the mix" if change.kind is ChangeKind.DEMAND else ""
    return f"{shares} points{mix}" if shares else ""


def _points(points: Iterable[SharePoint]) -> Iterator[str]:
    """``alpha +3.1``, ``beta −3.1``: vendors only; a provider repeats its vendor's move."""
    for point in points:
        if point.level is Level.VENDOR and abs(point.points) >= 0.0005:
            yield f"{point.entity} {signed(f'{point.points * 100:.1f}')}"


def shorten(text: str) -> str:
    """At most `LONGEST` characters."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def signed_amount(amount: Decimal, currency: str) -> str:
    """``+384``, ``−96``: a change of money, without the currency that the column names."""
    return signed(format_money(amount, currency).removesuffix(f" {currency}"))


def newly_unknown_words(spend: SpendShift) -> list[str]:
    """``the cost of `x` is not known``, of task classes whose cost was known or that are new."""
    names = [code(name) for name in spend.newly_unknown]
    return [f"the cost of {join_some(names)} is not known"] if names else []

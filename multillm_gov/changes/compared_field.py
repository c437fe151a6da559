"""A declared value of a task class: how to read it, judge its move and format it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from multillm_gov.changes.change import Change, ChangeKind, Direction
from multillm_gov.changes.direction import neither
from multillm_gov.finding import Figure
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.units import format_money


class ComparedField(Struct, frozen=True, kw_only=True):
    """One value with its direction rule; money is formatted in the currency of its state."""

    kind: ChangeKind
    aspect: str
    """The key as written: ``spend_cap.monthly``; also the route to its place."""
    label: str
    read: Callable[[TaskClass], Any]
    judge: Callable[[Any, Any], Direction] = neither
    format: Callable[[Any], str] = str
    money: bool = False


def compare_traits(
    traits: tuple[ComparedField, ...],
    before: TaskClass,
    after: TaskClass,
    currencies: tuple[str, str],
) -> Iterator[Change]:
    """The changes of all traits between two versions of one task class.

    An amount in another currency is neither more nor less: such a change has no direction.
    """
    for trait in traits:
        old, new = trait.read(before), trait.read(after)
        if old == new:
            continue
        direction = trait.judge(old, new)
        if trait.money and currencies[0] != currencies[1] and old is not None and new is not None:
            direction = Direction.CHANGED
        steps = trait.aspect.split(".")
        yield Change(
            kind=trait.kind,
            subject=after.name,
            label=trait.label,
            aspect=trait.aspect,
            direction=direction,
            before=_format(trait, old, currencies[0]),
            after=_format(trait, new, currencies[1]),
            before_figure=figure(old),
            after_figure=figure(new),
            place_before=before.place.at(*steps),
            place_after=after.place.at(*steps),
        )


def _format(trait: ComparedField, value: object, currency: str) -> str:
    if value is None or value in ((), ""):
        return ""
    return (
        format_money(value, currency)
        if isinstance(value, Decimal) and trait.money
        else trait.format(value)
    )


def figure(value: object) -> Figure:
    """A value as plain data for machines: lists joined, dates in ISO form."""
    if value is None or isinstance(value, bool | str | int | float):
        return value
    if isinstance(value, Decimal):
        return Decimal(value)
    if isinstance(value, date):
        return value.isoformat()
    return format_list(value) if isinstance(value, tuple | list | set | frozenset) else str(value)


def format_list(values: Iterable[object]) -> str:
    """``a, b, c`` in the order given."""
    return ", ".join(str(value) for value in values)


def short_digest(digest: str) -> str:
    """``sha256:0123456789ab…``."""
    return f"{digest[: len('sha256:') + 12]}…"

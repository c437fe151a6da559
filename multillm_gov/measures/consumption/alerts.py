"""Where spend stands beside its caps, and what somebody who owns a cap has to know."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from multillm_gov.measures.consumption.outlook import Outlook
from multillm_gov.measures.consumption.owed import Obligation
from multillm_gov.usage.aggregate import UsageAggregate

Scope = Literal["portfolio", "owner", "task_class", "provider"]
NOTICE_DAYS = 90
"""Days before the last day of notice from which a renewal is announced."""


class OwnedOutlook(Struct, frozen=True, kw_only=True):
    """One subject's outlook and who answers for it."""

    scope: Scope
    outlook: Outlook
    owner: str | None = None
    place: str = ""
    """Where its cap is written: ``allocations/a.yaml:6:26``; empty: nowhere."""


class Consumed(Struct, frozen=True, kw_only=True):
    """What other tools are given: rows, each money counted once, and where the month stands."""

    aggregates: tuple[UsageAggregate, ...]
    first: date
    last: date
    through: date
    """Last imported day."""
    currency: str
    standings: tuple[OwnedOutlook, ...]
    owners: dict[str, str]
    """Owner by task class, where there is one."""
    obligations: tuple[Obligation, ...]


class Alert(Struct, frozen=True, kw_only=True):
    """One thing to know; amounts in ``currency``, for the month of ``through``."""

    id: str
    """The same for the same subject, kind and month: for deduplication."""
    kind: Literal["cap-spent", "cap-forecast", "cap-within-interval", "notice-due"]
    severity: Literal["error", "warning"]
    scope: str
    subject: str
    owner: str | None
    """Who owns the cap; ``None``: no owner is declared."""
    message: str
    currency: str
    month: str
    through: date
    place: str = ""
    spent: float | None = None
    forecast: float | None = None
    low: float | None = None
    high: float | None = None
    cap: float | None = None
    breaks_on: date | None = None
    due: date | None = None


def alerts(consumed: Consumed) -> tuple[Alert, ...]:
    """Errors first: caps spent and expected to be, then caps inside an interval, then notices."""
    matching_alerts = [
        each for standing in consumed.standings for each in _of_cap(standing, consumed)
    ]
    matching_alerts += list(_of_notices(consumed))
    return tuple(
        sorted(matching_alerts, key=lambda each: (each.severity, each.scope, each.subject))
    )


def _of_cap(outlook: OwnedOutlook, consumed: Consumed) -> Iterator[Alert]:
    known, cap = outlook.outlook, outlook.outlook.cap
    if cap is None or known.month is None:
        return
    money, month = consumed.currency, known.month
    limit = f"its cap is {cap:,.2f} {money} a month"
    if known.spent > cap:
        text = f"{known.subject} has spent {known.spent:,.2f} {money}; {limit}"
        yield _alert(outlook, consumed, "cap-spent", text)
    elif month.expected > cap:
        day = f", reached on {known.breaks_on}" if known.breaks_on else ""
        text = f"{known.subject} is expected at {month.expected:,.2f} {money}; {limit}{day}"
        yield _alert(outlook, consumed, "cap-forecast", text)
    elif month.high_80 is not None and month.high_80 > cap:
        text = f"{known.subject} may reach {month.high_80:,.2f} {money}; {limit}"
        yield _alert(outlook, consumed, "cap-within-interval", text)


def _alert(
    outlook: OwnedOutlook,
    consumed: Consumed,
    kind: Literal["cap-spent", "cap-forecast", "cap-within-interval"],
    message: str,
) -> Alert:
    known, month = outlook.outlook, outlook.outlook.month
    return Alert(
        id=_identity(kind, outlook.scope, known.subject, consumed.through),
        kind=kind,
        severity="warning" if kind == "cap-within-interval" else "error",
        scope=outlook.scope,
        subject=known.subject,
        owner=outlook.owner,
        message=message,
        currency=consumed.currency,
        month=f"{consumed.through:%Y-%m}",
        through=consumed.through,
        place=outlook.place,
        spent=float(known.spent),
        forecast=month.expected if month is not None else None,
        low=month.low_80 if month is not None else None,
        high=month.high_80 if month is not None else None,
        cap=float(known.cap) if known.cap is not None else None,
        breaks_on=known.breaks_on,
    )


def _of_notices(consumed: Consumed) -> Iterator[Alert]:
    for owed in consumed.obligations:
        if owed.cancel_by is None:
            continue
        if 0 <= (owed.cancel_by - consumed.through).days <= NOTICE_DAYS:
            yield Alert(
                id=_identity("notice-due", "provider", owed.name, consumed.through),
                kind="notice-due",
                severity="warning",
                scope="provider",
                subject=owed.name,
                owner=owed.owner,
                message=f"{owed.name} renews unless it is cancelled by {owed.cancel_by}",
                currency=consumed.currency,
                month=f"{consumed.through:%Y-%m}",
                through=consumed.through,
                due=owed.cancel_by,
            )


def _identity(kind: str, scope: str, subject: str, through: date) -> str:
    return sha256(f"{kind}\x1f{scope}\x1f{subject}\x1f{through:%Y-%m}".encode()).hexdigest()[:16]

"""Outages of one service on one timeline: overlaps are merged, never counted twice (method 3.1)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from msgspec import Struct

from multillm_gov.evidence.incident import Incident


class Outage(Struct, frozen=True, kw_only=True):
    """One stretch of time in which at least one incident was open."""

    start: datetime
    end: datetime
    weighted_hours: float
    """Hours times the part of the service that was down; of simultaneous incidents the largest."""
    title: str = ""
    """Of the earliest incident in it that has one."""

    @property
    def hours(self) -> float:
        """From first report to close."""
        return (self.end - self.start) / timedelta(hours=1)


def merged(incidents: Iterable[Incident]) -> tuple[Outage, ...]:
    """Incidents as outages in order of time; those that overlap or adjoin are one.

    Those of no weight or no length count for nothing. Sorting dominates: n log n.
    """
    sound = sorted(
        (one for one in incidents if one.weight and one.end > one.start),
        key=lambda one: (one.start, one.end),
    )
    outages: list[Outage] = []
    block: list[Incident] = []
    last: datetime | None = None
    for incident in sound:
        if last is not None and incident.start > last:
            outages.append(_outage(block, last))
            block, last = [], None
        block.append(incident)
        last = incident.end if last is None else max(last, incident.end)
    if last is not None:
        outages.append(_outage(block, last))
    return tuple(outages)


def _outage(block: list[Incident], end: datetime) -> Outage:
    title = next((incident.title for incident in block if incident.title), "")
    return Outage(start=block[0].start, end=end, weighted_hours=_weighted_hours(block), title=title)


def _weighted_hours(block: list[Incident]) -> float:
    """Sweep over starts and ends, keeping how many incidents of each weight are open."""
    events = sorted(
        [(one.start, 1, one.weight) for one in block]
        + [(one.end, -1, one.weight) for one in block],
        key=lambda event: event[:2],
    )
    # Few weights occur, so the largest open one is found among them, not among all incidents.
    opened: dict[Decimal, int] = {}
    hours, before = 0.0, events[0][0]
    for moment, step, weight in events:
        largest = max((one for one, count in opened.items() if count), default=Decimal(0))
        hours += float(largest) * ((moment - before) / timedelta(hours=1))
        opened[weight] = opened.get(weight, 0) + step
        if not opened[weight]:
            del opened[weight]
        before = moment
    return hours


def clipped(incidents: Iterable[Incident], first_day: date, last_day: date) -> Iterable[Incident]:
    """The parts of incidents within whole UTC days, the last one included."""
    start = datetime.combine(first_day, time(), UTC)
    last = datetime.combine(last_day, time(), UTC)
    end = last + timedelta(days=1) if last_day < date.max else datetime.max.replace(tzinfo=UTC)
    for incident in incidents:
        if incident.start < end and incident.end > start:
            yield Incident(
                start=max(incident.start, start),
                end=min(incident.end, end),
                weight=incident.weight,
                title=incident.title,
            )

"""What histories of incidents say: unavailability, outages a year, their length (method 3.1)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import log, sqrt

from msgspec import Struct

from multillm_gov.evidence.incident import Incident, IncidentFile, PlacedIncidents
from multillm_gov.measures.intervals import gamma_interval
from multillm_gov.risk.system.priors import HOURS_PER_YEAR

FEW = 30
"""Outages below which the interval is too narrow."""


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
        (incident for incident in incidents if incident.weight and incident.end > incident.start),
        key=lambda each: (each.start, each.end),
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
        [(incident.start, 1, incident.weight) for incident in block]
        + [(incident.end, -1, incident.weight) for incident in block],
        key=lambda event: event[:2],
    )
    # Few weights occur, so the largest open one is found among them, not among all incidents.
    opened: dict[Decimal, int] = {}
    hours, before = 0.0, events[0][0]
    for moment, step, weight in events:
        largest = max((amount for amount, count in opened.items() if count), default=Decimal(0))
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


class IncidentFigures(Struct, frozen=True, kw_only=True):
    """Of one service over the days watched."""

    days: int
    sample_size: int
    """Outages, overlapping incidents counted once."""
    unavailability: float
    """Weighted hours down over hours watched (0..1): a partial outage counts by its weight."""
    low: float
    """Lower end of its 95% gamma interval of a weighted Poisson sum (Fay and Feuer 1997).

    With lognormal lengths (sigma 1.2) it holds the truth in 96% of samples of 100 outages, 94% of
    30, 84% of 5 (2,000 samples each): few outages seldom show the longest ones.
    """
    high: float
    """Upper end."""
    events_per_year: float
    mean_hours: float
    """Mean length from first report to close, not weighted; 0 without an outage."""
    mu: float | None
    """Mean log length in hours (lognormal, maximum likelihood); ``None`` below 2 outages."""
    sigma: float | None
    """Its standard deviation (maximum likelihood: over n)."""


def incident_figures(
    histories: Iterable[IncidentFile], as_of: date | None = None
) -> IncidentFigures | None:
    """Figures of one service from all its histories; days after ``as_of`` are not known yet.

    ``None`` where no day was watched. Of histories that overlap, a day and an outage in both count
    once.
    """
    spans: list[tuple[date, date]] = []
    incidents: list[Incident] = []
    for history in histories:
        last = history.last_day if as_of is None else min(history.last_day, as_of)
        if history.first_day <= last:
            spans.append((history.first_day, last))
            incidents.extend(clipped(history.incidents, history.first_day, last))
    if not spans:
        return None
    return _figures(_days(spans), incidents)


def _figures(days: int, incidents: list[Incident]) -> IncidentFigures:
    outages = merged(incidents)
    hours = 24.0 * days
    weighted = [outage.weighted_hours for outage in outages]
    lengths = [outage.hours for outage in outages]
    low, high = gamma_interval(weighted)
    mu, sigma = _lognormal(lengths)
    return IncidentFigures(
        days=days,
        sample_size=len(outages),
        unavailability=min(1.0, sum(weighted) / hours),
        low=low / hours,
        high=min(1.0, high / hours) if outages else 1.0,
        events_per_year=len(outages) * HOURS_PER_YEAR / hours,
        mean_hours=sum(lengths) / len(lengths) if lengths else 0.0,
        mu=mu,
        sigma=sigma,
    )


def _lognormal(lengths: list[float]) -> tuple[float | None, float | None]:
    if len(lengths) < 2:
        return None, None
    logs = [log(hours) for hours in lengths]
    mean = sum(logs) / len(logs)
    return mean, sqrt(sum((value - mean) ** 2 for value in logs) / len(logs))


def _days(spans: list[tuple[date, date]]) -> int:
    """Days in the union of spans, ends included."""
    total, reached = 0, date.min
    for first, last in sorted(spans):
        start = max(first, reached)
        if start <= last:
            total += (last - start).days + 1
            reached = last + timedelta(days=1) if last < date.max else date.max
    return total


def measured_services(
    incidents: Iterable[PlacedIncidents], as_of: date
) -> dict[tuple[str, str], IncidentFigures]:
    """Figures by level and entity, of every service with at least one outage in the time watched.

    A time without any outage says that they are rare, not that there are none: there the prior
    stays.
    """
    grouped: defaultdict[tuple[str, str], list[IncidentFile]] = defaultdict(list)
    for placed in incidents:
        grouped[placed.history.level, placed.history.entity].append(placed.history)
    incident_figures_by_key = {
        key: incident_figures(histories, as_of) for key, histories in sorted(grouped.items())
    }
    return {
        key: figures
        for key, figures in incident_figures_by_key.items()
        if figures is not None and figures.sample_size
    }

"""Status pages' ``/api/v2/incidents.json``: incidents and affected components.

Where updates say what became of the components, time counts by that, as the page itself counts it:
a major outage whole, a partial one by 30% (method 3.1), degraded performance not. Where they do
not, the whole incident counts by its
impact, on the cautious side: critical and major whole, minor by 30%, none not.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from multillm_gov.evidence.importing import IncidentExport, title_of
from multillm_gov.evidence.incident import Incident
from multillm_gov.units import Share

ENDINGS = (".json",)
_PARTIAL, _WHOLE = Share("0.3"), Share("1")
_OF_STATUS = {"partial_outage": _PARTIAL, "major_outage": _WHOLE}
_OF_IMPACT = {"minor": _PARTIAL, "major": _WHOLE, "critical": _WHOLE}

_Moment = Annotated[datetime, Meta(tz=True)]


class _Component(Struct):
    name: str = ""


class _Affected(Struct):
    name: str = ""
    new_status: str = ""


class _Update(Struct):
    created_at: _Moment
    display_at: _Moment | None = None
    affected_components: list[_Affected] | None = None


class _Incident(Struct):
    created_at: _Moment
    name: str = ""
    impact: str = "none"
    started_at: _Moment | None = None
    resolved_at: _Moment | None = None
    components: list[_Component] | None = None
    incident_updates: list[_Update] | None = None


class _Page(Struct):
    incidents: list[_Incident]


def read(data: bytes, components: frozenset[str]) -> IncidentExport:
    """Closed incidents of the page, without those of other components.

    Args:
        data: The export.
        components: Names as on the page; none: all of them.

    Raises:
        ValueError: not JSON, or not of that shape: the field is named.
    """
    try:
        page = msgspec.json.decode(data, type=_Page)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    incidents: list[Incident] = []
    left_out: list[str] = []
    for incident in page.incidents:
        title = title_of(incident.name)
        if incident.resolved_at is None:
            left_out.append(f"still open on {incident.created_at.date()}: {title}")
        elif _concerns(incident, components):
            incidents.extend(_stretches(incident, incident.resolved_at, components))
    return IncidentExport(incidents=tuple(incidents), left_out=tuple(left_out))


def _concerns(incident: _Incident, requested: frozenset[str]) -> bool:
    """Whether it affected the component; one that names no component affects all."""
    updates = incident.incident_updates or ()
    names = {component.name for component in incident.components or ()}
    names |= {
        affected_component.name
        for update in updates
        for affected_component in update.affected_components or ()
    }
    return not requested or not names or bool(names & requested)


def _stretches(incident: _Incident, end: datetime, requested: frozenset[str]) -> Iterator[Incident]:
    """The time between updates by the worst status then, else all of it by the impact."""
    start = min(incident.started_at or incident.created_at, end)
    title = title_of(incident.name)
    changes = sorted(
        (
            (update.display_at or update.created_at, update.affected_components)
            for update in incident.incident_updates or ()
            if update.affected_components
        ),
        key=lambda change: change[0],
    )
    if not changes:
        weight = _OF_IMPACT.get(incident.impact)
        if weight is not None:
            yield Incident(start=start, end=end, weight=weight, title=title)
        return
    statuses: dict[str, str] = {}
    before = start
    for position, (_, affected) in enumerate(changes):
        statuses.update(
            (one.name, one.new_status) for one in affected if not requested or one.name in requested
        )
        until = min(changes[position + 1][0], end) if position + 1 < len(changes) else end
        weight = max(
            (_OF_STATUS[status] for status in statuses.values() if status in _OF_STATUS),
            default=None,
        )
        if weight is not None and until > before:
            yield Incident(start=before, end=until, weight=weight, title=title)
        before = max(before, until)

"""``govern incidents``: outages from an export into the portfolio, and their figures."""

import re
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from multillm_gov.documents.decoding import MAX_BYTES
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.scalars import format_scalar
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import OutputError, SourceError, UsageError
from multillm_gov.evidence.importing import (
    IncidentExport,
    incident_format_of,
    read_export,
    title_of,
)
from multillm_gov.evidence.incident import Incident, IncidentFile, Watched, load_incidents
from multillm_gov.risk.system.incident_figures import (
    IncidentFigures,
    Outage,
    clipped,
    incident_figures,
    merged,
)
from multillm_gov.sources.given_file import read_given
from multillm_gov.sources.output import in_place, write_bytes
from multillm_gov.sources.root import split_paths
from multillm_gov.units import Share

FOLDER = "incidents"
_MODELINE = "# yaml-language-server: $schema=../.govern/schemas/incidents.schema.json"
_MILLIONTH = Decimal("0.000001")


class Service(Struct, frozen=True, kw_only=True):
    """Whose outages an export lists, and the observed period; default: first to last incident."""

    level: Watched
    entity: str
    first_day: date | None = None
    last_day: date | None = None
    components: frozenset[str] = frozenset()
    """Names on a status page; none: all of it."""


class ImportedIncidents(Struct, frozen=True, kw_only=True):
    """What an import wrote, and what it says."""

    path: str
    """Below the portfolio's root."""
    history: IncidentFile
    read: int
    """Incidents in the export."""
    figures: IncidentFigures
    left_out: tuple[str, ...]
    guessed: tuple[str, ...]
    """Ends of the time watched that nobody gave."""


def import_incidents(
    file: Path, service: Service, *, format_name: str = "", name: str = "", root: Path | None = None
) -> ImportedIncidents:
    """Read an export, merge overlaps, and write or replace a history in ``incidents/``.

    Args:
        file: The export.
        service: Whose it is.
        format_name: Empty: by the file's ending.
        name: Of the file to write, without ending; empty: the entity's.
        root: The portfolio's root, if it is not to be searched for.

    Raises:
        UsageError: no such format, no incident and no days, or a name that is no file name.
        SourceError: no portfolio, or an export that is not of its format.
        OutputError: the file may not be written, or lies behind a link.
    """
    top, _ = split_paths((), root)
    export = read_export(
        read_given(file), format_name or incident_format_of(file), service.components
    )
    history, guessed = _history(export, service, file.name)
    figures = incident_figures([history])
    if figures is None:
        raise SourceError("The observed period has no day", "Pass --from and --to.")
    path = f"{FOLDER}/{_stem(name or service.entity)}.yaml"
    _write(top, path, in_place(top, SourceFile(path, _yaml(history))).data)
    return ImportedIncidents(
        path=path,
        history=history,
        read=len(export.incidents),
        figures=figures,
        left_out=export.left_out,
        guessed=guessed,
    )


def _history(
    export: IncidentExport, service: Service, source: str
) -> tuple[IncidentFile, tuple[str, ...]]:
    days = [incident.start.astimezone(UTC).date() for incident in export.incidents]
    days += [incident.end.astimezone(UTC).date() for incident in export.incidents]
    if not days and None in (service.first_day, service.last_day):
        raise UsageError(
            "The export has no closed incident", "Pass the observed period: --from DATE --to DATE."
        )
    first = service.first_day or min(days)
    last = service.last_day or max(days)
    if last < first:
        raise UsageError(
            f"The observed period ends on {last}, before it begins on {first}",
            "Pass --from and --to.",
        )
    outages = merged(clipped(export.incidents, first, last))
    given = (("--from", service.first_day), ("--to", service.last_day))
    history = IncidentFile(
        level=service.level,
        entity=service.entity,
        first_day=first,
        last_day=last,
        source=title_of(source),
        incidents=tuple(_incident(outage) for outage in outages),
    )
    return history, tuple(option for option, day in given if day is None)


def _incident(outage: Outage) -> Incident:
    """One stretch with the weight that keeps its weighted time."""
    weight = Decimal(str(outage.weighted_hours / outage.hours)).quantize(_MILLIONTH)
    return Incident(
        start=outage.start.astimezone(UTC),
        end=outage.end.astimezone(UTC),
        weight=Share(min(weight, Decimal(1)).normalize()),
        title=outage.title,
    )


def _yaml(history: IncidentFile) -> bytes:
    lines = [
        _MODELINE,
        f"level: {history.level}",
        f"entity: {format_scalar(history.entity)}",
        f"first_day: {history.first_day}",
        f"last_day: {history.last_day}",
        f"source: {format_scalar(history.source)}",
        "incidents:" if history.incidents else "incidents: []",
    ]
    for incident in history.incidents:
        start, end = (
            moment.isoformat().replace("+00:00", "Z") for moment in (incident.start, incident.end)
        )
        title = f", title: {format_scalar(incident.title)}" if incident.title else ""
        lines.append(
            f"  - {{start: {format_scalar(start)}, end: {format_scalar(end)}, weight: "
            f"{incident.weight:f}{title}}}"
        )
    return ("\n".join(lines) + "\n").encode()


def _stem(name: str) -> str:
    """A file name that every system takes, and that leads nowhere else."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:100]
    if not stem:
        raise UsageError(
            f"`{title_of(name)}` cannot be used as a file name", "Choose one: --name NAME."
        )
    return stem.lower()


def _write(root: Path, path: str, data: bytes) -> None:
    """Nothing is written that could not be read again, and nothing through a link."""
    if len(data) > MAX_BYTES:
        raise OutputError(
            f"`{path}` would have {len(data) / 2**20:,.1f} MiB; at most {MAX_BYTES / 2**20:.0f} "
            "MiB are read",
            "Import each year separately, each with its own `--name`.",
        )
    document, flaws = read_document(SourceFile(path, data))
    histories, more = load_incidents({path: document} if document is not None else {})
    if flaws or more or not histories:
        reason = next((flaw.message for flaw in (*flaws, *more)), "it is empty")
        raise SourceError(f"The history would be invalid: {reason}", "Correct the export.")
    folder = root / FOLDER
    if folder.is_symlink():
        raise OutputError(
            f"`{folder}` is a symbolic link; govern does not write through links",
            "Replace it with a folder.",
        )
    write_bytes(root / path, data)

"""Reading an export of incidents in one of the formats that are there."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from multillm_gov.errors import SourceError
from multillm_gov.evidence.incident import Incident
from multillm_gov.plugins import load_plugin, plugin_for_file, plugin_names

MOST_INCIDENTS = 100_000
_FORMATS = "multillm_gov.evidence.incident_formats"
LONGEST_TITLE = 500
FIRST_YEAR, LAST_YEAR = 1970, 2999


class IncidentExport(Struct, frozen=True, kw_only=True):
    """What an export holds."""

    incidents: tuple[Incident, ...]
    left_out: tuple[str, ...] = ()
    """Why something in it counts for nothing, one line each."""


Read = Callable[[bytes, frozenset[str]], IncidentExport]
"""``read`` of a format: the bytes, and the components of the requested service (none: all of it).

Raises ``ValueError`` with the place of the fault.
"""


def incident_formats() -> tuple[str, ...]:
    """Names of all formats, sorted; none of them is imported."""
    return plugin_names(_FORMATS)


def incident_format_of(file: Path) -> str:
    """The format that a file's ending means.

    Raises:
        UsageError: no format has that ending.
    """
    return plugin_for_file(_FORMATS, file, "--format")


def read_export(
    data: bytes, format_name: str, components: frozenset[str] = frozenset()
) -> IncidentExport:
    """Incidents of an export; only the module of its format is imported.

    Raises:
        UsageError: there is no such format.
        SourceError: the export is not of that format, with the row and column or the field of the
            fault.
    """
    read: Read = load_plugin(_FORMATS, format_name, "format").read
    try:
        export = read(data, components)
    except ValueError as error:
        raise SourceError(
            f"The export cannot be read as {format_name}: {error}",
            "Correct the export, or name its format with `--format`.",
        ) from error
    if len(export.incidents) > MOST_INCIDENTS:
        raise SourceError(
            f"The export has more than {MOST_INCIDENTS:,} incidents", "Import it in several files."
        )
    strange = next(
        (
            incident
            for incident in export.incidents
            if incident.start.year < FIRST_YEAR or incident.end.year > LAST_YEAR
        ),
        None,
    )
    if strange is not None:
        raise SourceError(
            f"An incident lasts from {strange.start.isoformat()} to {strange.end.isoformat()}",
            f"Correct its times: they must lie in the years {FIRST_YEAR} to {LAST_YEAR}.",
        )
    return export


def title_of(text: str) -> str:
    """A title as one visible line of bounded length."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(line.split())[:LONGEST_TITLE]

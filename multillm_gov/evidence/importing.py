"""Reading an export of incidents in one of the formats that are there."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

from msgspec import Struct

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.evidence import incident_formats
from multillm_gov.evidence.incident import Incident

MOST_INCIDENTS = 100_000
LONGEST_TITLE = 500
FIRST_YEAR, LAST_YEAR = 1970, 2999


class Export(Struct, frozen=True, kw_only=True):
    """What an export holds."""

    incidents: tuple[Incident, ...]
    left_out: tuple[str, ...] = ()
    """Why something in it counts for nothing, one line each."""


Read = Callable[[bytes, frozenset[str]], Export]
"""``read`` of a format: the bytes, and the components of the service asked for (none: all of it).

Raises ``ValueError`` with the place of the fault.
"""


@cache
def incident_formats_known() -> tuple[str, ...]:
    """Names of all formats, in order, read from file names alone."""
    names = {
        file.stem for folder in incident_formats.__path__ for file in Path(folder).glob("*.py")
    }
    return tuple(sorted(names - {"__init__"}))


def read_export(data: bytes, format_name: str, components: frozenset[str] = frozenset()) -> Export:
    """Incidents of an export; only the module of its format is imported.

    Raises:
        UsageError: there is no such format.
        SourceError: the export is not of that format, with the row and column or the field of the
            fault.
    """
    if format_name not in incident_formats_known():
        raise UsageError(
            f"There is no format `{format_name}`",
            f"Use one of: {', '.join(incident_formats_known())}.",
        )
    read: Read = import_module(f"{incident_formats.__name__}.{format_name}").read
    try:
        export = read(data, components)
    except ValueError as error:
        raise SourceError(
            f"The export cannot be read as {format_name}: {error}",
            "Mend the export, or name its `--format`.",
        ) from error
    if len(export.incidents) > MOST_INCIDENTS:
        raise SourceError(
            f"The export has more than {MOST_INCIDENTS:,} incidents", "Import it in several files."
        )
    strange = next(
        (
            one
            for one in export.incidents
            if one.start.year < FIRST_YEAR or one.end.year > LAST_YEAR
        ),
        None,
    )
    if strange is not None:
        raise SourceError(
            f"An incident lasts from {strange.start.isoformat()} to {strange.end.isoformat()}",
            f"Mend its times: they lie in the years {FIRST_YEAR} to {LAST_YEAR}.",
        )
    return export


def title_of(text: str) -> str:
    """A title as one visible line of bounded length."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(line.split())[:LONGEST_TITLE]

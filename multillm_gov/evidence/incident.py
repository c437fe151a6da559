"""Outages of one service over an observed period: the source of measured unavailability."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert
from multillm_gov.finding import Flaw
from multillm_gov.location import Place
from multillm_gov.units import Share

Watched = Literal["gateway", "dependency", "vendor", "cloud", "provider"]
"""Kinds of services whose outages can be measured."""


class Incident(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One outage, from its first report to its close."""

    start: Annotated[datetime, Meta(tz=True, description="First report, with its time zone")]
    end: Annotated[datetime, Meta(tz=True, description="Close, with its time zone")]
    weight: Annotated[
        Share,
        Meta(
            description="Share of the service that was down: 1 for a major outage, 0.3 for a "
            "partial one"
        ),
    ] = field(default_factory=partial(Share, "1"))
    title: Annotated[str, Meta(max_length=500, description="What happened, in words")] = ""

    def __post_init__(self) -> None:
        """Refuse an incident that ends before it starts."""
        if self.end < self.start:
            raise ValueError(f"Expected `end` not before `start`, got {self.end} and {self.start}")


class IncidentFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file below ``incidents/``: what was seen of one service."""

    level: Annotated[Watched, Meta(description="Kind of component")]
    entity: Annotated[
        str, Meta(min_length=1, max_length=200, description="Its name, as `govern graph` shows it")
    ]
    first_day: Annotated[date, Meta(description="First day watched")]
    last_day: Annotated[date, Meta(description="Last day watched")]
    source: Annotated[str, Meta(max_length=500, description="Where the incidents are from")] = ""
    incidents: Annotated[tuple[Incident, ...], Meta(description="The outages")] = ()

    def __post_init__(self) -> None:
        """Refuse a time watched that ends before it starts."""
        if self.last_day < self.first_day:
            raise ValueError(
                f"Expected `last_day` not before `first_day`, got {self.last_day} and "
                f"{self.first_day}"
            )


class PlacedIncidents(Struct, frozen=True, kw_only=True):
    """A history and the file it is written in."""

    history: IncidentFile
    place: Place


def load_incidents(
    documents: dict[str, Document],
) -> tuple[tuple[PlacedIncidents, ...], tuple[Flaw, ...]]:
    """Load every history that is sound, ordered by path; the others are located flaws."""
    flaws: list[Flaw] = []
    histories: list[PlacedIncidents] = []
    for path in sorted(documents):
        if kind_of(path) == "incidents":
            history, matching_flaws = convert(documents[path], (), IncidentFile)
            flaws.extend(matching_flaws)
            if history is not None:
                histories.append(PlacedIncidents(history=history, place=Place(path)))
    return tuple(histories), tuple(flaws)

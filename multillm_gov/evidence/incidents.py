"""From documents to incident histories."""

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert
from multillm_gov.evidence.incident import IncidentFile, PlacedIncidents
from multillm_gov.finding import Flaw
from multillm_gov.location import Place


def load_incidents(
    documents: dict[str, Document],
) -> tuple[tuple[PlacedIncidents, ...], tuple[Flaw, ...]]:
    """Load every history that is sound, ordered by path; the others are located flaws."""
    flaws: list[Flaw] = []
    histories: list[PlacedIncidents] = []
    for path in sorted(documents):
        if kind_of(path) == "incidents":
            history, found = convert(documents[path], (), IncidentFile)
            flaws.extend(found)
            if history is not None:
                histories.append(PlacedIncidents(history=history, place=Place(path)))
    return tuple(histories), tuple(flaws)

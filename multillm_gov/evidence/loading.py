"""From documents to evidence records by task class and model."""

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert
from multillm_gov.evidence.record import EvidenceFile, EvidenceRecord, PlacedRecord
from multillm_gov.finding import Flaw
from multillm_gov.location import Place

Evidence = dict[tuple[str, str], tuple[PlacedRecord, ...]]
"""Records by task class and model, newest first."""


def load_evidence(documents: dict[str, Document]) -> tuple[Evidence, tuple[Flaw, ...]]:
    """Load every record that is sound; the others are located flaws."""
    flaws: list[Flaw] = []
    records: list[PlacedRecord] = []
    for path in sorted(documents):
        if kind_of(path) == "evidence":
            records.extend(_records(documents[path], flaws))
    records.sort(key=lambda placed: (placed.record.date, placed.record.sample_size), reverse=True)
    grouped: dict[tuple[str, str], list[PlacedRecord]] = {}
    for placed in records:
        grouped.setdefault((placed.record.task_class, placed.record.model), []).append(placed)
    return {key: tuple(group) for key, group in grouped.items()}, tuple(flaws)


def _records(document: Document, flaws: list[Flaw]) -> list[PlacedRecord]:
    file, found = convert(document, (), EvidenceFile)
    flaws.extend(found)
    if file is not None:
        sound: list[tuple[int, EvidenceRecord | None]] = list(enumerate(file.records))
    else:
        written = document.data.get("records") if isinstance(document.data, dict) else None
        count = len(written) if isinstance(written, list) else 0
        sound = [
            (index, convert(document, ("records", index), EvidenceRecord, explain=False)[0]) for index in range(count)
        ]
    return [
        PlacedRecord(record=record, place=Place(document.path, ("records", index)))
        for index, record in sound
        if record is not None
    ]

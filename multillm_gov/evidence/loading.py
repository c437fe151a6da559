"""From documents to evidence records by task class and model."""

from collections.abc import Iterator
from typing import Any

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert, sound_entries
from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.record import (
    EvidenceFile,
    EvidenceRecord,
    PlacedDrill,
    PlacedProbe,
    PlacedRecord,
    ProbeRecord,
)
from multillm_gov.finding import Flaw
from multillm_gov.location import Place

Evidence = dict[tuple[str, str], tuple[PlacedRecord, ...]]
"""Records by task class and model, newest first."""
Drills = dict[str, tuple[PlacedDrill, ...]]
"""Failover drills by task class, newest first."""
Probes = dict[tuple[str, str], tuple[PlacedProbe, ...]]
"""Probes by task class and model, newest first."""


def load_evidence(
    documents: dict[str, Document],
) -> tuple[tuple[Evidence, Drills, Probes], tuple[Flaw, ...]]:
    """Load every record, drill and probe that is sound; the others are located flaws."""
    flaws: list[Flaw] = []
    records: list[PlacedRecord] = []
    drills: list[PlacedDrill] = []
    probes: list[PlacedProbe] = []
    for path in sorted(documents):
        if kind_of(path) == "evidence":
            file, found = convert(documents[path], (), EvidenceFile)
            flaws.extend(found)
            records.extend(
                PlacedRecord(record=record, place=Place(path, ("records", index)))
                for index, record in _items(documents[path], "records", EvidenceRecord, file)
            )
            drills.extend(
                PlacedDrill(drill=drill, place=Place(path, ("drills", index)))
                for index, drill in _items(documents[path], "drills", DrillRecord, file)
            )
            probes.extend(
                PlacedProbe(probe=probe, place=Place(path, ("probes", index)))
                for index, probe in _items(documents[path], "probes", ProbeRecord, file)
            )
    records.sort(key=lambda placed: (placed.record.date, placed.record.sample_size), reverse=True)
    grouped: dict[tuple[str, str], list[PlacedRecord]] = {}
    for placed in records:
        grouped.setdefault((placed.record.task_class, placed.record.model), []).append(placed)
    drills.sort(key=lambda placed: placed.drill.date, reverse=True)
    held: dict[str, list[PlacedDrill]] = {}
    for placed_drill in drills:
        held.setdefault(placed_drill.drill.task_class, []).append(placed_drill)
    probes.sort(key=lambda placed: placed.probe.date, reverse=True)
    probed: dict[tuple[str, str], list[PlacedProbe]] = {}
    for placed_probe in probes:
        probed.setdefault((placed_probe.probe.task_class, placed_probe.probe.model), []).append(
            placed_probe
        )
    loaded = (
        {key: tuple(group) for key, group in grouped.items()},
        {task: tuple(group) for task, group in held.items()},
        {key: tuple(group) for key, group in probed.items()},
    )
    return loaded, tuple(flaws)


def _items(
    document: Document, key: str, kind: type[Any], file: EvidenceFile | None
) -> Iterator[tuple[int, Any]]:
    if file is not None:
        yield from enumerate(getattr(file, key))
        return
    yield from sound_entries(document, key, kind)

"""From documents to evidence records by task class and model."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, TypeVar

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

_Placed = TypeVar("_Placed")
_Key = TypeVar("_Key", bound=Hashable)

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
            file, matching_flaws = convert(documents[path], (), EvidenceFile)
            flaws.extend(matching_flaws)
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
    drills.sort(key=lambda placed: placed.drill.date, reverse=True)
    probes.sort(key=lambda placed: placed.probe.date, reverse=True)
    loaded = (
        _grouped(records, lambda placed: (placed.record.task_class, placed.record.model)),
        _grouped(drills, lambda placed: placed.drill.task_class),
        _grouped(probes, lambda placed: (placed.probe.task_class, placed.probe.model)),
    )
    return loaded, tuple(flaws)


def _grouped(
    placed: Iterable[_Placed], key: Callable[[_Placed], _Key]
) -> dict[_Key, tuple[_Placed, ...]]:
    groups: dict[_Key, list[_Placed]] = {}
    for item in placed:
        groups.setdefault(key(item), []).append(item)
    return {name: tuple(group) for name, group in groups.items()}


def _items(
    document: Document, key: str, kind: type[Any], file: EvidenceFile | None
) -> Iterator[tuple[int, Any]]:
    if file is not None:
        yield from enumerate(getattr(file, key))
        return
    yield from sound_entries(document, key, kind)

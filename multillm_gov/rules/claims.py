"""Which benchmark results speak for a model in a task class."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.rule import Case


class Claim(Struct, frozen=True, kw_only=True):
    """A model that a task class with a quality floor may call, and what was measured of it there."""

    task: TaskFigures
    model: str
    role: str
    """``model`` for a routed one, ``fallback``."""
    place: Place
    records: tuple[PlacedRecord, ...]
    """Newest first, of any origin, none later than the day judged."""

    @property
    def internal(self) -> PlacedRecord | None:
        """The newest result of the organization's own cases."""
        return next((placed for placed in self.records if placed.record.origin == "internal"), None)


def claims(case: Case, *, fallbacks: bool) -> Iterator[Claim]:
    """One claim per model of every task class that declares a quality floor."""
    for task in case.tasks:
        if task.task.declared.quality is None:
            continue
        name, place = task.task.name, task.task.place
        for leg in task.legs:
            records = _until(case.evidence.get((name, leg.model), ()), case.as_of)
            where = place.at("route", leg.index, "model")
            yield Claim(task=task, model=leg.model, role="model", place=where, records=records)
        for fallback in task.fallbacks if fallbacks else ():
            records = _until(case.evidence.get((name, fallback.model), ()), case.as_of)
            where = place.at("fallbacks", fallback.index)
            yield Claim(task=task, model=fallback.model, role="fallback", place=where, records=records)


def _until(records: tuple[PlacedRecord, ...], day: date) -> tuple[PlacedRecord, ...]:
    return tuple(placed for placed in records if placed.record.date <= day)

"""Which benchmark results speak for a model in a task class with a quality floor."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures
from multillm_gov.rules.rule import Case, Use


class Claim(Struct, frozen=True):
    """A model that a task class with a quality floor may call, and what was measured of it there."""

    task: TaskFigures
    part: LegFigures | FallbackFigures
    floor: Decimal
    records: tuple[PlacedRecord, ...]
    """Newest first, of any origin and any day."""

    def internal(self, day: date) -> PlacedRecord | None:
        """The newest result of the organization's own cases up to a day."""
        for placed in self.records:
            if placed.record.date <= day and placed.record.origin == "internal":
                return placed
        return None

    def use(self) -> Use:
        """Where the task class names the model."""
        place = self.task.task.place
        if isinstance(self.part, LegFigures):
            return Use(self.task, self.part, place.at("route", self.part.index, "model"))
        return Use(self.task, self.part, place.at("fallbacks", self.part.index))


def claims(case: Case, *, fallbacks: bool) -> Iterator[Claim]:
    """One claim per model of every task class that declares a quality floor."""
    evidence = case.evidence
    for task in case.tasks:
        quality = task.task.declared.quality
        if quality is None:
            continue
        name, floor = task.task.name, quality.floor
        for leg in task.legs:
            yield Claim(task, leg, floor, evidence.get((name, leg.model), ()))
        if fallbacks:
            for fallback in task.fallbacks:
                yield Claim(task, fallback, floor, evidence.get((name, fallback.model), ()))


def spell_part(use: Use) -> str:
    """``model`` for a routed one, ``fallback``."""
    return "model" if use.role == "route" else "fallback"

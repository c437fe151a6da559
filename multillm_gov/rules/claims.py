"""Which benchmark results speak for a model in a task class."""

from collections.abc import Iterator

from msgspec import Struct

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures
from multillm_gov.rules.rule import Case, Use
from multillm_gov.rules.spelling import code
from multillm_gov.units import spell_money


class Claim(Struct, frozen=True):
    """A model that a task class may call, and what was measured of it there."""

    task: TaskFigures
    part: LegFigures | FallbackFigures
    records: tuple[PlacedRecord, ...]
    """Newest first, of any origin and any day."""

    def internal(self, case: Case, telling: str = "") -> PlacedRecord | None:
        """The newest result of the organization's own cases up to today; of those that tell one field, if named."""
        return _remembered(case, (self.task.task.name, self.part.model, telling), self.records)

    def use(self) -> Use:
        """Where the task class names the model."""
        place = self.task.task.place
        if isinstance(self.part, LegFigures):
            return Use(self.task, self.part, place.at("route", self.part.index, "model"))
        return Use(self.task, self.part, place.at("fallbacks", self.part.index))

    @property
    def role(self) -> str:
        """``model`` for a routed one, ``fallback``."""
        return "model" if isinstance(self.part, LegFigures) else "fallback"

    def spell(self) -> str:
        """``fallback `x` of `triage```."""
        return f"{self.role} {code(self.part.model)} of {code(self.task.task.name)}"

    @property
    def distinction(self) -> str:
        """Tells two models of one task class apart."""
        return f"{'route' if self.role == 'model' else 'fallback'}: {self.part.model}"


def parts(task: TaskFigures, *, fallbacks: bool) -> tuple[LegFigures | FallbackFigures, ...]:
    """Every place where a task class names a model, routed ones first."""
    return (*task.legs, *task.fallbacks) if fallbacks else task.legs


def claims(case: Case, *, fallbacks: bool) -> Iterator[Claim]:
    """One claim per model of every task class that declares a quality floor."""
    evidence = case.evidence
    for task in case.tasks:
        if task.task.declared.quality is not None:
            for part in parts(task, fallbacks=fallbacks):
                yield Claim(task, part, evidence.get((task.task.name, part.model), ()))


def measured(case: Case, *, fallbacks: bool, telling: str = "") -> Iterator[tuple[Claim, PlacedRecord]]:
    """The models that have an internal result up to today, floor or not, with the newest; no evidence costs nothing.

    ``telling`` names a field of the record: results that do not tell it are passed over.
    """
    evidence = case.evidence
    if not evidence:
        return
    for task in case.tasks:
        name = task.task.name
        for part in parts(task, fallbacks=fallbacks):
            records = evidence.get((name, part.model))
            if records is not None:
                claim = Claim(task, part, records)
                newest = claim.internal(case, telling)
                if newest is not None:
                    yield claim, newest


def _remembered(case: Case, key: tuple[str, str, str], records: tuple[PlacedRecord, ...]) -> PlacedRecord | None:
    """Looked for once in a judgment, however many rules, policies and places ask."""
    memo: dict[tuple[str, str, str], PlacedRecord | None] = case.memo.setdefault("newest internal result", {})
    if key not in memo:
        telling = key[2]
        own = (
            placed
            for placed in records
            if placed.record.date <= case.as_of
            and placed.record.origin == "internal"
            and (not telling or getattr(placed.record, telling) is not None)
        )
        memo[key] = next(own, None)
    return memo[key]


def origins(case: Case, claim: Claim) -> tuple[str, ...]:
    """Who has measured the model up to today, in alphabetical order; looked up once in a judgment."""
    memo: dict[tuple[str, str], tuple[str, ...]] = case.memo.setdefault("origins of results", {})
    key = (claim.task.task.name, claim.part.model)
    if key not in memo:
        found = {placed.record.origin for placed in claim.records if placed.record.date <= case.as_of}
        memo[key] = tuple(sorted(found))
    return memo[key]


def relied_upon(case: Case, *, fallbacks: bool) -> Iterator[tuple[Claim, PlacedRecord]]:
    """The measured models of task classes with a quality floor."""
    for claim, newest in measured(case, fallbacks=fallbacks):
        if claim.task.task.declared.quality is not None:
            yield claim, newest


def spell_stake(case: Case, task: TaskFigures, before: str) -> str:
    """``before`` and the task class's value at stake a month; empty where none is declared."""
    value = task.value_at_stake_per_month
    return f"{before}{spell_money(value, case.figures.currency)} a month at stake" if value else ""

"""Which waiver covers which violation, and what became of each."""

from collections import defaultdict
from datetime import date
from typing import Literal

from msgspec import Struct

from multillm_gov.documents.document import Document, locate
from multillm_gov.finding import Waived
from multillm_gov.portfolio.policy import PlacedWaiver

State = Literal["in force", "expired", "void", "idle"]
_Key = tuple[str, str]


class WaiverOutcome(Struct, frozen=True, kw_only=True):
    """What became of one waiver."""

    waiver: PlacedWaiver
    state: State
    """``void``: it names something that cannot be waived; ``idle``: no finding is what it names."""
    matched: int
    """Violations that it names, whether or not it covers them."""


class WaiverLedger:
    """Answers for each violation whether a waiver covers it, and keeps count for the outcomes.

    An answer takes constant time, however many waivers name one subject.
    """

    def __init__(self, waivers: tuple[PlacedWaiver, ...], documents: dict[str, Document], as_of: date) -> None:
        self._waivers = waivers
        self._documents = documents
        self._as_of = as_of
        self._matched: defaultdict[_Key, int] = defaultdict(int)
        self._void: set[_Key] = set()
        self._in_force: dict[_Key, int | None] = {}
        for number, waiver in enumerate(waivers):
            key = _key(waiver)
            self._in_force.setdefault(key, None)
            if self._in_force[key] is None and waiver.declared.expires >= as_of:
                self._in_force[key] = number

    def cover(self, names: tuple[str, ...], subject: str, *, waivable: bool) -> Waived | None:
        """The first waiver in force that names one of ``names`` (policy, rule id, rule name) and the subject."""
        if not self._in_force:
            return None
        covering: list[int] = []
        for name in names:
            key = (name, subject)
            if key not in self._in_force:
                continue
            self._matched[key] += 1
            number = self._in_force[key]
            if not waivable:
                self._void.add(key)
            elif number is not None:
                covering.append(number)
        return self._waived(self._waivers[min(covering)]) if covering else None

    def outcomes(self) -> tuple[WaiverOutcome, ...]:
        """One outcome per waiver, in the order written."""
        return tuple(
            WaiverOutcome(waiver=waiver, state=self._state(waiver), matched=self._matched.get(_key(waiver), 0))
            for waiver in self._waivers
        )

    def _state(self, waiver: PlacedWaiver) -> State:
        key = _key(waiver)
        if waiver.declared.expires < self._as_of:
            return "expired"
        if key in self._void:
            return "void"
        return "in force" if key in self._matched else "idle"

    def _waived(self, waiver: PlacedWaiver) -> Waived:
        declared = waiver.declared
        return Waived(
            reason=declared.reason,
            approved_by=declared.approved_by,
            expires=declared.expires.isoformat(),
            location=locate(waiver.place, self._documents),
            ticket=declared.ticket,
        )


def _key(waiver: PlacedWaiver) -> _Key:
    return waiver.declared.policy, waiver.declared.subject

"""Which waiver covers which violation, and what became of each."""

from collections import defaultdict
from datetime import date
from typing import Literal

from msgspec import Struct

from multillm_gov.documents.document import Document, locate
from multillm_gov.finding import Waived
from multillm_gov.portfolio.policy import PlacedWaiver

State = Literal["in force", "expired", "void", "idle"]


class WaiverOutcome(Struct, frozen=True, kw_only=True):
    """What became of one waiver."""

    waiver: PlacedWaiver
    state: State
    """``void``: it names something that cannot be waived; ``idle``: no finding is what it names."""
    matched: int
    """Violations that it names, whether or not it covers them."""


class WaiverLedger:
    """Answers for each violation whether a waiver covers it, and keeps count for the outcomes."""

    def __init__(self, waivers: tuple[PlacedWaiver, ...], documents: dict[str, Document], as_of: date) -> None:
        self._waivers = waivers
        self._documents = documents
        self._as_of = as_of
        self._matched = [0] * len(waivers)
        self._void = [False] * len(waivers)
        self._index: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for number, waiver in enumerate(waivers):
            self._index[waiver.declared.policy, waiver.declared.subject].append(number)

    def cover(self, names: tuple[str, ...], subject: str, *, waivable: bool) -> Waived | None:
        """The first waiver in force that names one of ``names`` (policy, rule id, rule name) and the subject."""
        if not self._index:
            return None
        numbers = sorted({number for name in names for number in self._index.get((name, subject), ())})
        covering: Waived | None = None
        for number in numbers:
            self._matched[number] += 1
            if not waivable:
                self._void[number] = True
            elif covering is None and self._waivers[number].declared.expires >= self._as_of:
                covering = self._waived(self._waivers[number])
        return covering

    def outcomes(self) -> tuple[WaiverOutcome, ...]:
        """One outcome per waiver, in the order written."""
        return tuple(
            WaiverOutcome(waiver=waiver, state=self._state(number), matched=self._matched[number])
            for number, waiver in enumerate(self._waivers)
        )

    def _state(self, number: int) -> State:
        if self._waivers[number].declared.expires < self._as_of:
            return "expired"
        if self._void[number]:
            return "void"
        return "in force" if self._matched[number] else "idle"

    def _waived(self, waiver: PlacedWaiver) -> Waived:
        declared = waiver.declared
        return Waived(
            reason=declared.reason,
            approved_by=declared.approved_by,
            expires=declared.expires.isoformat(),
            location=locate(waiver.place, self._documents),
            ticket=declared.ticket,
        )

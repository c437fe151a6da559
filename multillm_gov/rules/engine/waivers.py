"""Which waiver covers which violation, and what became of each."""

from collections import defaultdict
from datetime import date
from typing import Literal

from msgspec import Struct

from multillm_gov.documents.document import Document, locate
from multillm_gov.finding import Severity, Waived
from multillm_gov.location import Location
from multillm_gov.portfolio.policy import PlacedWaiver

OutcomeState = Literal["in force", "expired", "void", "unapproved", "too new", "idle"]
_Key = tuple[str, str]


class WaiverOutcome(Struct, frozen=True, kw_only=True):
    """What became of one waiver."""

    waiver: PlacedWaiver
    state: OutcomeState
    """``void``: not waivable; ``unapproved``: not by its approver; ``idle``: no such finding.

    ``too new``: from the rule about loosening, and written in the change that is judged.
    """
    matched: int
    """Violations that it names, whether or not it covers them."""
    covered: int = 0
    """Violations that it excepts."""
    heaviest: Severity | None = None
    """Of what it excepts; ``None``: it excepts nothing."""
    approvers: tuple[str, ...] = ()
    """Of an unapproved one: who may waive all that it names, sorted; possibly nobody."""


class WaiverLedger:
    """Answers for each violation whether a waiver covers it, and keeps count for the outcomes.

    An answer takes no longer, however many waivers name one subject; a policy's approvers are few.
    """

    def __init__(
        self,
        waivers: tuple[PlacedWaiver, ...],
        documents: dict[str, Document],
        as_of: date,
        base: tuple[PlacedWaiver, ...] | None = None,
    ) -> None:
        granted = {waiver.declared for waiver in base} if base is not None else None
        self._too_new = frozenset(
            number
            for number, waiver in enumerate(waivers)
            if granted is not None and waiver.declared not in granted
        )
        self._blocked: set[_Key] = set()
        self._waivers = waivers
        self._documents = documents
        self._as_of = as_of
        self._matched: defaultdict[_Key, int] = defaultdict(int)
        self._void: set[_Key] = set()
        self._permitted: dict[_Key, frozenset[str]] = {}
        self._excepted: dict[Location, tuple[int, Severity]] = {}
        """By place of the waiver: how many violations it excepts, and the gravest of them."""
        self._in_force: dict[_Key, dict[str, int]] = {}
        """The first waiver in force of each approver, the very first of all first."""
        self._in_force_before: dict[_Key, dict[str, int]] = {}
        """The same of those that the base has, too."""
        for number, waiver in enumerate(waivers):
            for index in (self._in_force, self._in_force_before):
                by_approver = index.setdefault(_key(waiver), {})
                new = index is self._in_force_before and number in self._too_new
                if waiver.declared.expires >= as_of and not new:
                    by_approver.setdefault(waiver.declared.approved_by, number)

    def cover(
        self,
        names: tuple[str, ...],
        subject: str,
        *,
        waivable: bool,
        approvers: tuple[str, ...] = (),
        beforehand: bool = False,
    ) -> Waived | None:
        """The first waiver in force of a policy or rule and the subject.

        Where the policy names approvers, only a waiver by one of them is in force; ``beforehand``:
        only one that the base has, too.
        """
        if not self._in_force:
            return None
        covering: list[int] = []
        for name in names:
            key = (name, subject)
            by_approver = self._in_force.get(key)
            if by_approver is None:
                continue
            self._matched[key] += 1
            if beforehand:
                self._blocked.add(key)
                by_approver = self._in_force_before[key]
            if not waivable:
                self._void.add(key)
            elif not approvers:
                covering.extend(list(by_approver.values())[:1])
            else:
                permitted = self._permitted.get(key)
                self._permitted[key] = (
                    frozenset(approvers) if permitted is None else permitted & frozenset(approvers)
                )
                covering.extend(
                    by_approver[approver] for approver in approvers if approver in by_approver
                )
        return self._waived(self._waivers[min(covering)]) if covering else None

    def count(self, waived: Waived, severity: Severity) -> None:
        """Note that a waiver excepts one violation of a severity."""
        known, heaviest = self._excepted.get(waived.location, (0, severity))
        self._excepted[waived.location] = known + 1, max(heaviest, severity)

    def outcomes(self) -> tuple[WaiverOutcome, ...]:
        """One outcome per waiver, in the order written."""
        return tuple(self._outcome(*numbered) for numbered in enumerate(self._waivers))

    def _outcome(self, number: int, waiver: PlacedWaiver) -> WaiverOutcome:
        state = self._state(number, waiver)
        permitted = self._permitted[_key(waiver)] if state == "unapproved" else ()
        matched = self._matched.get(_key(waiver), 0)
        place = locate(waiver.place, self._documents) if self._excepted else None
        covered, heaviest = self._excepted.get(place, (0, None)) if place else (0, None)
        return WaiverOutcome(
            waiver=waiver,
            state=state,
            matched=matched,
            covered=covered,
            heaviest=heaviest,
            approvers=tuple(sorted(permitted)),
        )

    def _state(self, number: int, waiver: PlacedWaiver) -> OutcomeState:
        key = _key(waiver)
        if waiver.declared.expires < self._as_of:
            return "expired"
        if key in self._void:
            return "void"
        if key in self._permitted and waiver.declared.approved_by not in self._permitted[key]:
            return "unapproved"
        if number in self._too_new and key in self._blocked:
            return "too new"
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

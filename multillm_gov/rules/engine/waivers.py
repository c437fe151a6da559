"""Which waiver covers which violation, and what became of each."""

from collections import defaultdict
from datetime import date
from typing import Literal

from msgspec import Struct

from multillm_gov.documents.document import Document, locate
from multillm_gov.finding import Waived
from multillm_gov.portfolio.policy import PlacedWaiver

State = Literal["in force", "expired", "void", "unapproved", "idle"]
_Key = tuple[str, str]


class WaiverOutcome(Struct, frozen=True, kw_only=True):
    """What became of one waiver."""

    waiver: PlacedWaiver
    state: State
    """``void``: not waivable; ``unapproved``: not by its approver; ``idle``: no such finding."""
    matched: int
    """Violations that it names, whether or not it covers them."""
    approvers: tuple[str, ...] = ()
    """Of an unapproved one: who may waive all that it names, sorted; possibly nobody."""


class WaiverLedger:
    """Answers for each violation whether a waiver covers it, and keeps count for the outcomes.

    An answer takes no longer, however many waivers name one subject; a policy's approvers are few.
    """

    def __init__(
        self, waivers: tuple[PlacedWaiver, ...], documents: dict[str, Document], as_of: date
    ) -> None:
        self._waivers = waivers
        self._documents = documents
        self._as_of = as_of
        self._matched: defaultdict[_Key, int] = defaultdict(int)
        self._void: set[_Key] = set()
        self._permitted: dict[_Key, frozenset[str]] = {}
        self._in_force: dict[_Key, dict[str, int]] = {}
        """The first waiver in force of each approver, the very first of all first."""
        for number, waiver in enumerate(waivers):
            by_approver = self._in_force.setdefault(_key(waiver), {})
            if waiver.declared.expires >= as_of:
                by_approver.setdefault(waiver.declared.approved_by, number)

    def cover(
        self,
        names: tuple[str, ...],
        subject: str,
        *,
        waivable: bool,
        approvers: tuple[str, ...] = (),
    ) -> Waived | None:
        """The first waiver in force of a policy or rule and the subject.

        Where the policy names approvers, only a waiver by one of them is in force.
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

    def outcomes(self) -> tuple[WaiverOutcome, ...]:
        """One outcome per waiver, in the order written."""
        return tuple(self._outcome(waiver) for waiver in self._waivers)

    def _outcome(self, waiver: PlacedWaiver) -> WaiverOutcome:
        state = self._state(waiver)
        permitted = self._permitted[_key(waiver)] if state == "unapproved" else ()
        matched = self._matched.get(_key(waiver), 0)
        return WaiverOutcome(
            waiver=waiver, state=state, matched=matched, approvers=tuple(sorted(permitted))
        )

    def _state(self, waiver: PlacedWaiver) -> State:
        key = _key(waiver)
        if waiver.declared.expires < self._as_of:
            return "expired"
        if key in self._void:
            return "void"
        if key in self._permitted and waiver.declared.approved_by not in self._permitted[key]:
            return "unapproved"
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

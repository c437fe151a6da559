"""The evidence of a state, one by one: what rules about its origin judge."""

from collections.abc import Container, Hashable, Iterator, Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.history import Entry, Subject, subject_of
from multillm_gov.evidence.record import PlacedDrill, PlacedProbe, PlacedRecord, ProbeRecord
from multillm_gov.evidence.verdict import PORTFOLIO_FAULTS
from multillm_gov.location import Place
from multillm_gov.state.state import State
from multillm_gov.units import format_share
from multillm_gov.words import code

_Key = TypeVar("_Key", bound=Hashable)
_Placed = TypeVar("_Placed", PlacedRecord, PlacedDrill, PlacedProbe)


class PlacedEntry(Struct, frozen=True):
    """A result, drill or probe, and where it is written."""

    result: Entry
    place: Place

    @property
    def subject(self) -> Subject:
        """What it is about: the view holds one entry of each."""
        return subject_of(self.result)

    @property
    def distinction(self) -> str:
        """What tells it apart from the others of its task class."""
        model = getattr(self.result, "model", "")
        return f"{type(self.result).__name__} {model} {self.result.date}"

    @property
    def shows_failure(self) -> bool:
        """Whether it speaks against what was tried: nobody gains by writing that."""
        each = self.result
        if isinstance(each, DrillRecord):
            return each.result == "fails"
        return isinstance(each, ProbeRecord) and each.verdict in PORTFOLIO_FAULTS

    @property
    def words(self) -> str:
        """What it shows, for people."""
        each = self.result
        if isinstance(each, DrillRecord):
            return f"the drill of {code(each.task_class)} on {each.date} ({each.result})"
        about = f"of {code(each.model)} for {code(each.task_class)} on {each.date}"
        if isinstance(each, ProbeRecord):
            return f"the probe {about} ({each.verdict})"
        return f"the score {format_share(each.score)} {about}"


def entries_of(state: State) -> Iterator[PlacedEntry]:
    """Every sound entry: results, then drills, then probes."""
    for group in state.evidence.values():
        yield from (PlacedEntry(placed.record, placed.place) for placed in group)
    for drills in state.drills.values():
        yield from (PlacedEntry(placed.drill, placed.place) for placed in drills)
    for probes in state.probes.values():
        yield from (PlacedEntry(placed.probe, placed.place) for placed in probes)


def without_evidence(state: State, places: Container[Place]) -> State:
    """The state as it would be without the entries at some places."""
    return replace(
        state,
        evidence=_without(state.evidence, places),
        drills=_without(state.drills, places),
        probes=_without(state.probes, places),
    )


def _without(
    groups: Mapping[_Key, tuple[_Placed, ...]], places: Container[Place]
) -> dict[_Key, tuple[_Placed, ...]]:
    remaining = (
        (key, tuple(probe for probe in group if probe.place not in places))
        for key, group in groups.items()
    )
    return {key: group for key, group in remaining if group}

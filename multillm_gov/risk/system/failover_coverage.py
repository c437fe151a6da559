"""Share of failures noticed and rerouted in time: by the newest drill, else assumed."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.record import PlacedDrill
from multillm_gov.measures.failover import DRILL_DAYS, is_of
from multillm_gov.measures.intervals import wilson_interval
from multillm_gov.portfolio.allocation import TaskClassDeclaration
from multillm_gov.portfolio.risk import Coverage
from multillm_gov.risk.system import priors
from multillm_gov.risk.system.system import Origin
from multillm_gov.units import Share, format_share
from multillm_gov.words import count_of


class FailoverCoverage(Struct, frozen=True, kw_only=True):
    """A coverage (0..1) and who says so."""

    share: float
    origin: Origin
    note: str


NO_FALLBACK = FailoverCoverage(
    share=priors.COVERAGE_NONE, origin="derived", note="no fallback would run"
)


class CoverageLookup:
    """Coverage of task classes that have a fallback, from their drills."""

    def __init__(self, declared: Coverage, as_of: date) -> None:
        self._as_of = as_of
        self._tested = _figure(declared.tested, priors.COVERAGE_TESTED)
        self._untested = _figure(declared.untested, priors.COVERAGE_UNTESTED)

    def of(self, task: TaskClassDeclaration, drills: Sequence[PlacedDrill]) -> FailoverCoverage:
        """By the newest drill that is not too old and tested the chain as it is declared now.

        Survived: what it measured, else the figure for tested chains. Degraded: the lesser of what
        it measured and that figure; where it measured nothing it proves nothing, and the lesser of
        tested and untested holds. Failed: 0, which time does not heal.
        """
        newest = next((placed.drill for placed in drills if placed.drill.date <= self._as_of), None)
        if newest is None:
            return self._told(self._untested, "never drilled")
        if not is_of(newest, task):
            return self._told(self._untested, f"drill of {newest.date} was of another chain")
        if newest.result == "fails":
            return FailoverCoverage(
                share=priors.COVERAGE_NONE, origin="measured", note=f"drill of {newest.date} failed"
            )
        if (self._as_of - newest.date).days > DRILL_DAYS:
            return self._told(
                self._untested, f"last drilled on {newest.date}, over {DRILL_DAYS} days ago"
            )
        return self._by(newest)

    def _by(self, drill: DrillRecord) -> FailoverCoverage:
        tested = self._tested
        if drill.coverage is not None:
            share = float(drill.coverage)
            capped = share if drill.result == "survives" else min(share, tested[0])
            return FailoverCoverage(
                share=capped,
                origin="measured",
                note=f"drill of {drill.date}: {drill.result}{_interval(drill)}",
            )
        if drill.result == "survives":
            return self._told(tested, f"drill of {drill.date} survived")
        return self._told(min(tested, self._untested), f"drill of {drill.date} was degraded")

    @staticmethod
    def _told(figure: tuple[float, Origin], note: str) -> FailoverCoverage:
        return FailoverCoverage(share=figure[0], origin=figure[1], note=note)


def _interval(drill: DrillRecord) -> str:
    """How far a drill of few faults can be trusted: Wilson's interval of the share covered."""
    if not drill.faults or drill.coverage is None:
        return ""
    low, high = wilson_interval(float(drill.coverage), len(drill.faults))
    return (
        f", {count_of(len(drill.faults), 'fault')} (95% interval of the coverage "
        f"{format_share(low)} to {format_share(high)})"
    )


def _figure(declared: Share | None, prior: float) -> tuple[float, Origin]:
    return (prior, "assumed") if declared is None else (float(declared), "declared")

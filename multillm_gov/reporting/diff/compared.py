"""Everything that the report of a comparison is made of."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from multillm_gov.briefing import ReportedChange
from multillm_gov.changes.change import Area
from multillm_gov.changes.comparison import Comparison
from multillm_gov.finding import Enforcement
from multillm_gov.report import Metric, Verdict
from multillm_gov.reporting.diff.findings import FindingsShift
from multillm_gov.rules.engine.assessment import Assessment

_ZERO = Decimal(0)


class Compared(Struct, frozen=True, kw_only=True):
    """Everything a briefing is made of."""

    before: Assessment
    after: Assessment
    comparison: Comparison
    findings: FindingsShift
    changes: tuple[ReportedChange, ...]
    metrics: tuple[Metric, ...]
    verdict: Verdict
    approvers: tuple[str, ...] = ()

    @property
    def first(self) -> bool:
        """Whether the base has no portfolio."""
        return not self.before.state.files

    @property
    def loosened(self) -> tuple[ReportedChange, ...]:
        """Loosened safeguards, in the order of the report."""
        return tuple(change for change in self.changes if change.direction == "loosened")

    @property
    def values(self) -> Mapping[str, Decimal]:
        """Value at stake a month by task class, of either state."""
        return {
            task.task.name: task.value_at_stake_per_month or _ZERO
            for state in (self.before, self.after)
            for task in state.state.figures.tasks
        }

    def is_hard(self, change: ReportedChange) -> bool:
        """Whether the base enforces the policy as hard-mandatory."""
        return change.area == Area.POLICIES.value and any(
            policy.name in {change.subject, change.before}
            and policy.declared.enforcement is Enforcement.HARD_MANDATORY
            for policy in self.before.state.portfolio.policies
        )

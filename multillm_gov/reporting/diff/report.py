"""The report of `govern diff`: safeguards loosened, cost, exposure, findings."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.briefing import ReportedChange, ShareMove
from multillm_gov.changes.change import Area, Change, ChangeKind, Direction
from multillm_gov.changes.comparison import Comparison
from multillm_gov.documents.document import locate
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Enforcement, Finding, Severity, with_needs
from multillm_gov.location import Place
from multillm_gov.report import Report, judge_counts
from multillm_gov.reporting.check.report import incomplete_words, rule_notes
from multillm_gov.reporting.diff.briefing import brief
from multillm_gov.reporting.diff.compared import Compared
from multillm_gov.reporting.diff.figures import diff_headline, summarize
from multillm_gov.reporting.diff.findings import FindingsShift, Renames, shift_findings
from multillm_gov.reporting.diff.risk import RiskShift
from multillm_gov.reporting.diff.sections import sections
from multillm_gov.reporting.diff.wording import phrase, remarks, title
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.reporting.shared.waivers import list_waivers
from multillm_gov.risk.limits.appetite import appetite_limits
from multillm_gov.risk.limits.register import compared as with_limits_before
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.policy_limits import policy_limits
from multillm_gov.state.state import State

_GONE = (ChangeKind.TASK_CLASS_REMOVED, ChangeKind.POLICY_REMOVED, ChangeKind.WAIVER_REMOVED)


class ReviewInputs(Struct, frozen=True, kw_only=True):
    """What the workflow measured or read for a review, beside the two states."""

    risk: RiskShift | None = None
    """Where a route, a fallback or a limit changed."""
    approvers: tuple[str, ...] = ()
    """Who must approve, one sentence each."""


def report_diff(
    before: Assessment,
    after: Assessment,
    comparison: Comparison,
    fail_on: Severity | None,
    by_base: Sequence[Finding] | None = None,
    review: ReviewInputs | None = None,
) -> Report:
    """The report of a comparison; its gate counts new findings, and old ones are not repeated.

    Args:
        before: The base, judged as of the same day as ``after``.
        after: What is proposed.
        comparison: Of the two.
        fail_on: Least severity of a new finding that fails; ``None`` for never.
        by_base: Findings of ``after`` under the policies, waivers and limits of ``before``, where
            those differ: they separate what was fixed from what is no longer enforced.
        review: What a review needs besides: risk, approvers, whether a comment is needed.
    """
    review = review or ReviewInputs()
    findings = shift_findings(before.findings, after.findings, by_base, _renames(comparison))
    comparison = _ranked(_with_unreadable(comparison, after.state), before, after)
    findings = _without_lost(findings, comparison)
    changed = not comparison.empty or findings.new or findings.resolved or findings.excused
    verdict = judge_counts(findings.new, fail_on)
    metrics = diff_headline(before, after, comparison, review.risk) if changed else ()
    changes = tuple(_reported(change, before.state, after.state) for change in comparison.changes)
    compared = Compared(
        before=before,
        after=after,
        comparison=comparison,
        findings=findings,
        changes=changes,
        metrics=metrics,
        verdict=verdict,
        approvers=review.approvers,
    )
    report = Report(
        kind="diff",
        title="Portfolio changes",
        organization=after.state.portfolio.settings.organization,
        as_of=after.state.as_of.isoformat(),
        currency=after.state.figures.currency,
        verdict=verdict,
        revision=after.state.revision,
        base=before.state.revision,
        summary=summarize(compared) + incomplete_words(after.state),
        headline=metrics,
        limits=with_limits_before(
            (*appetite_limits(before.state), *policy_limits(before)),
            (*appetite_limits(after.state), *policy_limits(after, before.state)),
        ),
        sections=tuple(
            sections(comparison, findings, (before.state.documents, after.state.documents))
        )
        if changed
        else (),
        findings=with_needs(findings.new, fail_on),
        resolved=findings.resolved,
        waivers=list_waivers(after, fail_on),
        provenance=_provenance(before.state, after.state),
        checked=(
            ("task classes", len(after.state.portfolio.task_classes)),
            ("policies", len(after.state.portfolio.policies)),
            ("changes", len(comparison.changes)),
        ),
        rules=rule_notes((*findings.new, *findings.resolved)),
        changes=changes,
        briefing=brief(compared),
    )
    return masked(report, before.state.secrets, after.state.secrets)


def _renames(comparison: Comparison) -> Renames:
    names = {
        kind: {change.before: change.after for change in comparison.changes if change.kind is kind}
        for kind in (ChangeKind.TASK_CLASS_RENAMED, ChangeKind.POLICY_RENAMED)
    }
    return Renames(names[ChangeKind.TASK_CLASS_RENAMED], names[ChangeKind.POLICY_RENAMED])


def _ranked(comparison: Comparison, before: Assessment, after: Assessment) -> Comparison:
    """Loosened ones first, of them hard-mandatory ones first, then the costliest task classes."""
    hard = {
        policy.name
        for policy in before.state.portfolio.policies
        if policy.declared.enforcement is Enforcement.HARD_MANDATORY
    }
    values = {
        task.task.name: task.value_at_stake_per_month or Decimal(0)
        for state in (before, after)
        for task in state.state.figures.tasks
    }

    def rank(change: Change) -> tuple[bool, bool, Decimal]:
        loosened = change.direction is Direction.LOOSENED
        binding = change.kind.area is Area.POLICIES and bool(hard & {change.subject, change.before})
        worth = values.get(change.subject, Decimal(0)) if loosened else Decimal(0)
        return not loosened, not (loosened and binding), -worth

    return replace(comparison, changes=tuple(sorted(comparison.changes, key=rank)))


def _with_unreadable(comparison: Comparison, after: State) -> Comparison:
    """Mark what is removed only because its file, or its entry, can no longer be read."""
    if not after.flaws:
        return comparison
    flawed = {flaw.location.path for flaw in after.flaws}
    changes = tuple(
        replace(change, note=_why_gone(change.place_before, after))
        if _is_gone_from(change, flawed)
        else change
        for change in comparison.changes
    )
    return replace(comparison, changes=changes)


def _without_lost(findings: FindingsShift, comparison: Comparison) -> FindingsShift:
    """A finding is not resolved by breaking the entry that it is about."""
    lost = {change.subject for change in comparison.changes if change.kind in _GONE and change.note}
    return replace(
        findings, resolved=tuple(one for one in findings.resolved if one.subject not in lost)
    )


def _is_gone_from(change: Change, flawed: set[str]) -> bool:
    return (
        change.kind in _GONE
        and change.place_before is not None
        and change.place_before.path in flawed
    )


def _why_gone(place: Place | None, after: State) -> str:
    """Empty where the entry is really gone, though its file has some other mistake."""
    document = after.documents.get(place.path) if place else None
    if place is None or document is None or not isinstance(document.data, dict):
        return "its file can no longer be read"
    if isinstance(
        place.pointer[-1], int
    ):  # items of a list move up when another goes: nothing tells them apart
        return ""
    try:
        document.offsets(place.pointer)
    except KeyError:
        return ""
    return "still declared, but with a mistake"


def _provenance(before: State, after: State) -> tuple[tuple[str, str], ...]:
    """That of the later state, and what differs in the base."""
    now = provenance(after)
    return (
        *now,
        *(
            (f"{label} of the base", value)
            for label, value in provenance(before)
            if (label, value) not in now
        ),
    )


def _reported(change: Change, before: State, after: State) -> ReportedChange:
    old, new = change.place_before, change.place_after
    return ReportedChange(
        kind=change.kind.value,
        area=change.kind.area.value,
        subject=change.subject,
        label=change.label,
        aspect=change.aspect,
        direction=change.direction.value,
        before=change.before,
        after=change.after,
        before_figure=change.before_figure,
        after_figure=change.after_figure,
        location_before=locate(old, before.documents) if old else None,
        location_after=locate(new, after.documents) if new else None,
        spend_effect_per_month=change.spend_effect,
        exposure=tuple(_moves(change)),
        note=change.note,
        words=phrase(change),
        title=title(change),
        remarks=remarks(
            change,
            after.figures.currency,
            unchanged_cost=before.figures.spend_per_month == after.figures.spend_per_month,
        ),
    )


def _moves(change: Change) -> Iterator[ShareMove]:
    for point in change.exposure:
        yield ShareMove(level=point.level.value, entity=point.entity, points=point.points)

"""The report of `govern diff`: safeguards loosened, cost, exposure, findings."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from multillm_gov.changes.change import Change, Direction, Kind
from multillm_gov.changes.comparison import Comparison
from multillm_gov.documents.document import locate
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Finding, Severity
from multillm_gov.location import Place
from multillm_gov.report import Metric, Report, ReportedChange, ShareMove, judge_counts
from multillm_gov.reporting.check.report import incomplete_words, rule_notes
from multillm_gov.reporting.diff.findings import FindingsShift, Renames, shift_findings
from multillm_gov.reporting.diff.sections import sections
from multillm_gov.reporting.shared.headline import headline, with_before
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.state.state import State
from multillm_gov.units import format_change, format_money
from multillm_gov.words import count_of

_ALWAYS = ("forecast-spend", "largest-vendor-of-spend", "effective-vendors", "independent-fallback")
"""Headline figures that a diff shows even where they did not change."""
_GONE = (Kind.TASK_CLASS_REMOVED, Kind.POLICY_REMOVED, Kind.WAIVER_REMOVED)


def report_diff(
    before: Assessment,
    after: Assessment,
    comparison: Comparison,
    fail_on: Severity | None,
    by_base: Sequence[Finding] | None = None,
) -> Report:
    """The report of a comparison; its gate counts new findings, and old ones are not repeated.

    Args:
        before: The base, judged as of the same day as ``after``.
        after: What is proposed.
        comparison: Of the two.
        fail_on: Least severity of a new finding that fails; ``None`` for never.
        by_base: Findings of ``after`` under the policies, waivers and limits of ``before``, where
            those differ: they separate what was fixed from what is no longer enforced.
    """
    findings = shift_findings(before.findings, after.findings, by_base, _renames(comparison))
    comparison = _with_unreadable(comparison, after.state)
    findings = _without_lost(findings, comparison)
    changed = not comparison.empty or findings.new or findings.resolved or findings.excused
    report = Report(
        kind="diff",
        title="Portfolio changes",
        organization=after.state.portfolio.settings.organization,
        as_of=after.state.as_of.isoformat(),
        currency=after.state.figures.currency,
        verdict=judge_counts(findings.new, fail_on),
        revision=after.state.revision,
        base=before.state.revision,
        summary=_summary(comparison, findings) + incomplete_words(after.state),
        headline=_headline(before, after) if changed else (),
        sections=tuple(
            sections(comparison, findings, (before.state.documents, after.state.documents))
        )
        if changed
        else (),
        findings=findings.new,
        resolved=findings.resolved,
        provenance=_provenance(before.state, after.state),
        checked=(
            ("task classes", len(after.state.portfolio.task_classes)),
            ("policies", len(after.state.portfolio.policies)),
            ("changes", len(comparison.changes)),
        ),
        rules=rule_notes((*findings.new, *findings.resolved)),
        changes=tuple(
            _reported(change, before.state, after.state) for change in comparison.changes
        ),
    )
    return masked(report, before.state.secrets, after.state.secrets)


def _renames(comparison: Comparison) -> Renames:
    names = {
        kind: {change.before: change.after for change in comparison.changes if change.kind is kind}
        for kind in (Kind.TASK_CLASS_RENAMED, Kind.POLICY_RENAMED)
    }
    return Renames(names[Kind.TASK_CLASS_RENAMED], names[Kind.POLICY_RENAMED])


def _summary(comparison: Comparison, findings: FindingsShift) -> str:
    """One sentence: safeguards, money, findings; or that nothing changed."""
    loosened = len(comparison.toward(Direction.LOOSENED))
    parts = [f"{count_of(loosened, 'safeguard')} loosened"] if loosened else []
    parts += _money_words(comparison)
    if comparison.changes and not parts:
        changes = count_of(len(comparison.changes), "change")
        parts = [f"{changes}, no safeguard loosened, the same forecast"]
    active = sum(finding.active for finding in findings.new)
    if active or findings.resolved:
        parts.append(f"{count_of(active, 'new finding')}, {len(findings.resolved):,} resolved")
    if findings.excused:
        parts.append(f"{count_of(len(findings.excused), 'finding')} no longer enforced")
    if not parts:
        same = count_of(comparison.unchanged_task_classes, "task class")
        policies = count_of(comparison.unchanged_policies, "policy")
        return f"No changes. {same} and {policies} unchanged."
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _money_words(comparison: Comparison) -> list[str]:
    spend = comparison.spend
    after = format_money(spend.after, spend.currency_after)
    if spend.delta is None:
        before = format_money(spend.before, spend.currency_before)
        return [f"forecast {before} a month before, {after} a month after"]
    if not spend.delta:
        return []
    way = "up" if spend.delta > 0 else "down"
    share = f" ({format_change(spend.delta / spend.before)})" if spend.before else ""
    incomplete = " and incomplete" if spend.unpriced_after else ""
    delta = format_money(abs(spend.delta), spend.currency_after)
    return [f"forecast {way} {delta}{share} to {after} a month{incomplete}"]


def _headline(before: Assessment, after: Assessment) -> tuple[Metric, ...]:
    metrics = with_before(headline(before.state), headline(after.state))
    kept = [metric for metric in metrics if metric.id in _ALWAYS or metric.value != metric.before]
    errors = [
        sum(finding.active and finding.severity is Severity.ERROR for finding in state.findings)
        for state in (before, after)
    ]
    count = Metric(
        id="errors",
        label="Errors",
        value=f"{errors[1]:,}",
        before=f"{errors[0]:,}",
        number=float(errors[1]),
        unit="findings",
    )
    return (*kept, count)


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
    )


def _moves(change: Change) -> Iterator[ShareMove]:
    for point in change.exposure:
        yield ShareMove(level=point.level.value, entity=point.entity, points=point.points)

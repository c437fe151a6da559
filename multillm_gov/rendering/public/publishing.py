"""From our report to the public shape, and the public shape's JSON Schema."""

from decimal import Decimal
from typing import Any, cast

import msgspec

from multillm_gov.finding import Figure, Finding, Waived
from multillm_gov.location import Location
from multillm_gov.rendering.public.shape import (
    SCHEMA,
    PublicChange,
    PublicFinding,
    PublicLocation,
    PublicMetric,
    PublicPair,
    PublicRelated,
    PublicReport,
    PublicRule,
    PublicScore,
    PublicSection,
    PublicShareMove,
    PublicTrial,
    PublicTrialCheck,
    PublicVerdict,
    PublicWaiver,
    SeverityLabel,
)
from multillm_gov.report import Metric, ModelScore, Report, ReportedChange, RuleNote, Trial, Verdict

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def publish(report: Report) -> PublicReport:
    """The report in its public shape, nothing left out."""
    return PublicReport(
        schema=SCHEMA,
        kind=report.kind,
        title=report.title,
        organization=report.organization,
        as_of=report.as_of,
        revision=report.revision,
        base=report.base,
        currency=report.currency,
        verdict=_verdict(report.verdict),
        summary=report.summary,
        checked=dict(report.checked),
        headline=[_metric(metric) for metric in report.headline],
        sections=[
            PublicSection(
                id=part.id, title=part.title, folded=part.folded, blocks=list(part.blocks)
            )
            for part in report.sections
        ],
        findings=[_finding(finding) for finding in report.findings],
        resolved=[_finding(finding) for finding in report.resolved],
        changes=[_change(change) for change in report.changes],
        trials=[_trial(trial) for trial in report.trials],
        scores=[_score(score) for score in report.scores],
        rules=[_rule(rule) for rule in report.rules],
        provenance=[PublicPair(label=label, value=value) for label, value in report.provenance],
        path_prefix=report.path_prefix,
    )


def report_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of what `publish` gives."""
    schema = msgspec.json.schema(PublicReport)
    return {
        "$schema": _DIALECT,
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        "title": "Report of govern",
        **schema,
    }


def public_figures(finding: Finding) -> dict[str, str | int | float | None]:
    """The numbers of a finding; exact ones as strings, never in scientific notation."""
    return {name: _figure(value) for name, value in finding.figures.items()}


def _verdict(verdict: Verdict) -> PublicVerdict:
    return PublicVerdict(
        passed=verdict.exit_code == 0,
        exit_code=cast("Any", verdict.exit_code),
        fail_on="never"
        if verdict.fail_on is None
        else cast("SeverityLabel", verdict.fail_on.label),
        errors=verdict.errors,
        warnings=verdict.warnings,
        notes=verdict.notes,
        waived=verdict.waived,
    )


def _metric(metric: Metric) -> PublicMetric:
    return PublicMetric(**msgspec.structs.asdict(metric))


def _rule(rule: RuleNote) -> PublicRule:
    return PublicRule(
        id=rule.id,
        name=rule.name,
        title=rule.title,
        why=rule.why,
        remediation=rule.remediation,
        severity=cast("SeverityLabel", rule.severity.label),
        controls=list(rule.controls),
    )


def _finding(finding: Finding) -> PublicFinding:
    return PublicFinding(
        rule=finding.rule,
        name=finding.name,
        severity=cast("SeverityLabel", finding.severity.label),
        message=finding.message,
        location=_location(finding.location),
        subject=finding.subject,
        risk=finding.risk,
        remedy=finding.remedy,
        policy=finding.policy,
        enforcement=None if finding.enforcement is None else finding.enforcement.value,
        because=finding.because,
        controls=list(finding.controls),
        related=[
            PublicRelated(message=each.message, location=_location(each.location))
            for each in finding.related
        ],
        figures=public_figures(finding),
        waiver=None if finding.waiver is None else _waiver(finding.waiver),
        fingerprint=finding.fingerprint,
        under=finding.under,
    )


def _score(score: ModelScore) -> PublicScore:
    return PublicScore(
        **{**msgspec.structs.asdict(score), "usd_per_accepted": _exact(score.usd_per_accepted)}
    )


def _trial(trial: Trial) -> PublicTrial:
    return PublicTrial(
        task_class=trial.task_class,
        model=trial.model,
        kind=trial.kind,
        verdict=trial.verdict,
        outcome=trial.outcome,
        location=_location(trial.location),
        checks=[
            PublicTrialCheck(name=one.name, verdict=one.verdict, detail=one.detail)
            for one in trial.checks
        ],
        message=trial.message,
        remedy=trial.remedy,
        calls=trial.calls,
        answers=trial.answers,
        p50_seconds=_exact(trial.p50_seconds),
        p95_seconds=_exact(trial.p95_seconds),
        usd=_exact(trial.usd),
    )


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _change(change: ReportedChange) -> PublicChange:
    before, after, effect = (
        change.location_before,
        change.location_after,
        change.spend_effect_per_month,
    )
    return PublicChange(
        kind=change.kind,
        area=change.area,
        subject=change.subject,
        label=change.label,
        aspect=change.aspect,
        direction=change.direction,
        before=change.before,
        after=change.after,
        before_figure=_figure(change.before_figure),
        after_figure=_figure(change.after_figure),
        location_before=_location(before) if before else None,
        location_after=_location(after) if after else None,
        spend_effect_per_month=f"{effect:f}" if effect is not None else None,
        exposure=[
            PublicShareMove(level=each.level, entity=each.entity, points=each.points)
            for each in change.exposure
        ],
        note=change.note,
    )


def _waiver(waiver: Waived) -> PublicWaiver:
    return PublicWaiver(
        kind=waiver.kind,
        reason=waiver.reason,
        approved_by=waiver.approved_by,
        expires=waiver.expires,
        ticket=waiver.ticket,
        location=_location(waiver.location),
    )


def _location(location: Location) -> PublicLocation:
    return PublicLocation(
        path=location.path,
        line=location.line,
        column=location.column,
        end_line=location.end_line,
        end_column=location.end_column,
    )


def _figure(value: Figure) -> str | int | float | None:
    return f"{value:f}" if isinstance(value, Decimal) else value

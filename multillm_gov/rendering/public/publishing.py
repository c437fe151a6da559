"""From our report to the public shape, and the public shape's JSON Schema."""

from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

import msgspec

from multillm_gov.briefing import ReportedChange
from multillm_gov.finding import Figure, Finding, ReportedWaiver
from multillm_gov.location import Location
from multillm_gov.register import DecisionOption, DecisionRecord, LimitRecord
from multillm_gov.rendering.public.findings import (
    PublicFinding,
    PublicListedWaiver,
    PublicLocation,
    PublicRelated,
    PublicWaiver,
    SeverityLabel,
)
from multillm_gov.rendering.public.register import (
    PublicDecision,
    PublicEffect,
    PublicLimit,
    PublicMatter,
    PublicOption,
)
from multillm_gov.rendering.public.shape import (
    SCHEMA,
    PublicChange,
    PublicMetric,
    PublicPair,
    PublicReport,
    PublicRule,
    PublicScore,
    PublicSection,
    PublicShareMove,
    PublicTrial,
    PublicTrialCheck,
    PublicVerdict,
)
from multillm_gov.report import Report, RuleNote, Verdict
from multillm_gov.trials import Trial

_Public = TypeVar("_Public")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def publish(report: Report) -> PublicReport:
    """The report in its public shape, nothing left out."""
    return _copied(
        PublicReport,
        report,
        schema=SCHEMA,
        draft=list(report.draft),
        verdict=_verdict(report.verdict),
        checked=dict(report.checked),
        headline=[_copied(PublicMetric, metric) for metric in report.headline],
        limits=[_limit(record) for record in report.limits],
        decisions=[_decision(decision) for decision in report.decisions],
        management=[
            _copied(PublicMatter, matter, subjects=list(matter.subjects), due=_day(matter.due))
            for matter in report.management
        ],
        sections=[
            _copied(PublicSection, part, blocks=list(part.blocks)) for part in report.sections
        ],
        findings=[_finding(finding) for finding in report.findings],
        waivers=[_listed_waiver(waiver) for waiver in report.waivers],
        resolved=[_finding(finding) for finding in report.resolved],
        changes=[_change(change) for change in report.changes],
        trials=[_trial(trial) for trial in report.trials],
        scores=[
            _copied(PublicScore, score, usd_per_accepted=_figure(score.usd_per_accepted))
            for score in report.scores
        ],
        rules=[_rule(rule) for rule in report.rules],
        provenance=[PublicPair(label=label, value=value) for label, value in report.provenance],
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


_AMOUNTS = ("limit", "warn_at", "value", "best", "value_before", "limit_before")


def _limit(record: LimitRecord) -> PublicLimit:
    amounts = {name: _figure(getattr(record, name)) for name in _AMOUNTS}
    return _copied(PublicLimit, record, set_on=_day(record.set_on), **amounts)


def _decision(decision: DecisionRecord) -> PublicDecision:
    return _copied(
        PublicDecision,
        decision,
        options=[_option(option) for option in decision.options],
        due=_day(decision.due),
        limits=list(decision.limits),
    )


def _option(option: DecisionOption) -> PublicOption:
    effects = [
        _copied(PublicEffect, effect, before=_figure(effect.before), after=_figure(effect.after))
        for effect in option.effects
    ]
    return _copied(
        PublicOption, option, effects=effects, cost_per_month=_figure(option.cost_per_month)
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


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


def _rule(rule: RuleNote) -> PublicRule:
    return _copied(PublicRule, rule, severity=rule.severity.label, controls=list(rule.controls))


def _finding(finding: Finding) -> PublicFinding:
    return _copied(
        PublicFinding,
        finding,
        severity=finding.severity.label,
        location=_location(finding.location),
        enforcement=None if finding.enforcement is None else finding.enforcement.value,
        controls=list(finding.controls),
        related=[
            PublicRelated(message=each.message, location=_location(each.location))
            for each in finding.related
        ],
        figures=public_figures(finding),
        waiver=None
        if finding.waiver is None
        else _copied(PublicWaiver, finding.waiver, location=_location(finding.waiver.location)),
    )


def _trial(trial: Trial) -> PublicTrial:
    return _copied(
        PublicTrial,
        trial,
        location=_location(trial.location),
        checks=[_copied(PublicTrialCheck, check) for check in trial.checks],
        p50_seconds=_figure(trial.p50_seconds),
        p95_seconds=_figure(trial.p95_seconds),
        usd=_figure(trial.usd),
    )


def _change(change: ReportedChange) -> PublicChange:
    before, after = change.location_before, change.location_after
    return _copied(
        PublicChange,
        change,
        before_figure=_figure(change.before_figure),
        after_figure=_figure(change.after_figure),
        location_before=_location(before) if before else None,
        location_after=_location(after) if after else None,
        spend_effect_per_month=_figure(change.spend_effect_per_month),
        exposure=[_copied(PublicShareMove, each) for each in change.exposure],
    )


def _location(location: Location) -> PublicLocation:
    return _copied(PublicLocation, location)


def _copied(kind: type[_Public], value: object, /, **changed: Any) -> _Public:  # noqa: ANN401 - fields
    """A public struct with the fields of ours that have its names, apart from those given."""
    names = kind.__struct_fields__  # type: ignore[attr-defined]
    return kind(**{name: getattr(value, name) for name in names if name not in changed}, **changed)


def _figure(value: Figure) -> str | int | float | None:
    return f"{value:f}" if isinstance(value, Decimal) else value


def _listed_waiver(waiver: ReportedWaiver) -> PublicListedWaiver:
    return _copied(
        PublicListedWaiver,
        waiver,
        location=_location(waiver.location),
        task_classes=list(waiver.task_classes),
        value_per_month=_figure(waiver.value_per_month),
    )

"""What a comparison comes to: the first line, three sentences, who must approve."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from multillm_gov.briefing import Briefing
from multillm_gov.changes.change import Area
from multillm_gov.changes.comparison import Comparison
from multillm_gov.finding import Severity
from multillm_gov.report import Metric, Verdict
from multillm_gov.reporting.diff.attention import look_first
from multillm_gov.reporting.diff.compared import Compared
from multillm_gov.reporting.diff.grouping import group_findings, repeating
from multillm_gov.reporting.diff.wording import newly_unknown_words, signed_amount
from multillm_gov.units import format_change, format_money
from multillm_gov.words import code, count_of, join_some

_LOUD = (
    Area.TASK_CLASSES.value,
    Area.RESILIENCE.value,
    Area.POLICIES.value,
    Area.SETTINGS.value,
)
"""Areas in which every change is worth a comment, whatever it costs."""
_UNKNOWN = ("not known", "not judged")
"""Values that say nothing about a move."""


def brief(compared: Compared) -> Briefing:
    """The briefing of a comparison; calm where nothing changed."""
    calm = not (
        compared.changes
        or compared.comparison.effects
        or compared.findings.new
        or compared.findings.resolved
        or compared.findings.excused
    )
    if calm:
        return Briefing(lead=("no changes",), calm=True)
    values = compared.values
    return Briefing(
        lead=tuple(_lead(compared)),
        calm=False,
        silent=is_silent(compared),
        look_first=look_first(compared, values),
        approvers=compared.approvers,
        unmoved="" if compared.first else unmoved_words(compared.metrics),
        groups=group_findings(
            compared.findings.new, compared.changes, values, compared.after.state.figures.currency
        ),
    )


def is_silent(compared: Compared) -> bool:
    """Whether the forecast moved by less than the threshold, and there is nothing else to report.

    Texts, reviews and the like may have changed; both states must ask for silence.
    """
    delta, spend = compared.comparison.spend.known_delta, compared.comparison.spend
    findings = compared.findings
    if (
        compared.first
        or delta is None
        or spend.newly_unknown
        or compared.loosened
        or any(finding.severity > Severity.NOTE for finding in findings.new)
        or findings.resolved
        or findings.excused
        or any(metric.limit_before for metric in compared.metrics)
        or any(change.area in _LOUD for change in compared.changes)
    ):
        return False
    way = "increase" if delta > 0 else "decrease"
    for state in (compared.before, compared.after):
        limit = getattr(state.state.portfolio.settings.spend_change, way).silence
        if limit is None or (limit.amount is None and limit.share is None):
            return False
        if limit.amount is not None and abs(delta) >= limit.amount:
            return False
        if limit.share is not None and abs(delta) >= limit.share * spend.before:
            return False
    return True


def _lead(compared: Compared) -> Iterator[str]:
    """Loosened safeguards, money, risk, new errors, and whether it may be merged."""
    loosened = compared.loosened
    if loosened:
        hard = sum(compared.is_hard(change) for change in loosened)
        binding = f" ({hard:,} hard-mandatory)" if hard else ""
        yield f"{count_of(len(loosened), 'safeguard')} loosened{binding}"
    if compared.findings.excused:
        excused = count_of(len(compared.findings.excused), "finding")
        yield f"{excused} no longer enforced"
    yield from money_words(compared.comparison, first=compared.first)
    yield from _still_unknown_words(compared)
    yield from _risk_words(compared.metrics)
    failing = compared.verdict.exit_code != 0
    findings = [*new_findings_words(_without_repeats(compared))]
    yield from findings
    if loosened and not findings and not failing:
        yield "no other finding"
    if failing:
        yield "not mergeable"
    elif not loosened and not any(
        metric.moved and metric.status == "bad" for metric in compared.metrics
    ):
        yield "no limit crossed"


def _without_repeats(compared: Compared) -> Verdict:
    """The verdict without warnings that repeat what is listed among the changes."""
    repeated = sum(
        finding.active
        and finding.severity is Severity.WARNING
        and finding.rule in repeating(compared.loosened)
        for finding in compared.findings.new
    )
    return replace(compared.verdict, warnings=compared.verdict.warnings - repeated)


def new_findings_words(verdict: Verdict) -> Iterator[str]:
    """New errors; new warnings where there are none."""
    if verdict.errors:
        yield count_of(verdict.errors, "new error")
    elif verdict.warnings:
        yield count_of(verdict.warnings, "new warning")


def money_words(comparison: Comparison, *, first: bool) -> Iterator[str]:
    """``+15,318 USD a month (+105.3%)``; the whole forecast where there was no portfolio."""
    spend = comparison.spend
    after = format_money(spend.after, spend.currency_after)
    incomplete = ", incomplete" if spend.unpriced_after else ""
    if first:
        yield f"the first portfolio: forecast {after} a month{incomplete}"
    elif spend.delta is None:
        before = format_money(spend.before, spend.currency_before)
        yield f"forecast {before} a month before, {after} a month after{incomplete}"
    elif spend.known_delta:
        share = f" ({format_change(spend.known_delta / spend.before)})" if spend.before else ""
        amount = signed_amount(spend.known_delta, spend.currency_after)
        yield f"{amount} {spend.currency_after} a month{share}{incomplete}"
    if not first:
        yield from newly_unknown_words(spend)


def _still_unknown_words(compared: Compared) -> Iterator[str]:
    """Changed task classes whose cost was not known and still is not: no move of spend shows."""
    spend = compared.comparison.spend
    changed = {change.subject for change in compared.changes}
    names = sorted({*spend.unpriced_before} & {*spend.unpriced_after} & changed)
    if names:
        yield f"the cost of {join_some([code(name) for name in names])} is not known, as before"


def _risk_words(metrics: Sequence[Metric]) -> Iterator[str]:
    """The outage loss, where it moved."""
    for metric in metrics:
        if metric.id == "outage-loss-p95" and metric.before not in {"", metric.value}:
            yield f"outage loss, 1 year in 20: {metric.before} → {metric.value}"


def unmoved_words(metrics: Sequence[Metric]) -> str:
    """``4 other figures did not move.``, and which are not known; empty where all moved."""
    still = [metric for metric in metrics if metric.before and not metric.moved]
    same = [metric for metric in still if metric.value not in _UNKNOWN]
    unknown = [metric.label for metric in still if metric.value in _UNKNOWN]
    lacking = f"Not known, before or after: {join_some(unknown)}." if unknown else ""
    if not same:
        return lacking
    outside = [metric.label for metric in same if metric.status == "bad"]
    where = ", none of them outside a limit"
    if outside:
        where = f"; outside the limit before and after: {join_some(outside)}"
    moved = f"{count_of(len(same), 'other figure')} did not move{where}."
    return f"{moved} {lacking}".rstrip()

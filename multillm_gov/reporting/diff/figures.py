"""The figures of a comparison, and the sentence that sums it up."""

from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.changes.change import Direction
from multillm_gov.changes.comparison import Comparison
from multillm_gov.finding import Severity
from multillm_gov.report import Metric
from multillm_gov.reporting.diff.compared import Compared
from multillm_gov.reporting.diff.risk import RiskShift, risk_metrics
from multillm_gov.reporting.diff.wording import newly_unknown_words, signed_amount
from multillm_gov.reporting.shared.headline import headline, with_before
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.units import format_change, format_money
from multillm_gov.words import count_of


def summarize(compared: Compared) -> str:
    """One sentence: safeguards, money, findings; or that nothing changed."""
    comparison, findings = compared.comparison, compared.findings
    loosened = len(comparison.toward(Direction.LOOSENED))
    parts = [f"{count_of(loosened, 'safeguard')} loosened"] if loosened else []
    parts += _money(comparison, first=compared.first)
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


def _money(comparison: Comparison, *, first: bool) -> list[str]:
    """``forecast up 384 USD (+5.0%) to 8,000 USD a month``; the whole of it where none was."""
    spend = comparison.spend
    after = format_money(spend.after, spend.currency_after)
    incomplete = " and incomplete" if spend.unpriced_after else ""
    if first:
        return [f"forecast {after} a month{incomplete}"]
    if spend.delta is None:
        before = format_money(spend.before, spend.currency_before)
        return [f"forecast {before} a month before, {after} a month after"]
    moved, parts = spend.known_delta, []
    if moved:
        way = "up" if moved > 0 else "down"
        share = f" ({format_change(moved / spend.before)})" if spend.before else ""
        delta = format_money(abs(moved), spend.currency_after)
        parts.append(f"forecast {way} {delta}{share} to {after} a month{incomplete}")
    return [*parts, *newly_unknown_words(spend)]


def diff_headline(
    before: Assessment, after: Assessment, comparison: Comparison, risk: RiskShift | None
) -> tuple[Metric, ...]:
    """Every headline figure of both states, risk where it was measured, and errors."""
    now = headline(after.state)
    if not before.state.files:
        return tuple(replace(metric, before="none") for metric in now)
    metrics = [
        _forecast(_by_both_limits(metric, before, after), comparison)
        for metric in with_before(headline(before.state), now)
    ]
    if risk is not None:
        metrics += risk_metrics(risk, before, after)
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
    return (*metrics, count)


def _by_both_limits(metric: Metric, before: Assessment, after: Assessment) -> Metric:
    """A limit that moved is judged as it was, too: what it forbade may pass for that reason."""
    if not metric.limit_before or before.state.figures.currency != after.state.figures.currency:
        return metric
    settings = replace(
        after.state.portfolio.settings, appetite=before.state.portfolio.settings.appetite
    )
    earlier = replace(after.state, portfolio=replace(after.state.portfolio, settings=settings))
    status = next(each.status for each in headline(earlier) if each.id == metric.id)
    if status != "bad" or metric.status == "bad":
        return metric
    verb = "exceeded" if metric.limit_before.startswith("at most") else "missed"
    return replace(metric, limit_before=f"{metric.limit_before}, {verb}")


def _forecast(metric: Metric, comparison: Comparison) -> Metric:
    """The forecast of declared demand, which is what a change changes, with the move in per cent.

    At the pace of actual spend a forecast moves by itself, whatever a change does.
    """
    spend = comparison.spend
    if metric.id != "forecast-spend" or not metric.before or metric.number is None:
        return metric
    value = format_money(spend.after, spend.currency_after)
    if spend.unpriced_after:
        value = f"at least {value}"
    before = format_money(spend.before, spend.currency_before)
    if spend.unpriced_before:
        before = f"at least {before}"
    note = metric.note
    if Decimal(str(metric.number)).quantize(Decimal(1)) != spend.after.quantize(Decimal(1)):
        note = f"judged at the pace of actual spend: {metric.value}"
        if spend.at_actual_volume is not None:
            moved = signed_amount(spend.at_actual_volume, spend.currency_after)
            note += f"; at that volume this change moves {moved} {spend.currency_after} a month"
    return replace(metric, value=value, before=before, note=note)

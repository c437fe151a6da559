"""Figures of risk before and after a change, for the table of what moved."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.changes.change import Area, Change, ChangeKind
from multillm_gov.changes.comparison import Comparison
from multillm_gov.content import Status
from multillm_gov.report import Metric
from multillm_gov.reporting.shared.tables import format_rounded, status_below
from multillm_gov.risk.portfolio_risk import RiskFigures
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.units import format_money

_AREAS = (Area.TASK_CLASSES, Area.ROUTING, Area.RESILIENCE, Area.SETTINGS)
_KINDS = (ChangeKind.VALUE_AT_STAKE, ChangeKind.MODEL_RETIREMENT, ChangeKind.MODEL_EXPOSURE)


class RiskShift(Struct, frozen=True, kw_only=True):
    """The figures of two states."""

    before: RiskFigures
    after: RiskFigures


def may_move_risk(comparison: Comparison) -> bool:
    """Whether a route, a fallback, a limit or what models depend on changed."""
    return any(_moves_risk(change) for change in comparison.changes)


def _moves_risk(change: Change) -> bool:
    return change.kind.area in _AREAS or change.kind in _KINDS


def risk_metrics(shift: RiskShift, before: Assessment, after: Assessment) -> tuple[Metric, ...]:
    """Outage loss of 1 year in 20 with its limit, single points of failure, usable fallbacks."""
    counts = (
        ("single-points", "Single points of failure", "single_points"),
        ("usable-fallbacks", "Usable fallbacks", "usable_fallbacks"),
    )
    return (
        _loss(shift, before, after),
        *(
            Metric(
                id=name,
                label=label,
                value=_count(shift.after, field),
                before=_count(shift.before, field),
                number=float(getattr(shift.after, field)),
                unit="number",
            )
            for name, label, field in counts
        ),
    )


def _count(figures: RiskFigures, field: str) -> str:
    number: int = getattr(figures, field)
    if field == "usable_fallbacks":
        return f"{number:,} of {figures.declared_fallbacks:,}"
    return f"{number:,}"


def _loss(shift: RiskShift, before: Assessment, after: Assessment) -> Metric:
    """In money, judged by the appetite's share of the value at stake."""
    limits = [_limit(*side) for side in ((shift.before, before), (shift.after, after))]
    simulated = shift.before.outage_loss is not None and shift.after.outage_loss is not None
    if not simulated:
        return Metric(
            id="outage-loss-expected",
            label="Outage loss of a mean year",
            value=_amount(shift.after.expected_loss, after),
            before=_amount(shift.before.expected_loss, before),
            note="years are not simulated here: `govern stress --base` does",
            number=shift.after.expected_loss,
            unit=f"{after.state.figures.currency} a year",
        )
    loss = shift.after.outage_loss or 0.0
    ceiling = float(after.state.portfolio.settings.risk.max_outage_loss_share)
    status: Status = "neutral"
    if shift.after.value_at_stake:
        status = status_below(loss, ceiling * shift.after.value_at_stake)
    return Metric(
        id="outage-loss-p95",
        label="Outage loss, 1 year in 20",
        value=_amount(loss, after),
        before=_amount(shift.before.outage_loss or 0.0, before),
        limit=limits[1],
        limit_before=limits[0] if _moved_limit(before, after) else "",
        status=status,
        number=loss,
        unit=f"{after.state.figures.currency} a year",
    )


def _moved_limit(before: Assessment, after: Assessment) -> bool:
    was, now = (
        state.state.portfolio.settings.risk.max_outage_loss_share for state in (before, after)
    )
    return bool(before.state.files) and was != now


def _limit(figures: RiskFigures, state: Assessment) -> str:
    if not figures.value_at_stake:
        return ""
    share = float(state.state.portfolio.settings.risk.max_outage_loss_share)
    return f"at most {_amount(share * figures.value_at_stake, state)}"


def _amount(value: float, state: Assessment) -> str:
    """Rounded to four digits, since it is drawn."""
    currency = state.state.figures.currency
    if value >= 100:
        return f"{format_rounded(value)} {currency}"
    return format_money(Decimal(f"{value:.2f}"), currency)

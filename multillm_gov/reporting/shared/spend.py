"""The forecast as a headline figure, and figures that a cost not known leaves not judged."""

from decimal import Decimal

import msgspec

from multillm_gov.content import Status
from multillm_gov.measures.burn import RunRate, run_rate
from multillm_gov.measures.figures import PortfolioFigures
from multillm_gov.portfolio.settings import Appetite
from multillm_gov.report import Metric
from multillm_gov.reporting.shared.tables import status_below
from multillm_gov.state.state import State
from multillm_gov.units import format_money, format_part
from multillm_gov.words import count_of, join_some

_FORECAST = "forecast-spend"


def judged_by_spend(metric: Metric, figures: PortfolioFigures) -> Metric:
    """A figure weighed by spend; not judged where some of the spend is not known.

    What has no price, or no declared demand, may hold any share of the true spend.
    """
    note = not_judged(figures)
    if not note:
        return metric
    return msgspec.structs.replace(
        metric, value="not judged", status="neutral", number=None, note=note
    )


def not_judged(figures: PortfolioFigures) -> str:
    """Why nothing is judged by spend; empty where all of it is known.

    The share of requests that has no price, and who declares no requests at all.
    """
    reasons = []
    if figures.unpriced_share:
        reasons.append(f"{format_part(figures.unpriced_share)} of the requests have no known price")
    undeclared = figures.undeclared
    if undeclared:
        verb = "declares" if len(undeclared) == 1 else "declare"
        reasons.append(f"{join_some(undeclared)} {verb} no demand")
    return "; ".join(reasons)


def incomplete_metric(metric: Metric) -> Metric:
    """A figure over files that could not be read in full; what is missing may breach the limit."""
    note = "; ".join(
        part for part in (metric.note, "incomplete: a file could not be read in full") if part
    )
    if metric.id == _FORECAST and not metric.number:
        metric = msgspec.structs.replace(metric, value="not known", number=None)
    return msgspec.structs.replace(
        metric, note=note, status="watch" if metric.status == "good" else metric.status
    )


def spend_metric(state: State) -> Metric:
    """The forecast per month beside its ceiling; not known where no cost is."""
    figures, settings = state.figures, state.portfolio.settings
    pace = run_rate(figures, state.actuals, state.as_of)
    ceiling, limit = spend_ceiling(figures, settings.appetite)
    spend = pace.spend
    unknown = tuple(name for name in figures.unpriced if name not in pace.counted)
    judged = msgspec.structs.replace(figures, spend_per_month=spend, unpriced=unknown)
    status: Status = "neutral" if ceiling is None else status_below(float(spend), float(ceiling))
    doubts = []
    if unknown:
        doubts.append(f"without {join_some(unknown)}, whose cost is not known")
    if not figures.tasks:
        doubts.append("no task class is declared")
    if not figures.exchange_known:
        doubts.append(f"no exchange rate to {figures.currency} is declared")
    if doubts and status != "bad":
        status = "neutral"
    if pace.counted:
        doubts.insert(0, _by_actuals(pace, figures))
    note = "; ".join(doubts) or ("" if ceiling is not None else "no ceiling is declared")
    return Metric(
        id=_FORECAST,
        label="Forecast spend per month",
        value=format_forecast(judged),
        limit=limit,
        status=status,
        note=note,
        number=None if nothing_known(judged) or not figures.tasks else float(spend),
        unit=f"{figures.currency} per month",
    )


def _by_actuals(pace: RunRate, figures: PortfolioFigures) -> str:
    """Which part of the forecast is from actual spend, and what declared demand alone gives."""
    counted = count_of(len(pace.counted), "task class")
    text = f"{counted} at the pace of actual spend"
    if pace.through is not None:
        text = f"{counted} by actual spend through {pace.through}"
    if pace.interval is not None:
        low, high = (format_money(end, figures.currency) for end in pace.interval)
        text += f", 80% interval {low} to {high}"
    if pace.unattributed:
        text += f", {format_money(pace.unattributed, figures.currency)} of it not attributed"
    return f"{text}; declared demand alone gives {format_forecast(figures)}"


def format_forecast(figures: PortfolioFigures) -> str:
    """The forecast; a lower bound or not known where task classes have no known cost."""
    if not figures.tasks:
        return "none"
    if nothing_known(figures):
        return "not known"
    spend = format_money(figures.spend_per_month, figures.currency)
    return f"at least {spend}" if figures.unpriced else spend


def nothing_known(figures: PortfolioFigures) -> bool:
    """Whether no task class has a known cost."""
    return bool(figures.unpriced) and len(figures.unpriced) == len(figures.tasks)


def spend_ceiling(figures: PortfolioFigures, appetite: Appetite) -> tuple[Decimal | None, str]:
    """The board's ceiling, else the sum of the task classes' caps where each has one."""
    if appetite.max_monthly_spend is not None:
        return (
            appetite.max_monthly_spend,
            f"at most {format_money(appetite.max_monthly_spend, figures.currency)}",
        )
    caps = [task.task.declared.spend_cap.monthly for task in figures.tasks]
    declared = [cap for cap in caps if cap is not None]
    if not declared or len(declared) < len(caps):
        return None, ""
    total = sum(declared, Decimal(0))
    return total, f"at most {format_money(total, figures.currency)} (sum of caps)"

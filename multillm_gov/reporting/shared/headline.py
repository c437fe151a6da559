"""The headline figures: the register of limits as a reader of any command sees it."""

from decimal import Decimal

import msgspec

from multillm_gov.dimensions import UNKNOWN
from multillm_gov.measures.figures import PortfolioFigures
from multillm_gov.register import LimitRecord
from multillm_gov.report import Metric
from multillm_gov.reporting.shared.spend import format_forecast
from multillm_gov.reporting.shared.tables import format_rounded
from multillm_gov.risk.limits.appetite import appetite_limits
from multillm_gov.state.state import State
from multillm_gov.units import format_change, format_money, format_share
from multillm_gov.words import count_of

_UNITS = {"share": "share", "days": "days", "number": "effective number", "count": "models"}


def headline(state: State) -> tuple[Metric, ...]:
    """Spend, largest vendor, independent fallbacks; then the others of `appetite_limits`."""
    figures = state.figures
    return tuple(metric_of(record, figures) for record in appetite_limits(state))


def with_before(then: tuple[Metric, ...], now: tuple[Metric, ...]) -> tuple[Metric, ...]:
    """The figures of ``now``, each with the value it had ``then``, and the limit if it differs."""
    known = {metric.id: metric for metric in then}
    return tuple(
        msgspec.structs.replace(
            metric,
            before=known[metric.id].value,
            limit_before=_limit_before(known[metric.id].limit, metric.limit),
        )
        if metric.id in known
        else metric
        for metric in now
    )


def _limit_before(then: str, now: str) -> str:
    """The earlier limit, where it was another one."""
    return "" if then == now else then or "no limit"


def metric_of(record: LimitRecord, figures: PortfolioFigures, note: str = "") -> Metric:
    """A record of the register as a headline figure; ``note`` says more of its subject."""
    notes = [_note(record, figures, note)]
    if record.reason and record.id != "forecast-spend" and not _says(notes, record.reason):
        notes.append(record.reason)
    return Metric(
        id=record.id,
        label=_label(record),
        value=_value(record, figures),
        limit=_limit(record, figures.currency),
        status=record.status,
        note="; ".join(filter(None, notes)),
        number=_number(record),
        unit=_unit(record, figures.currency),
    )


def _label(record: LimitRecord) -> str:
    if record.id == "forecast-spend":
        return "Forecast spend per month"
    if record.id == "retirement-slack":
        return (
            f"Slack before the next retirement (after {record.facts['lead_days']} days to migrate)"
        )
    return record.words


def _number(record: LimitRecord) -> float | None:
    if record.id == "outage-loss-p95":
        return float(record.facts["share"] or 0)
    return None if record.value is None else float(record.value)


def _unit(record: LimitRecord, currency: str) -> str:
    special = {
        "outage-loss-p95": "share of value at stake",
        "cost-at-risk": "share of expected spend",
        "already-broken": "limits",
        "worst-scenario": currency,
        "forecast-spend": f"{currency} per month",
    }
    known = record.value is not None or record.id in {"forecast-spend", "already-broken"}
    return special.get(record.id, _UNITS.get(record.unit, "")) if known else ""


def _value(record: LimitRecord, figures: PortfolioFigures) -> str:
    value = record.value
    if value is None:
        forecast = "not known" if figures.tasks else "none"
        return forecast if record.id == "forecast-spend" else _missing(record)
    if record.id == "outage-loss-p95":
        return f"{format_rounded(float(value))} {figures.currency} a year"
    text = _format(record, float(value), figures.currency)
    if record.id.startswith("largest-vendor"):
        return f"{record.subject[1]} {text}"
    return f"at least {text}" if _is_partial(record) else text


def _is_partial(record: LimitRecord) -> bool:
    """Whether the figure leaves out what is not known, and so is a lower bound."""
    unpriced = record.id == "worst-scenario" and record.reason.startswith("without ")
    return bool(unpriced or record.facts.get("unknown") or record.facts.get("unpriced"))


def _missing(record: LimitRecord) -> str:
    """What stands in place of a figure: there is none, it is not known, or not judged."""
    if record.reason in {"there is nothing to share yet", "there is no spend to reprice"}:
        return "none"
    if record.reason.startswith("no value at stake"):
        return "none"
    if record.id in {"retirement-slack", "worst-scenario"}:
        return "not known"
    return "not judged"


def _format(record: LimitRecord, value: float, currency: str) -> str:
    best = None if record.best is None else float(record.best)
    if record.id == "cost-at-risk":
        return format_change(value)
    if record.unit == "share":
        low = best if record.direction == "at most" and best is not None else None
        return (
            format_share(value) if low is None else f"{format_share(low)} to {format_share(value)}"
        )
    if record.unit == "number":
        ends = f"{value:.1f}", f"{value if best is None else best:.1f}"
        return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
    if record.unit == "days":
        return count_of(int(value), "day")
    if record.unit == "money":
        return format_money(Decimal(record.value or 0), currency)
    return f"{value:,.0f}"


def _limit(record: LimitRecord, currency: str) -> str:
    limit = record.limit
    if limit is None:
        return ""
    if record.id == "outage-loss-p95":
        share = float(record.facts["limit_share"] or 0)
        return f"at most {format_share(share)} of value at stake"
    if record.unit == "money":
        return _money_limit(record, currency)
    if record.unit == "count":
        return "none"
    spelled = {
        "share": format_change(float(limit))
        if record.id == "cost-at-risk"
        else format_share(limit),
        "number": f"{Decimal(limit).normalize():f}",
        "days": f"{int(limit)} days",
    }
    return f"{record.direction} {spelled[record.unit]}"


def _money_limit(record: LimitRecord, currency: str) -> str:
    year = " a year" if record.period == "year" else ""
    caps = " (sum of caps)" if record.facts.get("sum_of_caps") else ""
    return f"{record.direction} {format_money(Decimal(record.limit or 0), currency)}{year}{caps}"


def _note(record: LimitRecord, figures: PortfolioFigures, note: str) -> str:
    """What a reader must know beside the figure; what is not judged says why by itself."""
    facts, subject = record.facts, record.subject[1]
    if record.id == "forecast-spend":
        return _forecast_note(record, figures)
    if record.id == "retirement-slack":
        return _retirement_note(record)
    if record.value is None or (record.id == "retired-models" and not record.value):
        return "; ".join(filter(None, (_shares_note(record), note)))
    if record.id == "independent-fallback":
        return _fallback_note(record)
    if record.id == "retired-models":
        at_stake = Decimal(str(facts["value_at_stake"]))
        serving = f", serving {format_money(at_stake, figures.currency)} a month"
        return f"{subject} since {facts['since']}{serving if at_stake else ''}"
    fixed = {
        "price-shock": f"assumed; {subject} would cost most",
        "outage-loss-p95": f"{float(facts.get('share') or 0) * 100:.2f}% of the value at stake",
        "cost-at-risk": "above the expected spend of a year",
    }
    known = fixed.get(record.id) or _shares_note(record)
    return "; ".join(filter(None, (known, note)))


def _forecast_note(record: LimitRecord, figures: PortfolioFigures) -> str:
    paced, facts, currency = int(record.facts["paced"] or 0), record.facts, figures.currency
    counted = count_of(paced, "task class")
    pace = f"{counted} at the pace of actual spend"
    if facts["through"]:
        pace = f"{counted} by actual spend through {facts['through']}"
    if facts["low"] is not None:
        low, high = (format_money(Decimal(str(facts[end])), currency) for end in ("low", "high"))
        pace += f", 80% interval {low} to {high}"
    if facts["unattributed"]:
        amount = format_money(Decimal(str(facts["unattributed"])), currency)
        pace += f", {amount} of it not attributed"
    pace += f"; declared demand alone gives {format_forecast(figures)}"
    return "; ".join(filter(None, (pace if paced else "", record.reason)))


def _shares_note(record: LimitRecord) -> str:
    """What is not known of the shares, and what has no supplier."""
    if record.reason and record.judgment == "not judged" and record.subject == ("", ""):
        in_house = float(record.facts.get("in_house_share") or 0)
        nothing = record.reason == "there is nothing to share yet"
        return f"{format_share(in_house)} in-house" if in_house and nothing else ""
    notes = []
    unknown = float(record.facts.get("unknown_share") or 0)
    if unknown and record.id.startswith("effective"):
        notes.append(f"{format_share(unknown)} is not known")
    elif unknown and record.best is not None and record.subject[1] != UNKNOWN:
        notes.append(f"{format_share(unknown)} is at vendors not known")
    in_house = float(record.facts.get("in_house_share") or 0)
    if in_house:
        notes.append(f"{format_share(in_house)} in-house")
    return "; ".join(notes)


def _fallback_note(record: LimitRecord) -> str:
    shares = {name: format_share(float(record.facts[name] or 0)) for name in record.facts}
    proved = f"proved by a drill {shares['proved']}"
    notes = [f"declared {shares['declared']}, usable {shares['usable']}, {proved}"]
    if record.best is not None:
        notes.append(f"up to {format_share(record.best)} if hosts not known prove to be others")
    return "; ".join(notes)


def _says(notes: list[str], reason: str) -> bool:
    """Whether a note says the same, with its figures."""
    return any(note.startswith(reason) for note in notes)


def _retirement_note(record: LimitRecord) -> str:
    undated, models = record.facts["undated"], record.facts["models"]
    note = f"no date is known for {undated} of {models} routed models" if undated else ""
    first = f"{record.subject[1]} is the first" if record.value is not None else ""
    return "; ".join(filter(None, (first, note)))

"""Lifecycle: which models retire, when, and whether a migration can still be done in time."""

from collections.abc import Sequence
from datetime import MAXYEAR, date, timedelta

from multillm_gov.content import Cell, Column, Event, Paragraph, Status, Timeline
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import MOST_MARKS, bounded, part_of
from multillm_gov.risk.limits.appetite import CALM_SLACK_DAYS
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.retirement import ModelLife
from multillm_gov.words import count_of

_HORIZON_YEARS = 2


def lifecycle_section(risk: PortfolioRisk) -> Section:
    """A calendar of two years and a table of every model."""
    models, lead = risk.retirements.models, risk.context.settings.migration_lead_days
    if not models:
        return Section(id="lifecycle", title="Lifecycle", blocks=(Paragraph("No model is used."),))
    explanation = (
        f"Slack is the time to retirement less {count_of(lead, 'day')}, which a migration takes "
        "here. Not known means that no source we read gives a date, not that the model stays; "
        "dates of the same model at other providers are an indication only."
    )
    columns = (
        Column("Model"),
        Column("Used in"),
        Column("Retires"),
        Column("Slack", numeric=True),
        Column("Move to"),
    )
    blocks = (
        Paragraph(explanation),
        retirement_timeline(models, risk.context.as_of, lead),
        *bounded("Models in use", columns, [_row(model) for model in models], "further model"),
    )
    return Section(id="lifecycle", title="Lifecycle", blocks=blocks)


def retirement_timeline(
    models: Sequence[ModelLife], as_of: date, lead_days: int
) -> Timeline | Paragraph:
    """Models with a date, one row each; the others share one row and are named in the table."""
    dated = [model for model in models if model.retirement is not None]
    undated = len(models) - len(dated)
    if not dated:
        return Paragraph(
            f"No source we read gives a date for any of {count_of(len(models), 'model')}.", "watch"
        )
    end = _years_later(as_of, _HORIZON_YEARS)
    within = sum(model.retirement is not None and model.retirement <= end for model in models)
    verb = "retires" if within == 1 else "retire"
    title = f"{part_of(within, len(models), 'model')} {verb} by {end}"
    events = [
        _event(model, model.retirement, lead_days)
        for model in dated[:MOST_MARKS]
        if model.retirement
    ]
    if undated:
        title += f"; for {undated:,} no date is known"
        events.append(Event(label=count_of(undated, "model"), day="", text="date not known"))
    return Timeline(
        title=title,
        summary="; ".join(f"{event.label} {event.day or event.text}" for event in events),
        start=as_of.isoformat(),
        end=end.isoformat(),
        events=tuple(events),
    )


def _event(model: ModelLife, retirement: date, lead_days: int) -> Event:
    # The calendar has no day before the year 1.
    begin = retirement - min(timedelta(days=lead_days), retirement - date.min)
    slack = count_of(model.slack or 0, "day")
    is_past = (model.runway or 0) <= 0
    return Event(
        label=model.model,
        day=retirement.isoformat(),
        text=f"retired {retirement}" if is_past else f"{retirement}, slack {slack}",
        status=_status(model),
        since=begin.isoformat(),
    )


def _status(model: ModelLife) -> Status:
    """Bad when a migration would end too late; a routed model without a date is on watch."""
    if model.slack is None:
        return "watch" if model.routed else "neutral"
    return "bad" if model.slack < 0 else "watch" if model.slack <= CALM_SLACK_DAYS else "good"


def _years_later(day: date, years: int) -> date:
    if day.year + years > MAXYEAR:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _row(model: ModelLife) -> tuple[Cell, ...]:
    uses = [f"{len(model.routed)} routed"] if model.routed else []
    uses += [f"{len(model.standby)} fallback"] if model.standby else []
    status = _status(model)
    hint = f" ({model.hint})" if model.hint else ""
    retires, slack = Cell(f"not known{hint}", status), Cell("")
    if model.retirement is not None and model.slack is not None:
        retires = Cell(model.retirement.isoformat())
        slack = Cell(count_of(model.slack, "day"), status)
    successor = model.successor
    return (
        Cell(model.model),
        Cell(", ".join(uses)),
        retires,
        slack,
        Cell(f"{successor.model} ({successor.origin})" if successor else "not named"),
    )

"""Lifecycle: which models go away, when, and whether a move can still be made in time."""

from collections import Counter
from datetime import MAXYEAR, date, timedelta

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.content import Cell, Column, Event, Paragraph, Status, Timeline
from multillm_gov.measures.lifecycle import runway_days, slack_days
from multillm_gov.report import Section
from multillm_gov.reporting.shared.headline import CALM_SLACK_DAYS
from multillm_gov.reporting.shared.wording import MOST_MARKS, bounded, part_of
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.words import count_of

HORIZON_YEARS = 2


class _Model(Struct, frozen=True, kw_only=True):
    """One model of the portfolio and its dates."""

    name: str
    facts: ModelFacts | None
    routed: int
    fallback: int
    runway: int | None
    slack: int | None

    @property
    def status(self) -> Status:
        """Bad when a move can no longer be made in time; a routed model without a date is on watch (method 9)."""
        if self.slack is None:
            return "watch" if self.routed else "neutral"
        return "bad" if self.slack < 0 else "watch" if self.slack <= CALM_SLACK_DAYS else "good"


def retirement_timeline(assessment: Assessment) -> Timeline | Paragraph:
    """The calendar of two years alone."""
    return _timeline(assessment, _models(assessment))


def lifecycle_section(assessment: Assessment) -> Section:
    """A calendar of two years and a table of every model."""
    models = _models(assessment)
    if not models:
        return Section(id="lifecycle", title="Lifecycle", blocks=(Paragraph("No model is used."),))
    lead = assessment.portfolio.settings.migration_lead_days
    said = (
        f"Slack is the time to retirement less {lead} days, what a move to another model takes "
        "here. Not known means that no source that we read gives a date, not that the model "
        "stays; dates of the same model at other providers are an indication only."
    )
    rows = [_row(model) for model in models]
    columns = (
        Column("Model"),
        Column("Used in"),
        Column("Retires"),
        Column("Slack", numeric=True),
        Column("Move to"),
    )
    blocks = (
        Paragraph(said),
        _timeline(assessment, models),
        *bounded("Models in use", columns, rows, "model"),
    )
    return Section(id="lifecycle", title="Lifecycle", blocks=blocks)


def _models(assessment: Assessment) -> list[_Model]:
    """Least slack first, then those without a date, routed ones before fallbacks."""
    known: dict[str, ModelFacts | None] = {}
    routed: Counter[str] = Counter()
    fallback: Counter[str] = Counter()
    for task in assessment.figures.tasks:
        known |= {leg.model: leg.facts for leg in task.legs} | {
            spare.model: spare.facts for spare in task.fallbacks
        }
        routed.update({leg.model for leg in task.legs})
        fallback.update({spare.model for spare in task.fallbacks})
    lead = assessment.portfolio.settings.migration_lead_days
    models = [
        _Model(
            name=name,
            facts=facts,
            routed=routed[name],
            fallback=fallback[name],
            runway=runway_days(facts, assessment.as_of) if facts else None,
            slack=slack_days(facts, assessment.as_of, lead) if facts else None,
        )
        for name, facts in known.items()
    ]
    return sorted(models, key=lambda m: (m.slack is None, m.slack or 0, -m.routed, m.name))


def _timeline(assessment: Assessment, models: list[_Model]) -> Timeline | Paragraph:
    """Models with a date, one row each; the others are one row, named in the table."""
    dated = [model for model in models if model.runway is not None]
    undated = len(models) - len(dated)
    if not dated:
        return Paragraph(
            f"No source that we read gives a date for any of {count_of(len(models), 'model')}.",
            "watch",
        )
    start, end = assessment.as_of, _years_later(assessment.as_of, HORIZON_YEARS)
    within = [model for model in dated if start + timedelta(days=model.runway or 0) <= end]
    verb = "retires" if len(within) == 1 else "retire"
    title = f"{part_of(len(within), len(models), 'model')} {verb} by {end}"
    events = [_event(model, assessment) for model in dated[:MOST_MARKS]]
    if undated:
        title += f"; for {undated:,} no date is known"
        events.append(Event(label=count_of(undated, "model"), day="", text="date not known"))
    return Timeline(
        title=title,
        summary="; ".join(f"{event.label} {event.day or event.text}" for event in events),
        start=start.isoformat(),
        end=end.isoformat(),
        events=tuple(events),
    )


def _event(model: _Model, assessment: Assessment) -> Event:
    lead = timedelta(days=assessment.portfolio.settings.migration_lead_days)
    retirement = assessment.as_of + timedelta(days=model.runway or 0)
    begin = retirement - min(
        lead, retirement - date.min
    )  # the calendar has no day before the year 1
    return Event(
        label=model.name,
        day=_day(model),
        text=_told(model),
        status=model.status,
        since=begin.isoformat(),
    )


def _years_later(day: date, years: int) -> date:
    if day.year + years > MAXYEAR:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _day(model: _Model) -> str:
    retirement = model.facts.lifecycle.retirement if model.facts else None
    return retirement.isoformat() if retirement else ""


def _told(model: _Model) -> str:
    if (model.runway or 0) <= 0:
        return f"retired {_day(model)}"
    return f"{_day(model)}, slack {count_of(model.slack or 0, 'day')}"


def _row(model: _Model) -> tuple[Cell, ...]:
    uses = [f"{model.routed} routed"] if model.routed else []
    uses += [f"{model.fallback} fallback"] if model.fallback else []
    dated = model.slack is not None
    slack = f"{model.slack:,} days" if dated else ""
    return (
        Cell(model.name),
        Cell(", ".join(uses)),
        Cell(_day(model)) if dated else Cell("not known", model.status),
        Cell(slack, model.status if dated else "neutral"),
        Cell(_successor(model.facts)),
    )


def _successor(facts: ModelFacts | None) -> str:
    if facts is None or facts.lifecycle.successor is None:
        return "not named"
    return f"{facts.lifecycle.successor.model} ({facts.lifecycle.successor.origin})"

"""The retirement calendar: what goes when, with how much notice, and whether the next model is ready."""

from collections.abc import Iterator, Sequence

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Status, Table
from multillm_gov.report import Section
from multillm_gov.reporting.board.lifecycle import retirement_timeline
from multillm_gov.reporting.shared.wording import MOST_ROWS, bounded
from multillm_gov.risk.retirement import (
    ModelLife,
    fixed_life_chance,
    forced_migrations,
    median_life,
    model_lives,
    retirement_chance,
    unprepared_models,
)
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.units import format_share
from multillm_gov.words import code, count_of, join_some

HORIZONS = (12, 24)
"""Months for which forced migrations are counted."""


def retirement_section(assessment: Assessment, context: StressContext) -> Section:
    """How many migrations are forced, the calendar, and every model with its notice and successor."""
    models = model_lives(context)
    if not models:
        return Section(
            id="retirements", title="Retirement calendar", blocks=(Paragraph("No model is used."),)
        )
    lead = context.settings.migration_lead_days
    blocks: list[Block] = [
        _forced(models, context),
        *_calm(models, context),
        retirement_timeline(assessment),
    ]
    rows = [_row(one) for one in models]
    columns = (
        Column("Model"),
        Column("Retires"),
        Column("Slack", numeric=True),
        Column("Notice", numeric=True),
        Column("Move to"),
        Column("Tested in", numeric=True),
    )
    title = (
        f"Models in use, with {lead} days to migrate and the task classes in which the "
        "successor is tested"
    )
    blocks += bounded(title, columns, rows, "model")
    blocks += _short_notice(models, lead)
    blocks += _policies(models)
    return Section(id="retirements", title="Retirement calendar", blocks=tuple(blocks))


def _forced(models: Sequence[ModelLife], context: StressContext) -> Table:
    median, assumed = median_life(context)
    word = "assumed" if assumed else "declared"
    rows = []
    for months in HORIZONS:
        forced = forced_migrations(models, months, median)
        rows.append(
            (
                Cell(f"{months} months"),
                Cell(f"{forced.certain:,}"),
                Cell(f"{forced.assumed:.1f}"),
                Cell(f"{forced.expected:.1f}", strong=True),
                Cell(format_share(forced.any_assumed)),
            )
        )
    columns = (
        Column("Within"),
        Column("By known dates", numeric=True),
        Column(f"Undated ({word})", numeric=True),
        Column("Expected", numeric=True),
        Column("Any undated", numeric=True),
    )
    return Table(title="Migrations that retirements force", columns=columns, rows=tuple(rows))


def _calm(models: Sequence[ModelLife], context: StressContext) -> Iterator[Paragraph]:
    median, assumed = median_life(context)
    undated = sum(one.runway is None for one in models)
    if not undated:
        return
    source = "assumed: 114 dated models of the price map" if assumed else "declared in govern.yaml"
    lower = retirement_chance(median, 12)
    yield Paragraph(
        f"No date is known for {count_of(undated, 'model')}, which never means that they stay. "
        "Each is taken to go at "
        f"a constant hazard of one over a median life of {median:g} months ({source}): "
        f"{format_share(lower)} within 12 "
        "months; if all lived equally long it would be "
        f"{format_share(fixed_life_chance(median, 12))}."
    )


def _row(one: ModelLife) -> tuple[Cell, ...]:
    dated = one.retirement is not None
    status: Status = "neutral"
    if one.slack is not None:
        status = "bad" if one.slack < 0 else "good"
    elif one.routed:
        status = "watch"
    return (
        Cell(one.model),
        Cell(one.retirement.isoformat()) if one.retirement else Cell("not known", status),
        Cell(f"{one.slack:,} days" if dated else "–", status if dated else "neutral"),
        Cell(f"{one.notice_days:,} days" if one.notice_days is not None else "not known"),
        Cell(f"{one.successor.model} ({one.successor.origin})" if one.successor else "not named"),
        Cell(f"{len(one.tested):,} of {len(one.users):,}" if one.successor else "–"),
    )


def _short_notice(models: Sequence[ModelLife], lead: int) -> Iterator[Block]:
    """Where a notice given today would come too late."""
    short = unprepared_models(models)
    if not short:
        yield Paragraph("No routed model could be gone before a move away from it is done.", "good")
        return
    told = [
        f"{code(one.model)}: {_why(one, lead)}; "
        + (
            f"successor {code(one.successor.model)} is not tested"
            if one.successor
            else "no successor is named"
        )
        for one in short[:MOST_ROWS]
    ]
    yield Paragraph(
        f"{count_of(len(short), 'routed model')} could be gone before a move is done, which takes "
        f"{lead} days here; "
        "a successor must be tested before notice is given:",
        "watch",
    )
    yield Items(tuple(told))


def _why(one: ModelLife, lead: int) -> str:
    if one.slack is not None:
        return f"retires {-one.slack:,} days too early"
    if one.notice_days is None:
        return "no notice is promised in days"
    return f"{one.notice_days} days of notice leave {lead - one.notice_days} days short"


def _policies(models: Sequence[ModelLife]) -> Iterator[Block]:
    """What providers promise, as their pages word it."""
    known = {one.provider: one.notice for one in models if one.notice is not None}
    unknown = sorted({one.provider for one in models if one.notice is None})
    if known:
        yield Paragraph("What providers promise about notice, on their own pages:")
        yield Items(
            tuple(
                f"{provider}: {known[provider].said} ({known[provider].source})"
                for provider in sorted(known)
            )
        )
    if unknown:
        yield Paragraph(f"No promise is known of {join_some([code(name) for name in unknown])}.")

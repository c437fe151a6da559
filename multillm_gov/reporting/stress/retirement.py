"""Retirement calendar: dates, notice, and whether the next model is ready."""

from collections.abc import Iterator, Sequence

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Status, Table
from multillm_gov.report import Section
from multillm_gov.reporting.board.lifecycle import retirement_timeline
from multillm_gov.reporting.shared.tables import MOST_ROWS, bounded
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.retirement import ModelLife, RetirementOutlook
from multillm_gov.units import format_share
from multillm_gov.words import code, count_of, join_some


def retirement_section(risk: PortfolioRisk) -> Section:
    """Forced migrations, the calendar, and every model with its notice and successor."""
    outlook, lead = risk.retirements, risk.context.settings.migration_lead_days
    if not outlook.models:
        return Section(
            id="retirements", title="Retirement calendar", blocks=(Paragraph("No model is used."),)
        )
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
    blocks: tuple[Block, ...] = (
        *_already(outlook.already_retired),
        _forced(outlook),
        *_undated(outlook),
        retirement_timeline(outlook.models, risk.context.as_of, lead),
        *bounded(title, columns, [_row(model) for model in outlook.models], "further model"),
        *_short_notice(outlook.unprepared, lead),
        *_promises(outlook.models),
    )
    return Section(id="retirements", title="Retirement calendar", blocks=blocks)


def _forced(outlook: RetirementOutlook) -> Table:
    rows = tuple(
        (
            Cell(f"{forced.months} months"),
            Cell(f"{forced.certain:,}"),
            Cell(f"{forced.assumed:.1f}"),
            Cell(f"{forced.expected:.1f}", strong=True),
            Cell(format_share(forced.any_assumed)),
        )
        for forced in outlook.forced
    )
    source = "assumed" if outlook.is_median_assumed else "declared"
    columns = (
        Column("Within"),
        Column("By known dates", numeric=True),
        Column(f"Undated ({source})", numeric=True),
        Column("Expected", numeric=True),
        Column("Any undated", numeric=True),
    )
    return Table(title="Migrations forced by retirements", columns=columns, rows=rows)


def _already(models: Sequence[ModelLife]) -> Iterator[Block]:
    """Present facts, which no forecast counts."""
    if not models:
        return
    yield Paragraph(f"{count_of(len(models), 'model')} in use already retired:", "bad")
    yield Items(
        tuple(
            f"{code(model.model)}: since {model.retirement}, "
            f"{count_of(len(model.routed), 'route')}, "
            f"{count_of(len(model.standby), 'task class')} with it as a fallback only"
            for model in models[:MOST_ROWS]
        )
    )


def _undated(outlook: RetirementOutlook) -> Iterator[Paragraph]:
    undated = sum(model.runway is None for model in outlook.models)
    if not undated:
        return
    source = "declared in `govern.yaml`"
    if outlook.is_median_assumed:
        source = "assumed: 114 dated models of the price map"
    yield Paragraph(
        f"No source we read gives a date for {count_of(undated, 'model')}; that does not mean "
        "that they stay. Half of all models are taken to retire within a median life of "
        f"{outlook.median_months:g} months, at a constant hazard ({source}): "
        f"{format_share(outlook.chance_in_year)} within 12 months; "
        f"{format_share(outlook.chance_in_year_at_fixed_life)} if all models lived equally long."
    )


def _row(model: ModelLife) -> tuple[Cell, ...]:
    dated = model.retirement is not None
    status: Status = "neutral"
    if model.slack is not None:
        status = "bad" if model.slack < 0 else "good"
    elif model.routed:
        status = "watch"
    return (
        Cell(model.model),
        _date(model, status),
        Cell(count_of(model.slack or 0, "day") if dated else "–", status if dated else "neutral"),
        Cell(count_of(model.notice_days, "day") if model.notice_days is not None else "not known"),
        Cell(
            f"{model.successor.model} ({model.successor.origin})"
            if model.successor
            else "not named"
        ),
        Cell(f"{len(model.tested):,} of {len(model.users):,}" if model.successor else "–"),
    )


def _date(model: ModelLife, status: Status) -> Cell:
    if model.retirement is None:
        return Cell(f"not known ({model.hint})" if model.hint else "not known", status)
    return Cell(f"{'retired since ' if model.is_retired else ''}{model.retirement}")


def _short_notice(short: Sequence[ModelLife], lead: int) -> Iterator[Block]:
    """Where a notice given today would come too late."""
    if not short:
        yield Paragraph("Every routed model gives enough notice or has a tested successor.", "good")
        return
    yield Paragraph(
        f"{count_of(len(short), 'routed model')} could retire before a migration is done, which "
        f"takes {lead} days here; a successor must be tested before notice is given:",
        "watch",
    )
    yield Items(
        tuple(
            f"{code(model.model)}: {_why(model, lead)}; "
            + (
                f"successor {code(model.successor.model)} is not tested"
                if model.successor
                else "no successor is named"
            )
            for model in short[:MOST_ROWS]
        )
    )


def _why(model: ModelLife, lead: int) -> str:
    if model.slack is not None:
        return f"retires {count_of(-model.slack, 'day')} too early"
    if model.notice_days is None:
        return "no notice is promised in days"
    return (
        f"{count_of(model.notice_days, 'day')} of notice, {lead - model.notice_days} fewer than a "
        "migration takes"
    )


def _promises(models: Sequence[ModelLife]) -> Iterator[Block]:
    """What providers promise, as their pages word it."""
    known = {model.provider: model.notice for model in models if model.notice is not None}
    unknown = sorted({model.provider for model in models if model.notice is None})
    if known:
        yield Paragraph("Notice that providers promise on their own pages:")
        yield Items(
            tuple(
                f"{provider}: {known[provider].said} ({known[provider].source})"
                for provider in sorted(known)
            )
        )
    if unknown:
        yield Paragraph(f"No promise is known of {join_some([code(name) for name in unknown])}.")

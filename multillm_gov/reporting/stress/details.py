"""One scenario in full: why, its parameters, its worst case by task class, and every case."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.content import Block, Cell, Column, Items, Paragraph
from multillm_gov.portfolio.scenario import Shock
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import bounded
from multillm_gov.reporting.stress.status import (
    format_added,
    format_broken,
    format_loss,
    format_requests,
    task_status,
    whole_status,
)
from multillm_gov.risk.stress.scenario_book import BUILT_IN
from multillm_gov.risk.stress.shock_parameters import format_hours
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.stress.variants import ScenarioResult, ScenarioVariant
from multillm_gov.units import format_share
from multillm_gov.words import code, count_of

_MOST_BROKEN = 30


def detail_section(result: ScenarioResult, context: StressContext) -> Section:
    """The worst variant first, then the others."""
    scenario = result.booked.scenario
    blocks: list[Block] = [
        Paragraph(text) for text in (scenario.because.strip(), _origin(result)) if text
    ]
    blocks.append(Items(tuple(format_shock(shock) for shock in scenario.shocks)))
    if result.worst is None:
        blocks.append(
            Paragraph("The portfolio declares none of its targets, so there is nothing to run.")
        )
    else:
        blocks += _worst(result, result.worst, context)
        blocks += _variants(result, context)
    return Section(
        id=f"scenario-{result.name}",
        title=f"{scenario.title} ({result.name})",
        blocks=tuple(blocks),
    )


def _origin(result: ScenarioResult) -> str:
    booked = result.booked
    sentences = []
    if booked.source != BUILT_IN:
        sentences.append(f"Defined in {code(booked.source)}.")
    if booked.settings:
        sentences.append(f"Set for this run: {', '.join(map(code, booked.settings))}.")
    return " ".join(sentences)


def format_shock(shock: Shock) -> str:
    """``outage of each provider, hours 4.4, at the busiest time``."""
    target = (
        f" of {_target(shock.level.replace('_', ' '), shock.entity)}"
        if shock.level
        else " of everything"
    )
    parts = []
    for name in shock.__struct_fields__:
        value = getattr(shock, name)
        if name in {"kind", "level", "entity", "at_peak", "hard"} or value is None:
            continue
        text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value).lower()
        parts.append(f"{name.replace('_', ' ')} {text}")
    parts += ["at the busiest time"] if shock.at_peak else []
    parts += (
        ["requests continue beyond the cap"]
        if shock.kind == "cap-exhausted" and not shock.hard
        else []
    )
    return ", ".join([f"{shock.kind}{target}", *parts])


def _target(level: str, entity: str) -> str:
    words = {
        "each": f"each {level}",
        "largest": f"the largest {level}",
        "others": f"every other {level}",
    }
    return words.get(entity, f"{level} {entity}")


def _worst(
    result: ScenarioResult, worst: ScenarioVariant, context: StressContext
) -> Iterator[Block]:
    outcome, currency = worst.outcome, context.figures.currency
    columns = (
        Column("Task class"),
        Column("Unserved", numeric=True),
        Column("Degraded", numeric=True),
        Column(f"At risk ({currency})", numeric=True),
        Column("Added cost", numeric=True),
        Column("Recovery", numeric=True),
    )
    title = f"Worst case: {worst.words or 'everything'}"
    yield from bounded(
        title, columns, _rows(worst, context), "further task class", "No task class is affected."
    )
    yield Paragraph(_whole(worst, context))
    yield from _breaks(result, worst, currency)
    doubts = (*outcome.assumed, *outcome.unknown)
    if doubts:
        yield Paragraph("Assumed or not known:")
        yield Items(doubts)


def _breaks(result: ScenarioResult, worst: ScenarioVariant, currency: str) -> Iterator[Block]:
    """Limits broken in the worst case, and in others, which may break what it does not."""
    broken = _broken(worst, currency)
    elsewhere = [
        f"{variant.words}: {breach}"
        for variant in result.variants[1:]
        for breach in _broken(variant, currency)
    ]
    if broken:
        yield Paragraph(
            f"{count_of(len(broken), 'limit')} broken that hold without the shock:", "bad"
        )
        yield Items(tuple(broken[:_MOST_BROKEN]))
    else:
        case = "The most expensive case" if elsewhere else "The scenario"
        yield Paragraph(f"{case} breaks no cap and no floor that holds without the shock.")
    if elsewhere:
        yield Paragraph(f"{count_of(len(elsewhere), 'limit')} broken in other cases:", "bad")
        yield Items(tuple(elsewhere[:_MOST_BROKEN]))
        if len(elsewhere) > _MOST_BROKEN:
            yield Paragraph(f"{len(elsewhere) - _MOST_BROKEN:,} more not shown.")


def _broken(variant: ScenarioVariant, currency: str) -> list[str]:
    return [
        format_broken(breach, currency)
        for breach in (*variant.outcome.caps_broken, *variant.outcome.floors_broken)
    ]


def _rows(worst: ScenarioVariant, context: StressContext) -> list[tuple[Cell, ...]]:
    """The task classes affected, the largest loss first."""
    rows = []
    for task, outcome in zip(context.tasks, worst.outcome.tasks, strict=True):
        status = task_status(task, outcome, worst.outcome, context)
        if status == "good" and not outcome.added_cost and outcome.cost_known:
            continue
        row = (
            Cell(task.name, status),
            Cell(format_requests(outcome.unserved_requests)),
            Cell(format_requests(outcome.degraded_requests)),
            Cell(format_loss(outcome.value_at_risk, context)),
            Cell(format_added(outcome, context)),
            Cell(format_hours(outcome.hours_to_recover) if outcome.hours_to_recover else "–"),
        )
        rows.append((-outcome.loss, task.name, row))
    return [row for _, _, row in sorted(rows, key=lambda each: each[:2])]


def _whole(worst: ScenarioVariant, context: StressContext) -> str:
    outcome, currency = worst.outcome, context.figures.currency
    vendors = outcome.concentration
    parts = [
        f"{format_requests(number)} requests {word}"
        for number, word in (
            (outcome.unserved_requests, "unserved"),
            (outcome.degraded_requests, "degraded"),
        )
        if number
    ]
    parts += [
        f"{format_loss(money, context)} {currency} {word}"
        for money, word in (
            (outcome.value_at_risk, "at risk"),
            (outcome.added_cost, "of added cost"),
        )
        if money
    ]
    if not outcome.cost_known:
        parts.append("an added cost that is not known in full")
    total = f"In total: {', '.join(parts)}." if parts else "In total nothing is lost."
    if not vendors.largest:
        return f"{total} During it no vendor is paid for answers."
    if not vendors.known:
        return f"{total} Shares of spend during it are not judged: not every cost is known."
    return (
        f"{total} During it {vendors.largest} has {format_share(vendors.largest_share)} of spend "
        f"(HHI {vendors.hhi:,.0f})."
    )


def _variants(result: ScenarioResult, context: StressContext) -> Iterator[Block]:
    if len(result.variants) < 2 and not result.left_out:
        return
    rows = [
        (
            Cell(variant.words or "everything", whole_status(variant.outcome, context)),
            Cell(format_requests(variant.outcome.unserved_requests)),
            Cell(format_requests(variant.outcome.degraded_requests)),
            Cell(format_loss(variant.outcome.value_at_risk, context)),
            Cell(format_added(variant.outcome, context)),
        )
        for variant in result.variants
    ]
    columns = (
        Column("Target"),
        Column("Unserved", numeric=True),
        Column("Degraded", numeric=True),
        Column(f"At risk ({context.figures.currency})", numeric=True),
        Column("Added cost", numeric=True),
    )
    yield from bounded("Every case, worst first", columns, rows, "further case")
    if result.left_out:
        yield Paragraph(
            f"{count_of(result.left_out, 'case')} with less value at stake were not run."
        )

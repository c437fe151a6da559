"""The plan: stages with their moves, what comes first, when to go back, effect on every limit."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Table
from multillm_gov.optimization.plan import Measurement
from multillm_gov.report import Section
from multillm_gov.reporting.optimization.result import (
    OptimizationResult,
    ScenarioEffect,
    StageResult,
)
from multillm_gov.reporting.shared.tables import amount
from multillm_gov.reporting.stress.status import change_status
from multillm_gov.units import cents, format_money
from multillm_gov.words import code, count_of

_MOST_ROWS = 40


def plan_sections(result: OptimizationResult) -> Iterator[Section]:
    """One section per stage, in order."""
    for number, stage in enumerate(result.stages, 1):
        yield Section(
            id=f"stage-{number}",
            title=f"Stage {number}: {stage.name}",
            blocks=tuple(_stage(stage, result)),
        )


def _less(saving: Decimal, falls: str, rises: str, money: str) -> str:
    """Saves 10 USD, or costs 10 USD."""
    return f"{rises if saving < 0 else falls} {format_money(abs(saving), money)}"


def _stage(stage: StageResult, result: OptimizationResult) -> Iterator[Block]:
    money = result.currency
    yield Paragraph(
        f"{_less(stage.saving, 'Saves', 'Costs', money)} a month"
        f"{' more than' if stage.saving < 0 else ' against'} today's allocation; "
        f"consumption {_less(stage.spend_saving, 'falls by', 'rises by', money)}."
        + (
            f" Cash paid {_less(stage.cash_saving, 'falls by', 'rises by', money)} while minimums "
            "are owed."
            if stage.cash_saving != stage.spend_saving
            else ""
        )
    )
    yield _moves(stage)
    first = [*map(_measure, filter(_is_open, stage.measurements))]
    first += [f"{one.rule} {one.name}: {one.message}." for one in stage.afterwards]
    yield Items(tuple(first) or ("Nothing further must be measured first.",))
    yield Items(stage.rollback)
    if stage.effects:
        yield _effects(stage)
    yield from _stress(stage, money)


def _moves(stage: StageResult) -> Table:
    rows = tuple(
        (
            Cell(move.task),
            Cell(_route(move.before)),
            Cell(_route(move.route)),
            Cell(", ".join(move.fallbacks) or "none"),
        )
        for move in stage.moves[:_MOST_ROWS]
    )
    columns = (
        Column("Task class"),
        Column("Today"),
        Column("Proposed"),
        Column("Fallbacks"),
    )
    more = len(stage.moves) - len(rows)
    title = f"Moves ({count_of(more, 'further one')} not shown)" if more > 0 else "Moves"
    return Table(title=title, columns=columns, rows=rows)


def _route(route: tuple[tuple[str, Decimal], ...]) -> str:
    if len(route) == 1:
        return route[0][0]
    return ", ".join(f"{model} {weight.normalize():f}%" for model, weight in route)


def _is_open(one: Measurement) -> bool:
    return one.missing > 0


def _measure(one: Measurement) -> str:
    origin = "only public results" if one.public else f"{one.measured:,} cases"
    return (
        f"First score {code(one.model)} for {code(one.task)} on {one.missing:,} more cases: "
        f"{one.cases:,} show a difference of 5 points, it has {origin}."
    )


def _effects(stage: StageResult) -> Table:
    columns = (
        Column("Limit"),
        Column("Required", numeric=True),
        Column("Today", numeric=True),
        Column("Then", numeric=True),
    )
    rows = tuple(
        (Cell(one.limit), Cell(one.required), Cell(one.before), Cell(one.after))
        for one in stage.effects[:_MOST_ROWS]
    )
    return Table(title="Effect on every limit", columns=columns, rows=rows)


def _stress(stage: StageResult, currency: str) -> Iterator[Block]:
    """The scenarios whose worst case changes, worst change first, and what breaks anew."""
    changed = [one for one in stage.stress.scenarios if _moved(one) or one.newly_broken]
    same = len(stage.stress.scenarios) - len(changed)
    columns = (
        Column("Scenario"),
        Column("Today", numeric=True),
        Column("Then", numeric=True),
        Column("Breaks a limit only then"),
    )
    rows = tuple(
        (
            Cell(one.name),
            Cell(_worst(one.before, one, currency)),
            Cell(_worst(one.after, one, currency), change_status(_moved(one))),
            Cell("; ".join(one.newly_broken) or "no"),
        )
        for one in sorted(changed, key=lambda one: (-_moved(one), one.name))
    )
    if rows:
        yield Table(
            title=f"Stress: value at risk and added cost of each worst case ({currency})",
            columns=columns,
            rows=rows,
        )
    tail = f"; {count_of(stage.stress.not_run, 'scenario')} not run" if stage.stress.not_run else ""
    yield Paragraph(
        f"Stressed with {count_of(len(stage.stress.scenarios), 'scenario')}: "
        f"{same:,} end as they do today, and no further limit breaks without a shock{tail}."
    )


def _moved(one: ScenarioEffect) -> Decimal:
    return cents(one.after or Decimal(0)) - cents(one.before or Decimal(0))


def _worst(value: Decimal | None, one: ScenarioEffect, currency: str) -> str:
    if value is None:
        return "nothing hit"
    shown = amount(cents(value), currency)
    return shown if one.is_known else f"at least {shown}"


def held_blocks(result: OptimizationResult) -> tuple[Block, ...]:
    """Task classes that keep their route, and why."""
    reasons = [(one.task, one.reason) for one in result.held]
    reasons = [(task, dict(result.dropped).get(task, reason)) for task, reason in reasons]
    if not reasons:
        return ()
    columns = (Column("Task class"), Column("Why"))
    rows = tuple((Cell(task), Cell(why)) for task, why in sorted(reasons)[:_MOST_ROWS])
    return (Table(title="Held as they are", columns=columns, rows=rows),)

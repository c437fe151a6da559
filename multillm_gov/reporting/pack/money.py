"""What is spent: actual, forecast and cap by task class, why it moved, and how it all adds up."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.changes.comparison import Comparison
from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.measures.burn import actual_pace, current_actual, run_rate
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.register import STATUS_OF
from multillm_gov.report import Section
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.reporting.pack.records import signed
from multillm_gov.risk.limits.judging import judge_below, nothing_known
from multillm_gov.state.state import State
from multillm_gov.units import MONTHS_PER_YEAR

_ZERO = Decimal(0)


def cost_section(state: State, comparison: Comparison | None, edition: Edition) -> Section:
    """Worst use of a cap first, then money; others and totals; the year; why it moved."""
    say, figures = edition.say, state.figures
    blocks: list[Block] = []
    if not figures.tasks:
        blocks.append(Paragraph(say("cost.nothing")))
    else:
        blocks.append(_table(state, edition))
        blocks.append(Paragraph(_year(state, edition)))
        blocks += _waterfall(comparison, edition)
    return Section(id="cost", title=say("section.cost"), blocks=tuple(blocks))


def _actual(state: State, name: str) -> Decimal | None:
    placed = current_actual(state.actuals.task_classes.get(name, ()), state.as_of)
    return Decimal(placed.actual.spend) if placed else None


def _month(state: State, task: TaskFigures) -> Decimal | None:
    """What the month is expected to cost: by actual spend where it is loaded, else as declared."""
    pace = actual_pace(task, state.actuals, state.as_of)
    return task.spend_per_month if pace is None else pace


def _other_spend(state: State) -> Decimal:
    """What the forecast has beyond the task classes: spend of none of them, or of an owner."""
    known = sum((_month(state, task) or _ZERO for task in state.figures.tasks), _ZERO)
    return run_rate(state.figures, state.actuals, state.as_of).spend - known


def _table(state: State, edition: Edition) -> Table:
    say, tasks = edition.say, state.figures.tasks
    actual = {task.task.name: _actual(state, task.task.name) for task in tasks}
    month = {task.task.name: _month(state, task) for task in tasks}
    has_actuals = any(each is not None for each in actual.values())

    def excess(task: TaskFigures) -> tuple[bool, Decimal, str]:
        cap = task.task.declared.spend_cap.monthly
        amounts = (task.spend_per_month, actual[task.task.name], month[task.task.name])
        spent = max(amount or _ZERO for amount in amounts)
        return cap is None or spent <= cap, -spent, task.task.name

    ordered = sorted(tasks, key=excess)
    shown, rest = ordered[: edition.most_rows], ordered[edition.most_rows :]
    spent = actual if has_actuals else None
    rows = [_row(task, spent, month, edition) for task in shown]
    if rest:
        rows.append(_sum(say("others", n=len(rest)), _amounts(rest, spent, month), edition))
    amounts, other = _amounts(tasks, spent, month), _other_spend(state)
    if spent is not None and abs(other) >= Decimal("0.005"):
        cells = (Cell(""), Cell(edition.amount(other)), *(Cell("") for _ in range(4)))
        rows.append((Cell(say("cost.other")), *cells))
        amounts[1].append(other)
    rows.append(_sum(say("total"), amounts, edition))
    columns = _columns(edition, has_actuals=has_actuals)
    return Table(title=say("table.cost"), columns=tuple(columns), rows=tuple(rows))


def _columns(edition: Edition, *, has_actuals: bool) -> list[Column]:
    say = edition.say
    columns = [
        Column(say("column.task")),
        Column(say("column.forecast", currency=edition.currency), numeric=True),
        Column(say("column.cap"), numeric=True),
        Column(say("column.per-thousand", currency=edition.currency), numeric=True),
        Column(say("column.status")),
    ]
    if has_actuals:
        columns.insert(1, Column(say("column.actual", currency=edition.currency), numeric=True))
        columns.insert(3, Column(say("column.declared", currency=edition.currency), numeric=True))
    return columns


def _row(
    task: TaskFigures,
    actual: dict[str, Decimal | None] | None,
    month: dict[str, Decimal | None],
    edition: Edition,
) -> tuple[Cell, ...]:
    say, cap, name = edition.say, task.task.declared.spend_cap.monthly, task.task.name
    spent = actual[name] if actual is not None else None
    known = [amount for amount in (task.spend_per_month, spent, month[name]) if amount is not None]
    status = Cell(say("status.no-cap"))
    if cap is not None:
        judgment = judge_below(max(known), cap) if known else "not judged"
        if task.spend_per_month is None and judgment != "outside":
            judgment = "not judged"
        status = Cell(say(f"status.{judgment}"), STATUS_OF[judgment])
    unit = task.cost_per_request
    cells = [Cell(edition.amount(month[name]))]
    if actual is not None:
        loaded = edition.amount(spent) if spent is not None else say("none-loaded")
        cells = [Cell(loaded), *cells, Cell(edition.amount(task.spend_per_month))]
    return (
        Cell(edition.task(name)),
        *cells,
        Cell(say("limit.none-set") if cap is None else edition.amount(cap)),
        Cell(edition.amount(None if unit is None else unit * 1000)),
        status,
    )


def _amounts(
    tasks: Sequence[TaskFigures],
    actual: dict[str, Decimal | None] | None,
    month: dict[str, Decimal | None],
) -> list[list[Decimal | None]]:
    """Per column that adds up, the amounts of some task classes."""
    names = [task.task.name for task in tasks]
    caps: list[Decimal | None] = [task.task.declared.spend_cap.monthly for task in tasks]
    columns = [[month[name] for name in names], caps]
    if actual is not None:
        declared = [task.spend_per_month for task in tasks]
        columns = [[actual[name] for name in names], columns[0], declared, caps]
    return columns


def _sum(label: str, columns: list[list[Decimal | None]], edition: Edition) -> tuple[Cell, ...]:
    """Totals; a lower bound where a part is not known, and said so."""

    def total(amounts: list[Decimal | None]) -> str:
        known = [amount for amount in amounts if amount is not None]
        text = edition.amount(sum(known, _ZERO) if known else None)
        return edition.say("at-least", x=text) if known and len(known) < len(amounts) else text

    texts = [*map(total, columns), "", ""]
    return (Cell(label, strong=True), *(Cell(text, strong=True) for text in texts))


def _year(state: State, edition: Edition) -> str:
    """The forecast of a year, and which of it rests on actual spend."""
    say = edition.say
    pace = run_rate(state.figures, state.actuals, state.as_of)
    unknown = [name for name in state.figures.unpriced if name not in pace.counted]
    paced = replace(state.figures, spend_per_month=pace.spend, unpriced=tuple(unknown))
    year = edition.amount(None)
    if not nothing_known(paced):
        year = edition.money(pace.spend * MONTHS_PER_YEAR)
        year = say("at-least", x=year) if unknown else year
    parts = [say("cost.year", amount=year)]
    if pace.counted:
        parts.append(say("cost.paced", n=len(pace.counted), total=len(state.figures.tasks)))
    else:
        parts.append(say("cost.plan"))
    if unknown:
        names = edition.tasks(unknown)
        parts.append(say("cost.unpriced", n=len(unknown), tasks=names))
    return " ".join(parts)


def _waterfall(comparison: Comparison | None, edition: Edition) -> Iterator[Block]:
    """Why the forecast moved; the parts add up to the whole."""
    say = edition.say
    if comparison is None or comparison.spend.parts is None or comparison.spend.delta is None:
        return
    spend, parts, delta = comparison.spend, comparison.spend.parts, comparison.spend.delta
    added, removed = spend.added or _ZERO, spend.removed or _ZERO
    steps = (
        ("price", parts.price),
        ("demand", parts.demand),
        ("routing", parts.routing),
        ("hosting", parts.hosting),
        ("added", added),
        ("removed", -removed),
        ("unexplained", delta - parts.total - added + removed),
    )
    rows = [(Cell(say("step.before")), Cell(edition.amount(spend.before), strong=True))]
    rows += [
        (Cell(say(f"step.{name}")), Cell(signed(float(amount), edition)))
        for name, amount in steps
        if abs(amount) >= 1
    ]
    rows.append((Cell(say("step.after")), Cell(edition.amount(spend.after), strong=True)))
    columns = (
        Column(say("column.step")),
        Column(say("column.a-month", currency=edition.currency), numeric=True),
    )
    yield Table(title=say("table.waterfall"), columns=columns, rows=tuple(rows))


def reconciliation_section(state: State, edition: Edition) -> Section:
    """The forecast added up in three ways, to the cent; a difference would be a defect."""
    say, figures = edition.say, state.figures
    by_task = sum((task.spend_per_month or _ZERO for task in figures.tasks), _ZERO)
    by_owner = sum((amount for _, amount in figures.spend_per_month_by_owner), _ZERO)
    by_leg = _spend_by_leg(figures.tasks)
    cent = Decimal("0.01")
    ways = (
        ("forecast", figures.spend_per_month),
        ("by-task", by_task),
        ("by-owner", by_owner),
        ("by-model", by_leg),
    )
    rows = tuple(
        (
            Cell(say(f"sum.{name}")),
            Cell(edition.language.number(amount, 2)),
            Cell(edition.language.number((amount - figures.spend_per_month).quantize(cent) + 0, 2)),
        )
        for name, amount in ways
    )
    columns = (
        Column(say("column.sum")),
        Column(say("column.a-month", currency=edition.currency), numeric=True),
        Column(say("column.difference"), numeric=True),
    )
    table = Table(title=say("table.reconciliation"), columns=columns, rows=rows)
    return Section(
        id="reconciliation",
        title=say("section.reconciliation"),
        blocks=(table, Paragraph(say("reconciliation.how"))),
    )


def _spend_by_leg(tasks: tuple[TaskFigures, ...]) -> Decimal:
    return sum(
        (
            sum((entry.spend_per_month or _ZERO for entry in task.legs), _ZERO)
            + sum((fallback.standby_per_month for fallback in task.fallbacks), _ZERO)
            for task in tasks
            if task.spend_per_month is not None
        ),
        _ZERO,
    )

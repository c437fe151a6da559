"""Actual spend beside declared demand and caps: the portfolio, its owners, its task classes."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.content import Block, Cell, Column
from multillm_gov.measures.burn import current_actual, expected_spend, known_sum
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.reporting.shared.tables import amount, bounded, status_below
from multillm_gov.state.state import State
from multillm_gov.usage.record import PlacedActual

NO_OWNER = "no owner"


_COLUMNS = (
    Column("Actual spend of"),
    Column("Through"),
    Column("Spent", numeric=True),
    Column("Month's end", numeric=True),
    Column("80% interval", numeric=True),
    Column("Declared", numeric=True),
    Column("Cap", numeric=True),
)


def actual_table(state: State) -> tuple[Block, ...]:
    """Spent, expected, declared and cap of whoever has recent actual spend."""
    rows = []
    for name, placed, declared, cap in _recorded(state):
        actual, spread = placed.actual, placed.actual.forecast
        interval = "not known"
        if spread is not None and spread.low is not None and spread.high is not None:
            low, high = (amount(end, state.figures.currency) for end in (spread.low, spread.high))
            interval = f"{low}–{high}"
        expected = expected_spend(actual)
        status = "neutral" if not cap else status_below(float(expected), float(cap))
        rows.append(
            (
                Cell(name),
                Cell(f"{actual.through}"),
                Cell(amount(actual.spend, state.figures.currency)),
                Cell(amount(expected, state.figures.currency), status),
                Cell(interval),
                Cell(amount(declared, state.figures.currency)),
                Cell("none" if cap is None else amount(cap, state.figures.currency)),
            )
        )
    title = f"Actual spend ({state.figures.currency})"
    return bounded(title, _COLUMNS, rows, "further record") if rows else ()


_Recorded = tuple[str, PlacedActual, Decimal | None, Decimal | None]


def _recorded(state: State) -> Iterator[_Recorded]:
    """Name, record, declared forecast and cap: the portfolio, its owners, its task classes."""
    tasks, actuals = state.figures.tasks, state.actuals
    owners: defaultdict[str, list[TaskFigures]] = defaultdict(list)
    for task in tasks:
        owners[task.task.owner or NO_OWNER].append(task)
    groups = [("Portfolio", actuals.portfolio, list(tasks))]
    groups += [(f"Owner {name}", actuals.owners.get(name, ()), mine) for name, mine in
               sorted(owners.items())]  # fmt: skip
    groups += [(task.task.name, actuals.task_classes.get(task.task.name, ()), [task])
               for task in tasks]  # fmt: skip
    for name, records, mine in groups:
        placed = current_actual(records, state.as_of)
        if placed is not None:
            caps = (task.task.declared.spend_cap.monthly for task in mine)
            yield (
                name,
                placed,
                known_sum(task.spend_per_month for task in mine),
                known_sum(caps),
            )

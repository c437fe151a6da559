"""Cost: forecasts against caps, by task class and by owner."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.content import Bar, BarChart, Block, Cell, Column, Paragraph, Status
from multillm_gov.measures.burn import actual_pace, run_rate
from multillm_gov.measures.figures import PortfolioFigures, TaskFigures
from multillm_gov.report import Section
from multillm_gov.reporting.board.actual_spend import NO_OWNER, actual_table
from multillm_gov.reporting.shared.spend import format_forecast
from multillm_gov.reporting.shared.tables import MOST_MARKS, amount, bounded, part_of, status_below
from multillm_gov.state.state import State
from multillm_gov.units import format_share
from multillm_gov.words import code, join_some

_WORDS: dict[Status, str] = {
    "good": "Within cap",
    "watch": "Near cap",
    "bad": "Over cap",
    "neutral": "No cap",
}


def cost_section(state: State) -> Section:
    """Forecast, cap and use; what a failover would cost."""
    figures = _by_actuals(state)
    if not figures.tasks:
        return Section(
            id="cost", title="Cost against caps", blocks=(Paragraph("No task class is declared."),)
        )
    tasks = sorted(figures.tasks, key=lambda task: (-(_use(task) or -1), task.task.name))
    blocks: list[Block] = [Paragraph(_finding(state, figures, tasks))]
    if any(_use(task) is not None for task in tasks):
        blocks.append(_chart(tasks))
    blocks += _task_table(tasks, figures.currency)
    blocks += actual_table(state)
    blocks += _remarks(tasks)
    owners = run_rate(state.figures, state.actuals, state.as_of).owners
    blocks += _owner_table(tasks, figures.currency, owners)
    return Section(id="cost", title="Cost against caps", blocks=tuple(blocks))


def failover_cost(task: TaskFigures) -> Decimal | None:
    """A month on the most expensive fallback; ``None`` where there is none or no price is known."""
    known = [
        f.failover_spend_per_month for f in task.fallbacks if f.failover_spend_per_month is not None
    ]
    return max(known, default=None)


def _use(task: TaskFigures) -> float | None:
    """Forecast over cap; ``None`` where one is not known or the cap is zero."""
    cap = task.task.declared.spend_cap.monthly
    if task.spend_per_month is None or not cap:
        return None
    return float(task.spend_per_month / cap)


def _status(task: TaskFigures) -> Status:
    cap, spend = task.task.declared.spend_cap.monthly, task.spend_per_month
    return "neutral" if cap is None or spend is None else status_below(float(spend), float(cap))


def _word(task: TaskFigures) -> str:
    """The status in words; a cost that is not known is not judged, and never within a cap."""
    capped = task.task.declared.spend_cap.monthly is not None
    return "Not judged" if capped and task.spend_per_month is None else _WORDS[_status(task)]


def _by_actuals(state: State) -> PortfolioFigures:
    """The figures with each forecast by recent actual spend, where there is any."""
    pace = run_rate(state.figures, state.actuals, state.as_of)
    if not pace.counted:
        return state.figures
    tasks = tuple(
        task if matching_amount is None else replace(task, spend_per_month=matching_amount)
        for task in state.figures.tasks
        for matching_amount in [actual_pace(task, state.actuals, state.as_of)]
    )
    unpriced = tuple(
        task.task.name
        for task in tasks
        if task.spend_per_month is None and task.task.name not in pace.counted
    )
    return replace(state.figures, tasks=tasks, spend_per_month=pace.spend, unpriced=unpriced)


def _finding(state: State, figures: PortfolioFigures, tasks: list[TaskFigures]) -> str:
    forecast = format_forecast(figures)
    text = f"The forecast is {forecast} per month, from declared demand."
    if figures is not state.figures:
        declared = format_forecast(state.figures)
        text = (
            f"The forecast is {forecast} per month, from actual spend where there is any; declared "
            f"demand alone gives {declared}."
        )
    if forecast == "not known":
        text = "The forecast is not known."
    elif figures.unpriced:
        text += (
            f" It excludes {join_some([code(name) for name in figures.unpriced])}, whose cost is "
            "not known."
        )
    uncapped = [
        code(task.task.name) for task in tasks if task.task.declared.spend_cap.monthly is None
    ]
    if uncapped:
        text += f" No monthly cap is declared for {join_some(uncapped)}."
    beyond = [
        code(task.task.name)
        for task in tasks
        if (cap := task.task.declared.spend_cap.monthly) is not None
        and (failover_cost(task) or 0) > cap
    ]
    if beyond:
        text += (
            f" A month on the most expensive fallback would exceed the cap of {join_some(beyond)}."
        )
    return text


def _chart(tasks: list[TaskFigures]) -> BarChart:
    used = [(task, use) for task in tasks if (use := _use(task)) is not None]
    over = [task.task.name for task, use in used if use > 1]
    counted = part_of(len(over), len(used), "capped task class")
    verb = "is" if len(over) == 1 else "are"
    title = (
        f"{counted} {verb} over the cap: {join_some(over)}"
        if over
        else "Every capped task class is within its cap"
    )
    return BarChart(
        title=title,
        summary="Forecast as part of the monthly cap: "
        + "; ".join(f"{task.task.name} {format_share(use)}" for task, use in used[:MOST_MARKS])
        + ".",
        bars=tuple(
            Bar(
                label=task.task.name,
                value=100 * use,
                text=format_share(use),
                limit=100,
                status=_status(task),
            )
            for task, use in used[:MOST_MARKS]
        ),
        unit="%",
    )


def _task_table(tasks: list[TaskFigures], currency: str) -> tuple[Block, ...]:
    rows = []
    for task in tasks:
        cap, use, failover = task.task.declared.spend_cap.monthly, _use(task), failover_cost(task)
        beyond = cap is not None and failover is not None and failover > cap
        failover_text = amount(failover, currency) if task.fallbacks else "no fallback"
        rows.append(
            (
                Cell(task.task.name),
                Cell(amount(task.spend_per_month, currency)),
                Cell("none" if cap is None else amount(cap, currency)),
                Cell("" if use is None else format_share(use)),
                Cell(amount(task.cost_per_request, currency)),
                Cell(failover_text, "watch" if beyond else "neutral"),
                Cell(_word(task), _status(task)),
            )
        )
    columns = (
        Column("Task class"),
        Column("Forecast", numeric=True),
        Column("Cap", numeric=True),
        Column("Use", numeric=True),
        Column("Per request", numeric=True),
        Column("In failover", numeric=True),
        Column("Status"),
    )
    return bounded(f"Task classes ({currency} per month)", columns, rows, "further task class")


def _remarks(tasks: list[TaskFigures]) -> tuple[Block, ...]:
    """What the costs assume, and why some are not known, by model."""
    rows = []
    for task in sorted(tasks, key=lambda task: task.task.name):
        for entry in task.legs:
            reasons = (entry.unknown.reason,) if entry.unknown is not None else entry.remarks
            rows += [
                (
                    Cell(task.task.name),
                    Cell(entry.model),
                    Cell(f"not known: {reason}" if entry.unknown is not None else reason),
                )
                for reason in reasons
            ]
    columns = (Column("Task class"), Column("Model"), Column("Remark"))
    return bounded("Assumptions and gaps", columns, rows, "further remark") if rows else ()


def _owner_table(
    tasks: list[TaskFigures], currency: str, owners: Mapping[str, Decimal]
) -> tuple[Block, ...]:
    """Sums by owner; the owner's own actual spend where that stands for their task classes'."""
    groups: defaultdict[str, list[TaskFigures]] = defaultdict(list)
    for task in tasks:
        groups[task.task.owner or NO_OWNER].append(task)
    spent = {owner: owners.get(owner, _forecast(owned)) for owner, owned in groups.items()}
    rows = [
        (Cell(owner), *_owner_cells(groups[owner], currency, owners.get(owner)))
        for owner in sorted(groups, key=lambda name: (-spent[name], name))
    ]
    columns = (
        Column("Owner"),
        Column("Task classes", numeric=True),
        Column("Forecast", numeric=True),
        Column("Sum of caps", numeric=True),
        Column("Use", numeric=True),
        Column("Status"),
    )
    return bounded(f"Owners ({currency} per month)", columns, rows, "further owner")


def _forecast(tasks: list[TaskFigures]) -> Decimal:
    return sum((task.spend_per_month or Decimal(0) for task in tasks), Decimal(0))


def _owner_cells(
    tasks: list[TaskFigures], currency: str, actual: Decimal | None
) -> tuple[Cell, ...]:
    """A sum of caps only where every task class has one: a partial sum would mislead."""
    forecast = _forecast(tasks) if actual is None else actual
    unknown = 0 if actual is not None else sum(task.spend_per_month is None for task in tasks)
    text = "not known" if unknown == len(tasks) else amount(forecast, currency)
    caps = [task.task.declared.spend_cap.monthly for task in tasks]
    total = sum((cap for cap in caps if cap is not None), Decimal(0))
    judged = not unknown and total > 0 and None not in caps
    status = status_below(float(forecast), float(total)) if judged else "neutral"
    word = _WORDS[status] if judged else "Not judged"
    return (
        Cell(f"{len(tasks):,}"),
        Cell(f"at least {text}" if 0 < unknown < len(tasks) else text),
        Cell("not all capped" if None in caps else amount(total, currency)),
        Cell(format_share(float(forecast / total)) if judged else ""),
        Cell(word, status),
    )

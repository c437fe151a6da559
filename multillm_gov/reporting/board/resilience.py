"""Resilience: whether each task class has an independent fallback."""

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.content import Bar, BarChart, Block, Cell, Column, Paragraph, Status
from multillm_gov.dimensions import Level
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import FallbackFigures, TaskFigures
from multillm_gov.measures.independence import (
    OTHER_VENDOR_AND_CLOUD,
    has_independent_fallback,
    independent_value,
)
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import MOST_MARKS, amount, bounded
from multillm_gov.state.state import State
from multillm_gov.units import format_money, format_share


def resilience_section(state: State) -> Section:
    """Value at stake, primary, best fallback and what the two share."""
    figures = state.figures
    if not figures.tasks:
        return Section(
            id="resilience", title="Resilience", blocks=(Paragraph("No task class is declared."),)
        )
    tasks = sorted(figures.tasks, key=lambda t: (-t.value_at_stake_per_month, t.task.name))
    explanation = (
        "A fallback is independent when it shares neither vendor, provider nor cloud with any "
        "routed model: services of one vendor tend to fail together, those of different vendors "
        "rarely do. It is usable when it is known, not retired, able to do what the task class "
        "needs, and did not fail in the newest drill. Only a drill that it passed proves that it "
        "works."
    )
    failover = Failover(state.as_of, state.drills)
    blocks: list[Block] = [Paragraph(explanation)]
    if figures.value_at_stake_per_month:
        value = independent_value(tasks, failover)
        blocks.append(
            Paragraph(
                f"Value at stake with an independent fallback: {format_share(value.declared)} as "
                f"declared, {format_share(value.usable)} would run, {format_share(value.proved)} "
                "proved by a drill."
            )
        )
        blocks.append(_chart(tasks, failover, figures.currency))
    blocks += _table(tasks, failover, figures.currency)
    return Section(id="resilience", title="Resilience", blocks=tuple(blocks))


def _grade(task: TaskFigures, failover: Failover) -> tuple[str, Status]:
    usable = failover.usable(task)
    if not usable:
        return ("No usable fallback" if task.fallbacks else "No fallback"), "bad"
    if has_independent_fallback(task, fallbacks=usable):
        return ("Independent, drilled" if failover.is_proved(task) else "Independent"), "good"
    if has_independent_fallback(task, benefit_of_doubt=True, fallbacks=usable):
        return "Not proved", "watch"
    return "Not independent", "bad"


def _chart(tasks: list[TaskFigures], failover: Failover, currency: str) -> BarChart:
    value = independent_value(tasks, failover)
    valued = [task for task in tasks if task.value_at_stake_per_month]
    return BarChart(
        title=f"{format_share(value.usable)} of value at stake has a usable independent fallback",
        summary="Value at stake per month: "
        + "; ".join(
            f"{task.task.name} {format_money(task.value_at_stake_per_month, currency)}, "
            f"{_grade(task, failover)[0].lower()}"
            for task in valued[:MOST_MARKS]
        )
        + ".",
        bars=tuple(
            Bar(
                label=task.task.name,
                value=float(task.value_at_stake_per_month),
                text=f"{amount(task.value_at_stake_per_month, currency)}, "
                f"{_grade(task, failover)[0].lower()}",
                status=_grade(task, failover)[1],
            )
            for task in valued[:MOST_MARKS]
        ),
        unit=currency,
    )


def _at_stake(task: TaskFigures, currency: str) -> str:
    value = task.value_at_stake_per_month
    return amount(value, currency) if value else "not declared"


def _table(tasks: list[TaskFigures], failover: Failover, currency: str) -> tuple[Block, ...]:
    rows = []
    for task in tasks:
        word, status = _grade(task, failover)
        best = _best(failover.usable(task) or task.fallbacks)
        rows.append(
            (
                Cell(task.task.name),
                Cell(_at_stake(task, currency)),
                Cell(_place(task.primary.model, task.primary.facts)),
                Cell(_place(best.model, best.facts) if best else "none"),
                Cell(_shared(best)),
                Cell(word, status),
            )
        )
    columns = (
        Column("Task class"),
        Column(f"At stake ({currency})", numeric=True),
        Column("Primary"),
        Column("Best fallback"),
        Column("Shared with it"),
        Column("Status"),
    )
    return bounded("Fallback of each task class", columns, rows, "further task class")


def _best(fallbacks: tuple[FallbackFigures, ...]) -> FallbackFigures | None:
    """The fallback that shares the fewest of the three levels, the first declared of equals."""

    def rank(fallback: FallbackFigures) -> tuple[int, int, int]:
        levels = set(OTHER_VENDOR_AND_CLOUD)
        shared = len(levels & set(fallback.shared_with_primary)) + (
            3 if fallback.facts is None else 0
        )
        return shared, len(levels & set(fallback.unproved_with_primary)), fallback.index

    return min(fallbacks, key=rank, default=None)


def _place(model: str, facts: ModelFacts | None) -> str:
    if facts is None:
        return f"{model} (not known)"
    return f"{model} ({facts.exposure.vendor}, {facts.exposure.cloud})"


def _shared(fallback: FallbackFigures | None) -> str:
    if fallback is None:
        return ""
    shared = [level.value for level in Level if level in fallback.shared_with_primary]
    doubtful = [
        level.value for level in OTHER_VENDOR_AND_CLOUD if level in fallback.unproved_with_primary
    ]
    text = ", ".join(shared) or "nothing"
    return f"{text}; not known: {', '.join(doubtful)}" if doubtful else text

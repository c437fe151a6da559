"""Present facts before any shock: retired, over a cap, below a floor, failed a drill."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from multillm_gov.content import Block, Cell, Column, Paragraph, Status, Table
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.independence import has_independent_fallback, independent_value
from multillm_gov.report import Section
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.risk.portfolio_risk import PortfolioRisk

Outside = frozenset[str]
"""Ids of the limits outside."""


def facts_section(risk: PortfolioRisk, outside: Outside, edition: Edition) -> Section:
    """What does not hold today; a scenario never looks calm because of it."""
    say = edition.say
    pairs = [*_broken(risk, edition), *_failed_drills(risk, edition)]
    pairs.sort(key=lambda each: -each[0])
    rows = [row for _, row in pairs[: edition.most_rows]]
    if len(pairs) > edition.most_rows:
        more = say("others", n=len(pairs) - edition.most_rows)
        rows.append((Cell(more), Cell(""), Cell(""), Cell("")))
    columns = (
        Column(edition.say("column.task")),
        Column(edition.say("column.fact")),
        Column(edition.say("column.limit")),
        Column(edition.say("column.at-stake", currency=edition.currency), numeric=True),
    )
    table = Table(
        title=say("table.facts", n=len(pairs)),
        columns=columns,
        rows=tuple(rows),
        empty=edition.say("facts.none"),
    )
    return Section(
        id="facts",
        title=edition.say("section.facts"),
        blocks=(table, *_fallbacks(risk, outside, edition)),
    )


WorthRow = tuple[Decimal, tuple[Cell, ...]]
"""Value at stake, by which facts are ordered, and the row."""


def _broken(risk: PortfolioRisk, edition: Edition) -> Iterator[WorthRow]:
    say = edition.say
    since = {
        life.model: life.retirement for life in risk.retirements.already_retired if life.retirement
    }
    for breach in risk.already_broken:
        task = risk.context.by_name.get(breach.subject)
        if breach.what == "unanswered":
            day = since.get(breach.model)
            text = say(
                "fact.unanswered",
                share=edition.share(breach.figure),
                model=edition.model(breach.model),
                day=edition.optional_day(day),
            )
            limit = say("limit.none")
        else:
            figure, limit = (
                _spelled(breach.what, value, edition) for value in (breach.figure, breach.limit)
            )
            text = say(f"fact.{breach.what}", x=figure)
        at_stake = edition.at_stake(task.figures) if task else say("not-declared")
        name = edition.task(breach.subject) if task else say("portfolio")
        value = task.figures.value_at_stake_per_month if task else Decimal(0)
        yield value, (Cell(name), Cell(text, "bad"), Cell(limit), Cell(at_stake))


def _spelled(what: str, value: Decimal, edition: Edition) -> str:
    if what in {"monthly cap", "portfolio ceiling"}:
        return edition.say("a-month", x=edition.money(value))
    if what == "request cap":
        return edition.say("a-request", x=edition.money(value))
    if what == "latency":
        return edition.say("seconds", x=edition.language.figure(value))
    return edition.language.number(value, 3)


def _failed_drills(risk: PortfolioRisk, edition: Edition) -> Iterator[WorthRow]:
    """Of the chains that are declared now: a drill of an earlier chain says nothing of them."""
    failover = Failover(risk.state.as_of, risk.state.drills)
    for name in sorted(risk.state.drills):
        task = risk.context.by_name.get(name)
        newest = None if task is None else failover.newest_drill(task.figures)
        if task is not None and newest is not None and failover.is_failed(task.figures):
            text = edition.say("fact.drill", day=newest.date)
            yield (
                task.figures.value_at_stake_per_month,
                (
                    Cell(edition.task(name)),
                    Cell(text, "bad"),
                    Cell(edition.say("limit.drill")),
                    Cell(edition.at_stake(task.figures)),
                ),
            )


_Grade = tuple[str, Status]


def _fallbacks(risk: PortfolioRisk, outside: Outside, edition: Edition) -> Iterator[Block]:
    """Three figures: declared, would run, proved; then each task class, the worst first."""
    say, figures = edition.say, risk.state.figures
    if not figures.value_at_stake_per_month:
        yield Paragraph(say("fallbacks.no-value"))
        return
    failover = Failover(risk.state.as_of, risk.state.drills)
    value = independent_value(figures.tasks, failover)
    shares = (value.declared, value.usable, value.proved)
    words = dict(zip(("declared", "usable", "proved"), map(edition.share, shares), strict=True))
    yield Paragraph(say("fallbacks.three", **words))
    graded = _graded(figures.tasks, failover)
    rows = _fallback_rows(graded, figures.value_at_stake_per_month, outside, edition)
    columns = (
        Column(say("column.task")),
        Column(say("column.at-stake", currency=edition.currency), numeric=True),
        Column(say("column.primary")),
        Column(say("column.fallbacks")),
        Column(say("column.status")),
    )
    yield Table(title=say("table.fallbacks"), columns=columns, rows=tuple(rows))


def _fallback_rows(
    graded: list[tuple[TaskFigures, _Grade]], value: Decimal, outside: Outside, edition: Edition
) -> list[tuple[Cell, ...]]:
    say = edition.say
    rows = [
        _fallback_row(task, grade, outside, edition) for task, grade in graded[: edition.most_rows]
    ]
    further = graded[edition.most_rows :]
    if further:
        rest = sum((task.value_at_stake_per_month for task, _ in further), Decimal(0))
        rows.append(
            (
                Cell(say("others", n=len(further))),
                Cell(edition.amount(rest)),
                Cell(""),
                Cell(""),
                Cell(""),
            )
        )
    total = Cell(edition.amount(value), strong=True)
    rows.append((Cell(say("total"), strong=True), total, Cell(""), Cell(""), Cell("")))
    return rows


def _graded(tasks: Iterable[TaskFigures], failover: Failover) -> list[tuple[TaskFigures, _Grade]]:
    """Task classes with the word and tone of their fallbacks, the worst first."""
    graded = []
    for task in tasks:
        usable = failover.usable(task)
        grade: _Grade = ("grade.none", "bad")
        if has_independent_fallback(task, fallbacks=usable):
            grade = (
                ("grade.proved", "good") if failover.is_proved(task) else ("grade.usable", "watch")
            )
        elif usable:
            grade = ("grade.shared", "bad")
        elif task.fallbacks:
            grade = ("grade.dead", "bad")
        graded.append((task, grade))
    graded.sort(key=lambda each: (each[1][1] != "bad", -each[0].value_at_stake_per_month))
    return graded


def toned(status: Status, limit: str, outside: Outside) -> Status:
    """Red only where the limit that it is judged by is outside: page two names it then."""
    return "watch" if status == "bad" and limit not in outside else status


def _fallback_row(
    task: TaskFigures, grade: _Grade, outside: Outside, edition: Edition
) -> tuple[Cell, ...]:
    say, (word, status) = edition.say, grade
    return (
        Cell(edition.task(task.task.name)),
        Cell(edition.at_stake(task)),
        Cell(edition.model(task.primary.model)),
        Cell(
            edition.language.join([edition.model(fallback.model) for fallback in task.fallbacks], 2)
            if task.fallbacks
            else say("limit.none")
        ),
        Cell(say(word), toned(status, "independent-fallback", outside)),
    )

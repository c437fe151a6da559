"""What scenarios would cost, and a year's loss: what is down already is so in every row."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from multillm_gov.content import Block, Cell, HeatMap, HeatRow, Paragraph
from multillm_gov.report import Section
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.reporting.pack.facts import Outside, toned
from multillm_gov.reporting.pack.measures import scenario_title
from multillm_gov.reporting.stress.status import max_loss, task_status
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.stress.outcome import TaskOutcome
from multillm_gov.risk.stress.stress_context import StressedTask
from multillm_gov.risk.stress.variants import ScenarioVariant

_MOST_TASKS = 6
_MOST_SCENARIOS = 8
_SMALL = Decimal("0.10")
"""Below this part of the appetite a loss is shown without a color: it is no warning."""


def scenario_section(risk: PortfolioRisk, outside: Outside, edition: Edition) -> Section:
    """The heat map with totals, and a year's loss; what is down already is so in every row."""
    say, context = edition.say, risk.context
    run = [(result, worst) for result in risk.results if (worst := result.worst) is not None]
    run.sort(key=lambda each: (-each[1].outcome.loss, each[0].name))
    tasks = sorted(context.tasks, key=lambda t: (-t.figures.value_at_stake_per_month, t.name))
    shown, rest = tasks[:_MOST_TASKS], tasks[_MOST_TASKS:]
    down = {breach.subject for breach in risk.already_broken if breach.what == "unanswered"}
    rows = tuple(
        HeatRow(
            label=scenario_title(result.name, edition),
            cells=_cells(worst, shown, rest, _Ground(down, outside, risk), edition),
        )
        for result, worst in run[:_MOST_SCENARIOS]
    )
    columns = [edition.task(task.name) for task in shown]
    columns += [say("others", n=len(rest))] if rest else []
    blocks: list[Block] = [*_year(risk, edition)]
    if rows:
        blocks.append(
            HeatMap(
                title=say("heat.title", n=len(rows), total=len(run), currency=edition.currency),
                summary=say("heat.summary", n=len(rows), total=len(run)),
                columns=(*columns, say("total")),
                rows=rows,
            )
        )
        blocks.append(Paragraph(say("heat.legend")))
    else:
        blocks.append(Paragraph(say("heat.none")))
    return Section(id="scenarios", title=say("section.scenarios"), blocks=tuple(blocks))


def _cells(
    worst: ScenarioVariant,
    shown: list[StressedTask],
    rest: list[StressedTask],
    ground: "_Ground",
    edition: Edition,
) -> tuple[Cell, ...]:
    outcomes = {task.name: task for task in worst.outcome.tasks}
    cells = [_cell(outcomes[task.name], task, worst, ground, edition) for task in shown]
    if rest:
        cells.append(
            Cell(_loss(sum((outcomes[task.name].loss for task in rest), Decimal(0)), edition))
        )
    total = sum((outcome.loss for outcome in outcomes.values()), Decimal(0))
    return (*cells, Cell(_loss(total, edition), strong=True))


def _loss(value: Decimal, edition: Edition) -> str:
    return edition.amount(value) if value >= 1 else "–"


def _cell(
    outcome: TaskOutcome,
    task: StressedTask,
    worst: ScenarioVariant,
    ground: "_Ground",
    edition: Edition,
) -> Cell:
    if task.name in ground.down:
        return Cell(edition.say("heat.down"), "bad")
    status = task_status(task, outcome, worst.outcome, ground.risk.context)
    limit = max_loss(task.figures.value_at_stake_per_month, ground.risk.context)
    if status == "watch" and outcome.loss < limit * _SMALL:
        status = "neutral"
    return Cell(_loss(outcome.loss, edition), toned(status, "worst-scenario", ground.outside))


class _Ground(Struct, frozen=True):
    """What every cell of the heat map is judged by."""

    down: set[str]
    """Services that a retired model has taken down already."""
    outside: Outside
    risk: PortfolioRisk


def _year(risk: PortfolioRisk, edition: Edition) -> Iterator[Block]:
    """A year's loss: retired models apart from outages, and one year in twenty."""
    say = edition.say
    if not risk.context.figures.value_at_stake_per_month:
        yield Paragraph(say("year.no-value"))
        return
    outages = risk.expected_loss - risk.retired_loss
    parts = [say("year.outages", amount=edition.money(outages))]
    if risk.retired_loss >= 1:
        parts.insert(0, say("year.retired", amount=edition.money(risk.retired_loss)))
    if risk.simulation is not None:
        p95 = risk.simulation.loss.p95
        parts.append(
            say(
                "year.tail",
                amount=edition.money(p95.value),
                low=edition.amount(p95.low),
                high=edition.amount(p95.high),
                n=risk.simulation.years,
            )
        )
    else:
        parts.append(say("year.not-simulated"))
    yield Paragraph(" ".join(parts))

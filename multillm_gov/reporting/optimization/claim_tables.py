"""The tables of a tested claim: baselines, portfolio, caps, frontier, collapse, basis."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from multillm_gov.content import (
    Block,
    Cell,
    Column,
    Items,
    Line,
    LineChart,
    Paragraph,
    Table,
    Waymark,
)
from multillm_gov.optimization.claim.cascades import CascadeSaving
from multillm_gov.optimization.claim.figures import TableFigures
from multillm_gov.optimization.claim.scores import Scores
from multillm_gov.optimization.claim.trial import ClaimTrial, floors_not_met
from multillm_gov.optimization.claim.verdict import Against
from multillm_gov.units import format_money, format_points, format_share, signed
from multillm_gov.words import code, count_of, join_some

_NOT_KNOWN = "not known"


class ClaimResult(Struct, frozen=True, kw_only=True):
    """One claim, tested: what is reported and what ``--data`` writes."""

    source: str
    """The table, or the company's own results."""
    currency: str
    trial: ClaimTrial
    figures: TableFigures
    per: str = " a month"
    """What amounts are of; empty: of the requests that the basis names."""
    assumptions: tuple[str, ...] = ()
    """What the table does not say, a sentence each."""
    cascades: tuple[CascadeSaving, ...] = ()
    """What routers of the table save; empty where it has none."""


def _money(amount: float | None, result: ClaimResult) -> str:
    if amount is None:
        return "no allocation"
    return format_money(Decimal(repr(amount)), result.currency)


def baselines_blocks(result: ClaimResult) -> tuple[Block, ...]:
    """The portfolio beside every baseline."""
    columns = (
        Column("Baseline"),
        Column(f"Cost{result.per}", numeric=True),
        Column("Quality", numeric=True),
        Column("Saving", numeric=True),
        Column("90% interval", numeric=True),
        Column("Difference of quality", numeric=True),
        Column("90% interval", numeric=True),
        Column("Probability", numeric=True),
    )
    rows = [
        _baseline_row(baseline, result)
        for baseline in (*result.trial.against, result.trial.hindsight)
    ]
    trial = result.trial
    text = (
        f"The portfolio costs {_money(trial.result.cost, result)}{result.per} at a mean quality of "
        f"{trial.result.quality:.4f}. Probability: that the saving exceeds "
        f"{trial.terms.saving:.0%} while quality is at most {format_points(trial.terms.margin)} "
        "lower."
    )
    return (
        Paragraph(text),
        Table(title="Baselines", columns=columns, rows=tuple(rows)),
    )


def _baseline_row(baseline: Against, result: ClaimResult) -> tuple[Cell, ...]:
    name = "best quality, in hindsight" if baseline is result.trial.hindsight else baseline.name
    return (
        Cell(f"{name}: {join_some(baseline.models)}"),
        Cell(_money(baseline.cost, result)),
        Cell(f"{baseline.quality:.4f}"),
        Cell(format_share(baseline.saving)),
        Cell(_ends(baseline.saving_interval, format_share)),
        Cell(signed(format_points(baseline.difference))),
        Cell(_ends(baseline.difference_interval, lambda each: signed(format_points(each)))),
        Cell(_NOT_KNOWN if baseline.likelihood is None else f"{baseline.likelihood:.2f}"),
    )


def _ends(ends: tuple[float, float] | None, spell: Callable[[float], str]) -> str:
    if ends is None:
        return _NOT_KNOWN
    return f"{spell(ends[0])} to {spell(ends[1])}"


def portfolio_block(result: ClaimResult, scores: Scores) -> Table:
    """Which model takes which task class."""
    trial = result.trial
    rows = tuple(
        (Cell(task), Cell(model), Cell(f"{floor:.4f}"))
        for task, model, floor in zip(scores.tasks, trial.portfolio, trial.floors, strict=True)
    )
    columns = (Column("Task class"), Column("Model"), Column("Floor", numeric=True))
    return Table(title="Model by task class", columns=columns, rows=rows)


def caps_blocks(result: ClaimResult) -> Iterator[Block]:
    """What vendor limits cost, as insurance."""
    figures = result.figures
    base = figures.class_floor_cost
    columns = (
        Column("Limit on one vendor"),
        Column("Of"),
        Column(f"Cost{result.per}", numeric=True),
        Column("More than without", numeric=True),
    )
    rows = tuple(
        (
            Cell(f"{cap.cap:.0%}"),
            Cell(cap.basis),
            Cell(_money(cap.cost, result)),
            Cell(_more(cap.cost, base)),
        )
        for cap in figures.caps
    )
    yield Paragraph(
        f"Without a limit the floors cost {_money(base, result)}{result.per}. What a limit adds is "
        "the premium of an insurance. A limit on a share of spend can also be met by spending more "
        "elsewhere; limits on requests cannot."
    )
    yield Table(title="Vendor limits", columns=columns, rows=rows)


def _more(cost: float | None, base: float | None) -> str:
    if cost is None or not base:
        return _NOT_KNOWN if cost is not None else "–"
    return signed(f"{(cost / base - 1) * 100:,.1f}%")


def frontier_block(result: ClaimResult) -> LineChart:
    """Cost against quality."""
    points = result.figures.frontier
    return LineChart(
        title="Least cost for a mean quality",
        summary=(
            f"The cheapest allocation costs {_money(points[0].cost, result)} at "
            f"{points[0].quality:.4f}, the best {_money(points[-1].cost, result)} at "
            f"{points[-1].quality:.4f}."
        ),
        x_label="Mean quality",
        y_label=f"{result.currency}{result.per}",
        lines=(
            Line(
                label="Least cost",
                points=tuple(
                    Waymark(x=point.quality, y=point.cost, text=_money(point.cost, result))
                    for point in points
                ),
            ),
        ),
    )


def collapse_blocks(result: ClaimResult) -> Iterator[Block]:
    """Where a larger budget goes."""
    figures = result.figures
    points = figures.collapse
    if not points:
        yield Paragraph("There is no budget to vary: one model is all there is.")
        return
    last = points[-1]
    yield Paragraph(
        f"With a budget that would pay for {code(figures.dearest)}, the dearest model, everywhere, "
        f"{format_share(last.dearest_share)} of the requests go there. A router collapses if this "
        "share rises with the budget while quality on unseen data does not."
    )
    columns = (
        Column(f"Budget{result.per}", numeric=True),
        Column("Quality", numeric=True),
        Column("At the dearest model", numeric=True),
    )
    rows = tuple(
        (
            Cell(_money(point.budget, result)),
            Cell(f"{point.quality:.4f}"),
            Cell(format_share(point.dearest_share)),
        )
        for point in points
    )
    yield Table(title="Where a larger budget goes", columns=columns, rows=rows)


def basis_block(result: ClaimResult, scores: Scores) -> Items:
    """What the figures rest on."""
    items: list[str] = [
        (
            f"{result.source}: {count_of(len(scores.tasks), 'task class')}, "
            f"{count_of(len(scores.models), 'model')}."
        ),
        (
            "Whole task classes go to one model each. Routers that choose request by request are "
            "another thing and may save more; nothing here says so."
        ),
    ]
    items.append(
        "The two parts of the data are different cases: one selects, the other scores."
        if scores.held_out
        else "The table has one part only: it selects and scores in the figures without interval; "
        "the intervals draw two halves."
    )
    if scores.has_cases:
        items.append(
            f"Intervals are 90%, from {result.trial.draws:,} redraws of all scores (binomial, "
            "models independent), with the selection made anew each time."
        )
    else:
        items.append("Sample sizes are not known, so no interval can be given.")
    if scores.per_run:
        items.append("Costs are of one run of the benchmark: the number of cases is not given.")
    elif not result.per:
        requests = max(scores.requests)
        items.append(f"Costs are of {requests:,.0f} requests of each task class.")
    unmet = floors_not_met(result.trial, scores)
    if unmet:
        items.append(
            f"No model meets the floor of {join_some([code(name) for name in unmet])}: the best "
            "one there stands in."
        )
    items += [*result.assumptions, *_left_out(scores.without_cost)]
    return Items(tuple(items))


def _left_out(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    return [
        (
            "Left out, as a whole or in some task classes, because a cost is not known (0 is no "
            "price) or a part of the data is missing: "
            f"{join_some([code(name) for name in names])}."
        )
    ]

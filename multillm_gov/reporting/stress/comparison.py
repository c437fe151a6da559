"""Effect of a change on risk: every measure before, after, and the difference."""

from collections.abc import Iterator
from decimal import Decimal
from operator import attrgetter

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Status, Table
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import MOST_ROWS, amount, bounded
from multillm_gov.reporting.stress.reverse import format_size
from multillm_gov.reporting.stress.simulation import years_comparison
from multillm_gov.reporting.stress.status import change_status, format_broken
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.reverse.breaking_point import BreakingPoint
from multillm_gov.risk.simulation.simulation_result import SimulationDifference
from multillm_gov.risk.stress.already_broken import CAPS, FLOORS
from multillm_gov.risk.stress.outcome import LimitBreach
from multillm_gov.risk.stress.variants import ScenarioResult
from multillm_gov.units import cents, signed
from multillm_gov.words import code

_CENT = Decimal("0.01")
_COLUMNS = (
    Column("Measure"),
    Column("Before", numeric=True),
    Column("After", numeric=True),
    Column("Difference", numeric=True),
)


def comparison_section(
    before: PortfolioRisk, after: PortfolioRisk, years: SimulationDifference | None
) -> Section:
    """Scenarios by their worst case, then dependencies, retirements and simulated years."""
    blocks: list[Block] = []
    if before.context.figures.currency != after.context.figures.currency:
        blocks.append(
            Paragraph(
                "The two states declare different currencies: amounts are not comparable.", "watch"
            )
        )
    blocks += _scenarios(before, after)
    if after.dependence is not None:
        blocks.append(
            Table(
                title="Dependencies and retirements",
                columns=_COLUMNS,
                rows=tuple(_counts(before, after)),
            )
        )
    blocks += _boundaries(before, after)
    if years is not None:
        blocks += years_comparison(before, after, years)
    return Section(id="comparison", title="Effect of the change on risk", blocks=tuple(blocks))


_SCENARIO_COLUMNS = (
    Column("Scenario"),
    Column("Worst case"),
    Column("Before", numeric=True),
    Column("After", numeric=True),
    Column("Difference", numeric=True),
)


def _scenarios(before: PortfolioRisk, after: PortfolioRisk) -> Iterator[Block]:
    old = {result.name: result for result in before.results}
    new = {result.name: result for result in after.results}
    currency = after.context.figures.currency
    rows = []
    for name in dict.fromkeys((*new, *old)):
        was, now = _loss(old.get(name)), _loss(new.get(name))
        moved = (now or Decimal(0)) - (was or Decimal(0))
        rows.append(
            (
                Cell(name, change_status(moved)),
                Cell(_hits(_hit(old.get(name)), _hit(new.get(name)))),
                Cell(_format(was, currency)),
                Cell(_format(now, currency)),
                Cell(_signed(moved, currency)),
            )
        )
    yield from bounded(
        f"Value at risk and added cost of each worst case ({currency})",
        _SCENARIO_COLUMNS,
        rows,
        "further scenario",
    )
    yield from _already_broken(before, after)
    yield from _counts_broken(before, after)


def _counts_broken(before: PortfolioRisk, after: PortfolioRisk) -> Iterator[Block]:
    """How many scenarios break a limit, and which do newly or no longer."""
    old, new = ({result.name for result in risk.results} for risk in (before, after))
    for words, breaks, kinds in (
        ("exceed a cap", attrgetter("breaks_cap"), CAPS),
        ("miss a floor", attrgetter("breaks_floor"), FLOORS),
    ):
        was_broken, now_broken = (
            {result.name for result in state.results if breaks(result)} for state in (before, after)
        )
        gone = was_broken - now_broken
        absorbed = gone & new if _newly_broken(before, after, kinds) else set()
        yield Paragraph(
            f"Scenarios that {words}: {len(was_broken):,} of {len(old):,} before, "
            f"{len(now_broken):,} of {len(new):,} after."
            + _named(" New: ", now_broken - was_broken)
            + _named(" No longer: ", gone - absorbed)
            + _named(" No better, since limits are broken already: ", absorbed)
        )


def _already_broken(before: PortfolioRisk, after: PortfolioRisk) -> Iterator[Block]:
    """A row of its own: what is broken already cannot be broken by a scenario."""
    was, now = len(before.already_broken), len(after.already_broken)
    rows = (
        (
            Cell("Limits already broken without a shock", change_status(float(now - was))),
            Cell(f"{was:,}"),
            Cell(f"{now:,}"),
            Cell(signed(f"{now - was:,}") if now != was else "–"),
        ),
    )
    yield Table(title="Without any shock", columns=_COLUMNS, rows=rows)
    added = _newly_broken(before, after)
    if added:
        currency = after.context.figures.currency
        yield Items(tuple(format_broken(breach, currency) for breach in added[:MOST_ROWS]))


def _newly_broken(
    before: PortfolioRisk, after: PortfolioRisk, kinds: frozenset[str] | None = None
) -> list[LimitBreach]:
    known = {(breach.what, breach.subject, breach.model) for breach in before.already_broken}
    return [
        breach
        for breach in after.already_broken
        if (breach.what, breach.subject, breach.model) not in known
        and (kinds is None or breach.what in kinds)
    ]


def _counts(before: PortfolioRisk, after: PortfolioRisk) -> Iterator[tuple[Cell, ...]]:
    pairs = [("Single points of failure", _singles(before), _singles(after), 0)]
    for old, new in zip(before.retirements.forced, after.retirements.forced, strict=True):
        label = f"Forced migrations within {new.months} months, expected"
        pairs.append((label, old.expected, new.expected, 1))
    for label, was, now, digits in pairs:
        yield (
            Cell(label, change_status(now - was)),
            Cell(f"{was:,.{digits}f}"),
            Cell(f"{now:,.{digits}f}"),
            Cell(signed(f"{now - was:,.{digits}f}") if round(now - was, digits) else "–"),
        )


def _boundaries(before: PortfolioRisk, after: PortfolioRisk) -> Iterator[Block]:
    """Only what moved: the smallest shocks that break a limit are many."""
    if before.breaking_points is None or after.breaking_points is None:
        return
    old = {
        (breaking_point.question, breaking_point.limit, breaking_point.entities): breaking_point
        for breaking_point in before.breaking_points
    }
    new = {
        (breaking_point.question, breaking_point.limit, breaking_point.entities): breaking_point
        for breaking_point in after.breaking_points
    }
    rows = []
    for key in dict.fromkeys((*new, *old)):
        was, now = old.get(key), new.get(key)
        sizes = _size(was), _size(now)
        if sizes[0] != sizes[1]:
            question, limit, entities = key
            hit = [f"{level.replace('_', ' ')} {name}" for level, name in entities]
            cells = map(Cell, (" + ".join(hit) or "everything", limit, *sizes))
            rows.append((Cell(question, _nearer(was, now)), *cells))
    columns = (
        Column("Shock"),
        Column("Target"),
        Column("Limit"),
        Column("Breaks above, before", numeric=True),
        Column("After", numeric=True),
    )
    title, empty = "Breaking points that moved", "No breaking point moved."
    yield from bounded(title, columns, rows, "further breaking point", empty)


def _size(point: BreakingPoint | None) -> str:
    return "–" if point is None else format_size(point)


def _nearer(was: BreakingPoint | None, now: BreakingPoint | None) -> Status:
    """A limit that breaks sooner is bad, and one that is broken already is worst."""
    verdicts = [point.verdict if point is not None else None for point in (was, now)]
    if verdicts[0] != verdicts[1] and "already broken" in verdicts:
        return "bad" if verdicts[1] == "already broken" else "good"
    if was is None or now is None or was.size is None or now.size is None:
        return "neutral"
    return change_status(was.size - now.size) if abs(was.size - now.size) >= _CENT else "neutral"


def _singles(state: PortfolioRisk) -> float:
    return float(len(state.dependence.singles)) if state.dependence is not None else 0.0


def _loss(result: ScenarioResult | None) -> Decimal | None:
    return result.worst.outcome.loss if result is not None and result.worst is not None else None


def _hit(result: ScenarioResult | None) -> str:
    return (
        (result.worst.words or "everything")
        if result is not None and result.worst is not None
        else "nothing"
    )


def _hits(before: str, after: str) -> str:
    return after if before == after else f"{before} → {after}"


def _format(value: Decimal | None, currency: str) -> str:
    return "–" if value is None else amount(cents(value), currency)


def _signed(value: Decimal, currency: str) -> str:
    rounded = cents(value)
    return signed(amount(rounded, currency)) if rounded else "–"


def _named(before: str, names: set[str]) -> str:
    return f"{before}{', '.join(map(code, sorted(names)))}." if names else ""

"""Exposure: on whom the portfolio depends, at six levels and by three weights."""

from multillm_gov.content import (
    Bar,
    BarChart,
    Block,
    Cell,
    Column,
    Paragraph,
    Reference,
    Segment,
    ShareChart,
    ShareRow,
    Table,
)
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.figures import Concentration
from multillm_gov.portfolio.settings import Appetite
from multillm_gov.report import Section
from multillm_gov.reporting.board.parties import Views, overlap_notes, overview_table, parties_table
from multillm_gov.reporting.shared.tables import BASIS_WORDS, LEVEL_PLURALS
from multillm_gov.risk.limits.judging import without_price
from multillm_gov.state.state import State
from multillm_gov.units import format_count, format_share
from multillm_gov.words import code

HHI_2023 = 1_800
"""Highly concentrated according to the US merger guidelines of 2023 (method 1.2)."""
HHI_2010 = 2_500
"""The same line in the guidelines of 2010."""
_COARSE = (Level.VENDOR, Level.PROVIDER, Level.CLOUD, Level.JURISDICTION)


def exposure_section(state: State) -> Section:
    """Shares, indexes and what is not known."""
    views = _views(state)
    reason = without_price(state.figures)
    appetite = state.portfolio.settings.appetite
    if not any(view.shares for view in views.values()):
        nothing = Paragraph(
            "There is no spend, request or value declared yet, so nothing is exposed."
        )
        return Section(id="exposure", title="Exposure", blocks=(nothing,))
    limit = float(appetite.max_vendor_share_of_spend)
    spent: list[Block] = [_chart(views, Basis.SPEND, tuple(Level), limit), _index_chart(views)]
    spent = [] if reason else spent
    blocks: list[Block] = [
        Paragraph(_finding(views, reason)),
        overview_table(state),
        *spent[:1],
        _chart(views, Basis.VALUE_AT_STAKE, _COARSE, float(appetite.max_vendor_share_of_value)),
        *spent[1:],
        _table(views, appetite),
        *parties_table(state),
        *overlap_notes(views),
        *_unknown(views),
    ]
    return Section(id="exposure", title="Exposure", blocks=tuple(blocks))


def _views(state: State) -> Views:
    """By level and basis; empty where not all of it is known."""
    figures = state.figures
    tasks = dict.fromkeys(Basis, figures.tasks)
    tasks |= {Basis.SPEND: ()} if without_price(figures) else {}
    tasks |= {Basis.REQUESTS: ()} if figures.undeclared else {}
    return {
        (level, basis): concentration(tasks[basis], level, basis)
        for basis in Basis
        for level in Level
    }


def _finding(views: Views, reason: str) -> str:
    if reason:
        return f"Shares of spend are not judged: {reason}."
    vendors, clouds = views[Level.VENDOR, Basis.SPEND], views[Level.CLOUD, Basis.SPEND]
    if not vendors.shares:
        if vendors.in_house_share:
            return "All forecast spend goes to in-house hosting: no vendor is paid."
        return "No spend can be forecast yet; shares are of requests and of value at stake only."
    name, share = vendors.shares[0]
    providers = views[Level.PROVIDER, Basis.SPEND].shares
    billed = f"; {code(providers[0][0])} bills {format_share(providers[0][1])}" if providers else ""
    return (
        f"Of forecast spend, {format_share(share)} is priced by {code(name)}{billed}. The "
        f"portfolio is as concentrated as one of {_effective(vendors)} equal vendors on "
        f"{_effective(clouds)} equal clouds. Fallbacks carry no routine share; they are judged "
        "under Resilience."
    )


def _effective(view: Concentration) -> str:
    return _range(f"{view.effective_number:.1f}", f"{view.best_effective_number:.1f}")


def _range(low: str, high: str) -> str:
    """Both ends where something is not known."""
    return low if low == high else f"{low}–{high}"


def _chart(
    views: Views, basis: Basis, levels: tuple[Level, ...], vendor_limit: float
) -> ShareChart:
    rows = tuple(
        ShareRow(
            label=level.value.capitalize(),
            segments=tuple(
                Segment(label=name, share=share) for name, share in views[level, basis].shares
            ),
            limit=vendor_limit if level is Level.VENDOR else None,
        )
        for level in levels
        if level is not Level.JURISDICTION
    )
    word = BASIS_WORDS[basis]
    vendors = views[Level.VENDOR, basis]
    if not vendors.shares:
        nothing = f"All {word} is in-house" if vendors.in_house_share else f"No {word} is known"
        return ShareChart(title=nothing, summary=f"{nothing}.", rows=())
    (name, share) = vendors.shares[0]
    beyond = "above" if share > vendor_limit else "within"
    largest = "; ".join(
        f"{level.value} {views[level, basis].shares[0][0]} "
        f"{format_share(views[level, basis].shares[0][1])}"
        for level in levels
        if views[level, basis].shares
    )
    return ShareChart(
        title=f"By {word}, {name} holds {format_share(share)}, {beyond} the limit of "
        f"{format_share(vendor_limit)}",
        summary=f"Largest share of {word} at each level: {largest}.",
        rows=rows,
    )


def _index_chart(views: Views) -> BarChart:
    spend = [views[level, Basis.SPEND] for level in Level if views[level, Basis.SPEND].shares]
    above = sum(view.hhi > HHI_2010 for view in spend)
    levels = "; ".join(f"{view.level.value} {format_count(view.hhi)} points" for view in spend)
    return BarChart(
        title=f"Concentration index by spend: {above:,} of {len(spend):,} levels are above the "
        "benchmark of 2,500",
        summary=levels or "No spend is known.",
        bars=tuple(
            Bar(label=view.level.value.capitalize(), value=view.hhi, text=format_count(view.hhi))
            for view in spend
        ),
        unit="points",
        references=(
            Reference(label="benchmark 1,800 (2023)", value=HHI_2023),
            Reference(label="benchmark 2,500 (2010)", value=HHI_2010),
        ),
    )


def _table(views: Views, appetite: Appetite) -> Table:
    rows = []
    for basis in Basis:
        for level in Level:
            view = views[level, basis]
            if not view.shares:
                continue
            rows.append(_row(level, basis, view, appetite))
    columns = (
        Column("Level and basis"),
        Column("Largest"),
        Column("Share", numeric=True),
        Column("Top three", numeric=True),
        Column("HHI", numeric=True),
        Column("Effective number", numeric=True),
    )
    return Table(title="Concentration at each level", columns=columns, rows=tuple(rows))


def _row(level: Level, basis: Basis, view: Concentration, appetite: Appetite) -> tuple[Cell, ...]:
    name, share = view.largest
    known = dict(view.shares)[name]
    over = level is Level.VENDOR and (
        (basis is Basis.SPEND and share > float(appetite.max_vendor_share_of_spend))
        or (basis is Basis.VALUE_AT_STAKE and share > float(appetite.max_vendor_share_of_value))
    )
    return (
        Cell(f"{level.value.capitalize()}, by {BASIS_WORDS[basis]}"),
        Cell(name),
        Cell(
            _range(format_share(known), format_share(share)),
            "bad" if over else "neutral",
        ),
        Cell(format_share(view.top(3))),
        Cell(_range(format_count(view.best_hhi), format_count(view.hhi))),
        Cell(_range(f"{view.effective_number:.2f}", f"{view.best_effective_number:.2f}")),
    )


def _unknown(views: Views) -> tuple[Block, ...]:
    """Both ends of what is not known: all at the largest known entity, or each part elsewhere."""
    rows = [
        (
            Cell(f"{level.value.capitalize()}, by {BASIS_WORDS[basis]}"),
            Cell(format_share(view.unknown_share)),
            Cell(f"{view.effective_number:.2f}"),
            Cell(f"{view.best_effective_number:.2f}"),
        )
        for (level, basis), view in views.items()
        if view.unknown_share
    ]
    if not rows:
        return (Paragraph("Nothing is unknown: every routed model has an entity at each level."),)
    levels = sorted(
        {level for (level, _), view in views.items() if view.unknown_share}, key=list(Level).index
    )
    plural = ", ".join(LEVEL_PLURALS[level] for level in levels)
    columns = (
        Column("Level and basis"),
        Column("Not known", numeric=True),
        Column("Effective number, all at the largest", numeric=True),
        Column("Each elsewhere", numeric=True),
    )
    return (
        Table(title=f"Not everything is known of: {plural}", columns=columns, rows=tuple(rows)),
        Paragraph(
            "Limits are judged by the worse end: all that is not known is taken to be at the "
            "largest known entity."
        ),
    )

"""Parties: who made, prices, serves and hosts each routed model, where, and under whose law."""

from multillm_gov.catalog.facts import Exposure
from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.measures.figures import Concentration
from multillm_gov.reporting.shared.spend import format_forecast
from multillm_gov.reporting.shared.tables import BASIS_WORDS, bounded
from multillm_gov.state.state import State
from multillm_gov.units import format_count, format_money, format_share
from multillm_gov.words import join_some, join_words

Views = dict[tuple[Level, Basis], Concentration]
"""Concentrations by level and basis."""


def parties_table(state: State) -> tuple[Block, ...]:
    """Who made, serves and hosts each routed model, where, and whose law can stop it."""
    routed = {leg.model: leg.facts for task in state.figures.tasks for leg in task.legs}
    rows = []
    for model, facts in sorted(routed.items()):
        exposure = facts.exposure if facts else Exposure(model=model)
        weights = "" if exposure.weights == UNKNOWN else f" ({exposure.weights} weights)"
        company = f" (billed by {exposure.company})" if exposure.company else ""
        laws = ", ".join(sorted(facts.laws)) if facts else UNKNOWN
        rows.append(
            (
                Cell(model),
                Cell(f"{exposure.vendor}{weights}"),
                Cell(exposure.priced_by),
                Cell(f"{exposure.provider}{company}"),
                Cell(exposure.cloud),
                Cell(", ".join(facts.regions) if facts and facts.regions else "not known"),
                Cell(laws or "none but our own"),
            )
        )
    columns = (
        Column("Model"),
        Column("Made by"),
        Column("Priced by"),
        Column("Served by"),
        Column("Cloud"),
        Column("Processed in"),
        Column("Subject to the law of"),
    )
    return bounded("Parties behind each routed model", columns, rows, "model")


def overlap_notes(views: Views) -> tuple[Block, ...]:
    """What a reader must know to read the shares: overlapping laws, and what has no supplier."""
    blocks: list[Block] = []
    if (
        views[Level.JURISDICTION, Basis.SPEND].shares
        or views[Level.JURISDICTION, Basis.REQUESTS].shares
    ):
        blocks.append(
            Paragraph(
                "A request is subject to the law that binds the vendor of the model, its provider "
                "and its cloud, so the shares of jurisdictions overlap and do not add up to 100%. "
                "The vendor of open weights is no party to their use: they count for whoever "
                "serves them."
            )
        )
    in_house = [
        f"{format_share(views[Level.PROVIDER, basis].in_house_share)} of {BASIS_WORDS[basis]}"
        for basis in Basis
        if views[Level.PROVIDER, basis].in_house_share
    ]
    if in_house:
        blocks.append(
            Paragraph(
                f"In-house hosting, which is no supplier, carries {join_words(in_house)}; "
                "indexes and effective numbers are over suppliers only."
            )
        )
    return tuple(blocks)


def overview_table(state: State) -> Table:
    """Counts and totals, one a row."""
    figures = state.figures
    routed = {leg.model: leg.facts for task in figures.tasks for leg in task.legs}
    spares = {spare.model for task in figures.tasks for spare in task.fallbacks} - set(routed)
    vendors = sorted({facts.exposure.at(Level.VENDOR) for facts in routed.values() if facts})
    rows = [
        ("Task classes", f"{len(figures.tasks):,}"),
        ("Models", f"{len(routed):,} routed to, {len(spares):,} more as fallback"),
        ("Vendors routed to", join_some(vendors, 6)),
        ("Requests per month", format_count(figures.requests_per_month)),
        ("Forecast spend per month", format_forecast(figures)),
    ]
    if figures.requests_per_month and not figures.unpriced:
        per_thousand = figures.spend_per_month / figures.requests_per_month * 1_000
        rows.append(("Spend per thousand requests", format_money(per_thousand, figures.currency)))
    if figures.value_at_stake_per_month:
        rows.append(
            (
                "Value at stake per month",
                format_money(figures.value_at_stake_per_month, figures.currency),
            )
        )
    return Table(
        title="Portfolio overview",
        columns=(Column("What"), Column("Now")),
        rows=tuple((Cell(label), Cell(value)) for label, value in rows),
    )

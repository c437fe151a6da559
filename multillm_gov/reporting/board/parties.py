"""Parties: who made, prices, serves and hosts each routed model, where, and under whose law."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.dimensions import IN_HOUSE, OPEN, UNKNOWN, Basis, Level
from multillm_gov.measures.concentration import at_level, weigh
from multillm_gov.measures.figures import Concentration
from multillm_gov.reporting.shared.spend import format_forecast
from multillm_gov.reporting.shared.tables import BASIS_WORDS, bounded
from multillm_gov.state.state import State
from multillm_gov.units import format_count, format_money, format_share
from multillm_gov.words import count_of, join_code, join_some, join_words

Views = dict[tuple[Level, Basis], Concentration]
"""Concentrations by level and basis."""
_MOST_NAMED = 5


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
    table = bounded("Parties behind each routed model", columns, rows, "model")
    return (*table, *_undecided_weights(state, routed))


def _undecided_weights(
    state: State, routed: Mapping[str, ModelFacts | None]
) -> Iterator[Paragraph]:
    """How many models are counted as closed because nobody knows, and what the other end is."""
    undecided = sorted(name for name, facts in routed.items() if _is_undecided(facts))
    if not undecided:
        return
    weighed = weigh(state.figures.tasks, Basis.REQUESTS)
    as_open = tuple((_opened(facts), amount) for facts, amount in weighed)
    ends = [at_level(each, Level.VENDOR, Basis.REQUESTS) for each in (weighed, as_open)]
    shares = [each.largest[1] for each in ends if each.shares]
    named = join_code(undecided[:_MOST_NAMED])
    more = f" and {len(undecided) - _MOST_NAMED:,} more" if len(undecided) > _MOST_NAMED else ""
    both = (
        f" The largest maker carries {format_share(shares[0])} of requests so, and "
        f"{format_share(shares[1])} if they are open."
        if len(shares) == len(ends)
        else ""
    )
    yield Paragraph(
        f"Whether their weights are open is not known for {len(undecided):,} of "
        f"{count_of(len(routed), 'routed model')}: {named}{more}. They count as closed: their "
        f"vendor is taken to set the price and to be able to withdraw them.{both} "
        "Declare `exposure: {weights: open}` or `closed` in `catalog/`."
    )


def _is_undecided(facts: ModelFacts | None) -> bool:
    """Whether it makes a difference and nobody knows."""
    return (
        facts is not None
        and facts.exposure.weights == UNKNOWN
        and facts.exposure.vendor not in {UNKNOWN, IN_HOUSE, facts.exposure.billed_by}
        and facts.exposure.provider not in {UNKNOWN, IN_HOUSE}
    )


def _opened(facts: ModelFacts | None) -> ModelFacts | None:
    if facts is None or not _is_undecided(facts):
        return facts
    return replace(facts, exposure=replace(facts.exposure, weights=OPEN))


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

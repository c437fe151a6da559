"""Parties: who made, prices, serves and hosts each routed model, where, and under whose law."""

from multillm_gov.catalog.facts import Exposure
from multillm_gov.content import Block, Cell, Column
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.reporting.shared.tables import bounded
from multillm_gov.state.state import State


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

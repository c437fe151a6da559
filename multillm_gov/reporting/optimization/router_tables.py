"""What routers of a claim's table save, beside the claim."""

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.optimization.claim.cascades import total_saving
from multillm_gov.reporting.optimization.claim_tables import ClaimResult
from multillm_gov.units import format_share, signed

_COLUMNS = (
    Column("Task class"),
    Column("Best single model"),
    Column("Its cost a request", numeric=True),
    Column("Cheapest router as accurate", numeric=True),
    Column("Saving", numeric=True),
)


def cascade_blocks(result: ClaimResult) -> tuple[Block, ...]:
    """Routers that choose request by request; nothing where the table has none."""
    if not result.cascades:
        return ()
    rows = tuple(
        (
            Cell(one.task),
            Cell(one.best),
            Cell(f"{one.best_cost:.7f}"),
            Cell("none" if one.router_cost is None else f"{one.router_cost:.7f}"),
            Cell("–" if one.saving is None else signed(format_share(one.saving))),
        )
        for one in result.cascades
    )
    total = total_saving(result.cascades)
    over = (
        "some task class has no router as accurate"
        if total is None
        else f"over one request of each task class they save {format_share(total)}"
    )
    text = (
        "Routers that choose a model for each request can save more than an allocation of whole "
        f"task classes: against the best single model of each task class, {over}. They were "
        "picked on the data that scores them, they are no part of the verdict, and no proposal "
        "contains them."
    )
    return (
        Paragraph(text),
        Table(title=f"Routers ({result.currency} a request)", columns=_COLUMNS, rows=rows),
    )

"""``govern history``: headline figures over quarters, months or commits."""

from datetime import date
from pathlib import Path
from typing import cast

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    OutputTarget,
    as_of_option,
    format_option,
    output_option,
    root_option,
    today,
)
from multillm_gov.measures.periods import Every


@click.command("history", short_help="Show the headline figures over time.")
@format_option
@output_option
@click.option(
    "--every",
    type=click.Choice(("quarter", "month", "commit")),
    default="quarter",
    show_default=True,
    help="What a figure is given for; quarters are those of the fiscal year.",
)
@click.option(
    "--since", metavar="REV", help="Revision or day to start at. [default: the first commit]"
)
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    targets: tuple[OutputTarget, ...],
    output: Path | None,
    every: str,
    since: str | None,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Show how spend, concentration and resilience moved along the branch that is checked out.

    Each state is judged as of the last day of its period, with the prices and dates that its own
    lock held. `fiscal_year_starts` in govern.yaml is the month in which quarters begin. It judges
    nothing, so it exits 0.

    \b
    Examples:
      govern history
      govern history --every month --since 2026-01-01
      govern history --every commit --output history.json
    """
    from multillm_gov.workflows.history import history

    report = history(every=cast("Every", every), as_of=as_of or today(), root=root, since=since)
    emit(report, targets, output)
    ctx.exit(0)

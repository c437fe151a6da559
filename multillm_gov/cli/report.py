"""``govern report``: the board pack as a document, slides, a workbook or data."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    Target,
    as_of_option,
    at_option,
    format_option,
    judged_day,
    output_option,
    root_option,
)


@click.command("report", short_help="Render the board pack: document, slides, workbook, data.")
@format_option
@output_option
@click.option("--since", metavar="REV", help="Git revision to compare with: what changed since.")
@at_option("report on")
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    targets: tuple[Target, ...],
    output: Path | None,
    since: str | None,
    revision: str | None,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Write the board pack: the portfolio against its risk appetite, and what changed.

    The same commit and the same --as-of give the same bytes. Findings do not fail this command:
    `govern check` is the gate.

    \b
    Examples:
      govern report
      govern report --output board.pdf --since v2026-Q3
      govern report --output board.xlsx
      govern report --output board.pptx
      govern report --at HEAD --as-of 2026-11-24 --output reports/board.html
    """
    from multillm_gov.workflows.report import report

    emit(
        report(as_of=judged_day(as_of, root, revision), root=root, since=since, revision=revision),
        targets,
        output,
        "markdown",
    )
    ctx.exit(0)

"""``govern usage export`` and ``negotiation``: usage for other tools, and for the table."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    SharedOptions,
    as_of_option,
    day_option,
    output_option,
    root_option,
    shared_options,
    today,
)
from multillm_gov.plugins import plugin_names


@click.command("export", short_help="Hand usage to other tools.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(plugin_names("multillm_gov.rendering.consumption")),
    required=True,
    help="What to write.",
)
@click.option(
    "--notify", is_flag=True, help="Exit 1 where a cap is spent or expected to be (alerts)."
)
@day_option("--first", "First day. [default: first of the last imported month]")
@day_option("--last", "Last day. [default: last imported day]")
@output_option
@as_of_option
@root_option
@click.pass_context
def export(
    ctx: click.Context,
    /,
    *,
    format_name: str,
    notify: bool,
    output: Path | None,
    as_of: date | None,
    root: Path | None,
    **days: date | None,
) -> None:
    """Write attributed usage for other tools.

    focus: FOCUS 1.2 rows with x_ columns for task class, method and remainder. csv: the same in our
    own columns. allocation: JSON as OpenCost's API has it. prometheus: spend, caps, burn and
    forecast. alerts: what is over its cap or will be, with who owns the cap.

    \b
    Examples:
      govern usage export --format focus --output focus.csv
      govern usage export --format prometheus --output /var/lib/govern.prom
      govern usage export --format alerts --notify
    """
    from multillm_gov.workflows.usage.exporting import ExportOptions, export_usage

    options = ExportOptions(
        format=format_name, first=days["first"], last=days["last"], notify=notify
    )
    ctx.exit(export_usage(options, as_of=as_of or today(), root=root, output=output))


@click.command("negotiation", short_help="A sheet per provider for whoever negotiates.")
@click.argument("provider", default="")
@shared_options()
@click.pass_context
def negotiation(
    ctx: click.Context,
    /,
    provider: str,
    *,
    shared: SharedOptions,
) -> None:
    """Show what to bring to a negotiation with PROVIDER, or with each of them.

    Spend and share, what could leave at equal quality floors and the break-even discount, list
    against paid, commitments and what is still owed, renewal and notice dates, list prices that
    moved in the last year.

    \b
    Examples:
      govern usage negotiation openai
      govern usage negotiation --output negotiation.pdf
    """
    from multillm_gov.workflows.usage.negotiating import negotiation_sheet

    ctx.exit(
        emit(
            negotiation_sheet(provider, as_of=shared.day, root=shared.root),
            shared.targets,
            shared.output,
        )
    )

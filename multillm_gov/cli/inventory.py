"""``govern inventory``: the services in use and their suppliers, for other systems."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, at_option, judged_day, root_option
from multillm_gov.rendering.renderers import inventory_formats, inventory_renderer


@click.command("inventory", short_help="List models and suppliers for registers of other tools.")
@click.argument("form", type=click.Choice(inventory_formats()), metavar="FORMAT")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="File to write the result to. [default: stdout]",
)
@at_option("list")
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    form: str,
    output: Path | None,
    revision: str | None,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Write the models in use and the companies behind them in a FORMAT of other systems.

    `cyclonedx` lists each model as a service (CycloneDX 1.6). `dora` writes rows of template
    B_07.01 of the EU's register of information as CSV, with the codes of Implementing Regulation
    (EU) 2024/2956: what `vendors:` in `catalog/` declares; all else stays empty. Ids are derived,
    so the same commit and day give the same bytes.

    \b
    Examples:
      govern inventory cyclonedx --output services.cdx.json
      govern inventory dora --output b_07.01.csv
    """
    from multillm_gov.sources.output import write_bytes, write_stdout
    from multillm_gov.workflows.inventory import inventory

    taken = inventory(as_of=judged_day(as_of, root, revision), root=root, revision=revision)
    data = inventory_renderer(form)(taken)
    if output is None or output == Path("-"):
        write_stdout(data)
    else:
        write_bytes(output, data)
    ctx.exit(0)

"""``govern import``: turn a gateway's configuration into a portfolio."""  # noqa: N999

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    OutputTarget,
    as_of_option,
    format_option,
    output_option,
    today,
)
from multillm_gov.cli.shared.terminal import show_text


@click.command("import", short_help="Turn a gateway's configuration into a portfolio.")
@click.argument("gateway", type=click.Choice(("litellm",)))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--into",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Folder to write allocations, catalog and policies to; without it only the report is "
    "printed.",
)
@format_option
@output_option
@as_of_option
@click.pass_context
def command(
    ctx: click.Context,
    gateway: str,
    files: tuple[Path, ...],
    *,
    into: Path | None,
    targets: tuple[OutputTarget, ...],
    output: Path | None,
    as_of: date | None,
) -> None:
    """Turn FILES of GATEWAY into an allocation, catalog entries and a first set of policies.

    Each model group becomes a task class. The report names every setting with its line: mapped
    exactly, mapped with a question to answer, or not carried. Nothing is invented: demand, value
    and caps are not in a gateway's file. No key and no address is copied, and no file replaced.

    \b
    Examples:
      govern import litellm config.yaml
      govern import litellm config.yaml --into portfolio
      govern import litellm config.yaml --format markdown --output import.md
    """
    from multillm_gov.workflows.gateway.importing import import_gateway, write_files

    del gateway
    imported = import_gateway(files, as_of=as_of or today())
    if into is not None:
        write_files(imported.files, into)
        for path in imported.files:
            click.echo(f"wrote {into / path}", err=True)
        show_text(f"\nNext: `govern check -C {into}`.", err=True)
    ctx.exit(emit(imported.report, targets, output))

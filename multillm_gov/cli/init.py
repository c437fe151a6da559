"""``govern init``: write a starter portfolio of five task classes."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.options import as_of_option, today


@click.command("init", short_help="Write a starter portfolio of five task classes.")
@click.argument("folder", default=Path(), type=click.Path(path_type=Path))
@as_of_option
def command(folder: Path, *, as_of: date | None) -> None:
    """Write a starter portfolio into FOLDER (default: here): five task classes with sensible policies.

    Editor schemas, a catalog lock, a pre-commit hook and a CI workflow come with it. Files that are already there are
    never overwritten. Volumes, values and caps are illustrative: replace them with your own.

    \b
    Examples:
      govern init
      govern init my-portfolio
    """
    from multillm_gov.workflows.init import init

    for path in init(folder, as_of=as_of or today()):
        click.echo(f"wrote {folder / path}")
    click.echo(
        "\nNext: `govern check`, then put your own task classes into `allocations/`.", err=True
    )

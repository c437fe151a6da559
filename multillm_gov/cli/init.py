"""``govern init``: write a starter portfolio of five task classes."""

import os
from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, today


@click.command("init", short_help="Write a starter portfolio of five task classes.")
@click.argument("folder", default=Path(), type=click.Path(path_type=Path))
@as_of_option
def command(folder: Path, *, as_of: date | None) -> None:
    """Write a starter portfolio into FOLDER (default: here): five task classes and policies.

    Editor schemas, a catalog lock, a pre-commit hook and a CI workflow come with it; in a subfolder
    of a repository the hook and the workflow go to its top. Files that are already there are never
    overwritten. Volumes, values and caps are illustrative: replace them with your own.

    \b
    Examples:
      govern init
      govern init my-portfolio
    """
    from multillm_gov.workflows.init import init

    written = init(folder, as_of=as_of or today())
    for path in written.paths:
        click.echo(f"wrote {os.path.normpath(folder / path)}")
    for note in written.notes:
        click.echo(f"\nnote: {note}", err=True)
    click.echo(
        "\nNext: `govern check`, then put your own task classes into `allocations/`.", err=True
    )

"""``govern site``: the portfolio as a folder of pages."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, root_option, today
from multillm_gov.words import count_of


@click.command("site", short_help="Write the portfolio as a folder of linked pages.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--packs",
    type=click.IntRange(0, 400),
    default=8,
    show_default=True,
    help="Board packs of past quarters, at most.",
)
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context, *, folder: Path, packs: int, as_of: date | None, root: Path | None
) -> None:
    """Write the portfolio into FOLDER as pages that link to each other.

    Current state, board packs of past quarters, trend, limits and waivers, a page for each task
    class with its dependencies, and a page for each rule that finds something. The pages are plain
    files: they open from a disk and on any static host, search included. What an earlier call wrote
    is replaced; a folder with other files is refused.

    \b
    Examples:
      govern site public
      govern site public --packs 40 --as-of 2026-11-30
    """
    from multillm_gov.workflows.site import site

    number = site(folder, as_of=as_of or today(), root=root, packs=packs)
    click.echo(f"{count_of(number, 'page')} in {folder}: open {folder / 'index.html'}", err=True)
    ctx.exit(0)

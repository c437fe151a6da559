"""``govern init``: write a starter portfolio, or one of what a gateway runs."""

import os
from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, today
from multillm_gov.cli.shared.terminal import show_text

_SHOWN = 8
"""Findings named after an import: one a rule, the gravest first."""


@click.command("init", short_help="Write a starter portfolio, or one of what a gateway runs.")
@click.argument("folder", default=Path(), type=click.Path(path_type=Path))
@click.option(
    "--from-gateway",
    "config",
    metavar="CONFIG",
    type=click.Path(path_type=Path),
    help="Configuration of a LiteLLM proxy that the portfolio is made of.",
)
@click.option(
    "--action",
    default="",
    metavar="OWNER/REPOSITORY@COMMIT",
    help="Published copy of this project's GitHub action that the workflow uses, pinned to a full "
    "commit. Without it the workflow installs this version of the package.",
)
@as_of_option
def command(folder: Path, *, config: Path | None, action: str, as_of: date | None) -> None:
    """Write a starter portfolio into FOLDER (default: here): five task classes and policies.

    Editor schemas, a catalog lock, a pre-commit hook and a CI workflow come with it; in a subfolder
    of a repository the hook and the workflow go to its top, and all that they use is pinned. Files
    that are already there are never overwritten. Volumes, values and caps are illustrative: replace
    them with your own.

    With --from-gateway the portfolio is what the gateway runs: its groups, models, weights and
    fallbacks. It is checked, the gateway's file is linted, and the board report is written to
    reports/board.md.

    \b
    Examples:
      govern init
      govern init my-portfolio
      govern init my-portfolio --from-gateway litellm_config.yaml
    """
    if config is not None:
        _start_from(config, folder, as_of or today(), action)
        return
    from multillm_gov.workflows.init import init

    written = init(folder, as_of=as_of or today(), action=action)
    for path in written.paths:
        click.echo(f"wrote {os.path.normpath(folder / path)}")
    for note in written.notes:
        show_text(f"\nnote: {note}", err=True)
    click.echo(
        "\nNext: `govern check`, then put your own task classes into `allocations/`.", err=True
    )


def _start_from(config: Path, folder: Path, as_of: date, action: str) -> None:
    """Make a portfolio of a gateway's configuration, and name the gravest findings."""
    from multillm_gov.workflows.gateway.starting import start_from_gateway

    started = start_from_gateway(config, folder, as_of=as_of, action=action)
    for path in started.paths:
        click.echo(f"wrote {os.path.normpath(folder / path)}")
    show_text(f"\nImport: {started.imported.summary}")
    show_text(f"Gateway: {started.linted.summary}")
    show_text(f"Portfolio: {started.checked.summary}\n")
    for finding in started.most_severe(_SHOWN):
        label = f"{finding.severity.label}[{finding.rule}]"
        show_text(f"{finding.location}: {label} {finding.message}")
    show_text(
        f"\nNext: `govern import litellm {config}` lists the questions to answer; then "
        "`govern check`.",
        err=True,
    )

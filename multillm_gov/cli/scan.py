"""``govern scan``: list models that code names and no task class governs."""

from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    SharedOptions,
    shared_options,
)


@click.command("scan", short_help="List models that code names and no task class governs.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@shared_options(gate=True)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    shared: SharedOptions,
) -> None:
    """Read code, YAML, JSON and environment files below PATHS (default: here); run none of them.

    Names of models at the call sites of the common SDKs are compared with the portfolio's task
    classes. Each that none governs is listed with its line and what the catalog knows: retired,
    unknown maker, unknown price. What git ignores is left out. A retired model is an error, any
    other a warning.

    \b
    Examples:
      govern scan
      govern scan src services --format sarif --output shadow.sarif
      govern scan src -C ai --fail-on warning
    """
    from multillm_gov.workflows.gateway.scanning import scan

    report = scan(paths, as_of=shared.day, root=shared.root, fail_on=shared.fail_on)
    ctx.exit(emit(report, shared.targets, shared.output))

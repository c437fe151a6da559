"""``govern check``: validate the portfolio and judge it by its policies."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    Target,
    as_of_option,
    fail_on_option,
    format_option,
    output_option,
    root_option,
    today,
)


@click.command("check", short_help="Validate the portfolio and judge it by its policies.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@format_option
@output_option
@fail_on_option
@click.option(
    "--base",
    metavar="REV",
    help="Git revision that this is a change of, such as origin/main: its policies still bite.",
)
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    targets: tuple[Target, ...],
    output: Path | None,
    fail_on: str | None,
    base: str | None,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Validate every governed file and judge the portfolio by its policies.

    PATHS are a portfolio's folder, or files and folders inside one: the whole portfolio is loaded either way, and only
    findings in PATHS are told. Exits 0 when nothing reaches the gate, 1 when something does.

    With --base the portfolio is judged as a change of that revision: every loosened limit is listed, and what only the
    revision's policies forbid (loosened in this change and used at once) counts too, unless it is waived.

    Each --format goes to a file of its own, or one of them to stdout; a file that GITHUB_STEP_SUMMARY names is appended
    to. The shape of json is docs/report.schema.json.

    \b
    Examples:
      govern check
      govern check allocations/marketing.yaml
      govern check --base origin/main
      govern check --format sarif --output govern.sarif
      govern check --format text --format sarif=govern.sarif --format junit=junit.xml
      govern check --fail-on warning --as-of 2026-12-31
    """
    from multillm_gov.workflows.check import check

    report = check(paths, as_of=as_of or today(), root=root, fail_on=fail_on, base=base)
    ctx.exit(emit(report, targets, output))

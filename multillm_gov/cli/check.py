"""``govern check``: validate the portfolio and judge it by its policies."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    OutputTarget,
    all_option,
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
    help="Compare with this Git revision; its policies are enforced as well.",
)
@all_option("Show every finding in full, however many there are.")
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    targets: tuple[OutputTarget, ...],
    output: Path | None,
    fail_on: str | None,
    base: str | None,
    every: bool,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Validate every governed file and judge the portfolio by its policies.

    The whole portfolio is loaded; only findings in PATHS are reported. Exits 1 when a finding
    reaches the gate, else 0.

    On stdout, more than 50 findings are summarized by rule; --all shows each, and --format concise
    has one line for each.

    With --base the portfolio is compared with that revision and the revision's policies are
    enforced as well: every loosened limit is a finding, and so is what only they forbid, unless it
    is waived.

    Each --format goes to its own file, or one of them to stdout. A file that GITHUB_STEP_SUMMARY
    names is appended to. docs/report.schema.json describes json.

    \b
    Examples:
      govern check
      govern check allocations/marketing.yaml
      govern check --base origin/main
      govern check --format concise
      govern check --format sarif --output govern.sarif
      govern check --format text --format sarif=a.sarif --format junit=b.xml
      govern check --fail-on warning --as-of 2026-12-31
    """
    from multillm_gov.workflows.check import check

    report = check(paths, as_of=as_of or today(), root=root, fail_on=fail_on, base=base)
    ctx.exit(emit(report, targets, output, every=every))

"""``govern test``: run the policy tests of the portfolio."""

import sys
from datetime import date
from pathlib import Path
from typing import Literal

import click

from multillm_gov.cli.shared.options import as_of_option, output_option, root_option, today


@click.command("test", short_help="Run the policy tests of the portfolio.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(("text", "json", "junit")),
    default="text",
    show_default=True,
    help="Output format.",
)
@output_option
@click.option("--coverage", is_flag=True, help="Report policies and limits that no case covers.")
@click.option(
    "--min-coverage",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="Exit 1 if less is covered; implies --coverage.",
)
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    form: Literal["text", "json", "junit"],
    output: Path | None,
    coverage: bool,
    min_coverage: int | None,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Run the cases in tests/policies: each overlays the portfolio and expects findings.

    PATHS are files or folders of cases; default: all. Exits 0 if every case passes, 1 if one fails
    or the coverage is below the minimum.

    \b
    Examples:
      govern test
      govern test tests/policies/limits.yaml
      govern test --min-coverage 80 --format junit --output policy-tests.xml
    """
    from multillm_gov.cli.shared.terminal import fit_text
    from multillm_gov.sources.output import write_bytes, write_stdout
    from multillm_gov.workflows.policy_tests.output import render
    from multillm_gov.workflows.policy_tests.running import run_policy_tests

    run = run_policy_tests(
        paths,
        as_of=as_of or today(),
        root=root,
        coverage=coverage,
        min_coverage=min_coverage,
        progress=_progress if sys.stderr is not None and sys.stderr.isatty() else _silence,
    )
    data = render(run, form)
    if output is None or str(output) == "-":
        write_stdout(f"{fit_text(data.decode())}\n".encode() if form == "text" else data)
    else:
        write_bytes(output, data)
    ctx.exit(run.exit_code)


def _progress(number: int, count: int) -> None:
    """One line that rewrites itself and is erased at the end."""
    click.echo(
        f"\rcase {number:,} of {count:,}" if number < count else "\r\033[K", nl=False, err=True
    )


def _silence(_number: int, _count: int) -> None:
    """No terminal: no progress."""

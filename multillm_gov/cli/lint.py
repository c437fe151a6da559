"""``govern lint``: find what a gateway's configuration says and does not do."""

import os
from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    OutputTarget,
    as_of_option,
    fail_on_option,
    format_option,
    output_option,
    today,
)


@click.command("lint", short_help="Find what a gateway's configuration says and does not do.")
@click.argument("gateway", required=False)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--litellm-version",
    "release",
    metavar="RELEASE",
    help="Release of LiteLLM to judge for. [default: the newest one the rules were tried on]",
)
@click.option(
    "--env",
    "environment",
    is_flag=True,
    help="Report `os.environ/` names that are not set in this environment; no value is read.",
)
@format_option
@output_option
@fail_on_option
@as_of_option
@click.pass_context
def command(
    ctx: click.Context,
    gateway: str | None,
    files: tuple[Path, ...],
    *,
    release: str | None,
    environment: bool,
    targets: tuple[OutputTarget, ...],
    output: Path | None,
    fail_on: str | None,
    as_of: date | None,
) -> None:
    """Judge FILES of GATEWAY (`litellm`) alone: no portfolio, no network, no key is needed.

    Reports what LiteLLM ignores, misreads, or fails on only at the first request: settings that
    nothing reads, fallbacks that lead nowhere, budgets that never apply, weights without effect,
    retired models, secrets in the file. Each rule names the releases it is about; `govern rules
    --family 8` lists them. Without FILES, configurations below the current folder are found.
    Included files are read too. Exits 1 when a finding reaches the gate, else 0.

    \b
    Examples:
      govern lint litellm config.yaml
      govern lint
      govern lint litellm config.yaml --env --litellm-version 1.98.0
      govern lint litellm config.yaml --format sarif=lint.sarif --format text
    """
    from multillm_gov.errors import UsageError
    from multillm_gov.gateways.litellm.versions import TESTED
    from multillm_gov.workflows.gateway.lint import lint_files

    if gateway is not None and gateway != "litellm":
        if not Path(gateway).is_file():
            raise UsageError(
                f"There is no gateway `{gateway}` to lint", "Use `govern lint litellm FILE`."
            )
        files = (Path(gateway), *files)
    report = lint_files(
        files,
        as_of=as_of or today(),
        fail_on=fail_on,
        release=release or TESTED,
        environment=dict.fromkeys(os.environ, "") if environment else None,
    )
    ctx.exit(emit(report, targets, output))

"""``govern export``: the allocation as a gateway's own configuration."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from multillm_gov.cli.shared.options import as_of_option, root_option, today
from multillm_gov.cli.shared.terminal import show_text

if TYPE_CHECKING:
    from multillm_gov.workflows.gateways.export import GatewayExport

_SHOWN = 5


@click.command("export", short_help="Write the allocation as a gateway's configuration.")
@click.argument("gateway")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="File to write it to. [default: stdout]",
)
@click.option(
    "--check",
    "checks",
    is_flag=True,
    help="Write nothing; exit 1 unless the file named by --output is what would be written.",
)
@click.option(
    "--gateway-version",
    default="",
    metavar="RELEASE",
    help="Release of LiteLLM to write for, such as 1.98.0: what its budgets do not count is named. "
    "[default: the newest known]",
)
@click.option(
    "--mock",
    is_flag=True,
    help="Let every model of the file answer by itself, at prices that spend its budget in some "
    "tens of calls: for a second proxy that `govern drill --budget` drills.",
)
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    gateway: str,
    *,
    output: Path | None,
    checks: bool,
    gateway_version: str,
    mock: bool,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Write the allocation as GATEWAY's configuration: models, weights, limits and fallbacks.

    GATEWAY is `litellm` (the proxy's file), `litellm-terraform` (what lives in its database: teams,
    tags and their budgets), `envoy-ai-gateway`, `agentgateway`, `portkey` or `bifrost`. Callers
    request a task class from the gateway by its name. Keys and addresses are references to
    environment variables, never values. The same allocation gives the same bytes.

    What a gateway's format cannot express is listed on stderr and in the file's header. An
    allocation that the gateway could not serve is refused.

    Exits 0 when written, or up to date; 1 when --check finds a stale file; 3 when nothing can be
    exported.

    \b
    Examples:
      govern export litellm
      govern export litellm --output litellm.yaml
      govern export litellm --output litellm.yaml --check
      govern export litellm --gateway-version 1.98.0
      govern export litellm-terraform --output litellm.tf.json
    """
    from multillm_gov.errors import UsageError
    from multillm_gov.exits import FINDINGS
    from multillm_gov.gateways.wanted import Target
    from multillm_gov.sources.output import write_bytes, write_stdout
    from multillm_gov.words import count_of
    from multillm_gov.workflows.gateways.export import export, why_stale

    if checks and (output is None or output == Path("-")):
        raise UsageError("--check needs the file to check", "Name it: `--check --output FILE`.")
    target = Target(gateway_version=gateway_version, mocked=mock)
    done = export(gateway, as_of=as_of or today(), root=root, target=target)
    if checks and output is not None:
        why = why_stale(output, done.data)
        click.echo(f"{output} {why or 'is up to date'}", err=True)
        ctx.exit(FINDINGS if why else 0)
    if output is None or output == Path("-"):
        write_stdout(done.data)
    else:
        write_bytes(output, done.data)
        click.echo(f"Wrote {output}: {count_of(done.task_classes, 'task class')}", err=True)
    _say_omissions(done)
    if done.errors:
        click.echo(
            f"`govern check` finds {count_of(done.errors, 'error')} in what was exported.", err=True
        )


def _say_omissions(done: "GatewayExport") -> None:
    from multillm_gov.words import code, join_some

    for omission in done.omissions:
        names = join_some([code(name) for name in omission.task_classes], _SHOWN)
        show_text(f"Not carried: {omission.setting} of {names}: {omission.why}", err=True)

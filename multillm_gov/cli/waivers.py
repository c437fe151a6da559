"""``govern waivers``: the register of waivers."""

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import SharedOptions, shared_options
from multillm_gov.workflows.gate import GATES


@click.command("waivers", short_help="List all waivers: state, need, age, renewals, exposure.")
@shared_options()
@click.option(
    "--fail-on",
    type=click.Choice(GATES),
    help="Gate that `would fail without it` is judged for; the exit code stays 0. [default: "
    "`fail_on` in govern.yaml, or error]",
)
@click.pass_context
def command(ctx: click.Context, *, shared: SharedOptions) -> None:
    """List every waiver of the portfolio, those without effect first.

    Each has its state (expired, void, matches nothing, ends soon, in force), whether the gate would
    fail without it, its age and renewals from the Git history of `policies/`, the findings and the
    value at stake that it covers, its approver and its reason.

    A waiver "ends soon" within `waiver_notice_days` of `govern.yaml`. Ages count from the first
    commit on this branch; in a shallow clone they are lower bounds. This command judges nothing and
    exits 0: `govern check` is the gate.

    \b
    Examples:
      govern waivers
      govern waivers --format markdown --output waivers.md
      govern waivers --format json --as-of 2026-12-31
    """
    from multillm_gov.workflows.waivers.register import waiver_register

    report = waiver_register(as_of=shared.day, root=shared.root, fail_on=shared.fail_on)
    ctx.exit(emit(report, shared.targets, shared.output))

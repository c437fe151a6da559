"""``govern drill``: make routed models fail and show whether their fallbacks take over."""

from typing import TYPE_CHECKING

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    SharedOptions,
    shared_options,
)
from multillm_gov.cli.shared.sending import Delivery, carry_out, sending_options
from multillm_gov.errors import UsageError

if TYPE_CHECKING:
    from multillm_gov.workflows.evaluation.sending import SendingOptions


@click.command("drill", short_help="Make routed models fail; show whether fallbacks take over.")
@click.argument("tasks", metavar="[TASK]...", nargs=-1)
@click.option(
    "--url",
    default="",
    metavar="PROXY",
    help="Drill this running LiteLLM proxy, which mocks the faults. Key: LITELLM_MASTER_KEY.",
)
@click.option(
    "--budget",
    is_flag=True,
    help="With --url: spend each monthly cap until the proxy refuses. It must run what `govern "
    "export litellm --mock` writes, which calls no provider.",
)
@click.option(
    "--most-calls",
    type=click.IntRange(1, 10_000),
    default=200,
    show_default=True,
    help="With --budget: calls per task class at most.",
)
@sending_options(cassettes=False)
@shared_options()
@click.pass_context
def command(
    ctx: click.Context,
    tasks: tuple[str, ...],
    *,
    url: str,
    budget: bool,
    most_calls: int,
    plan_only: bool,
    sending: "SendingOptions",
    shared: SharedOptions,
) -> None:
    """Make each routed model fail and show whether its fallbacks take over as declared.

    Drills every task class that declares fallbacks, or only TASKs. Each routed model is replaced by
    an address on this machine that fails in eight ways (refused connection, timeout, rate limit,
    server error, ...); its provider is never called. The chain runs in LiteLLM's router as `govern
    export litellm` writes it, and the fallbacks are called for real unless --offline.

    With --url the requests go through a running LiteLLM proxy, which fails the routed model by its
    own mock of faults (server error, prompt too long, refusal by a filter): no provider is harmed,
    and the evidence says which model of the allocation's chain answered.

    With --budget every monthly cap is spent at the proxy until it refuses. Only a proxy whose
    models all answer by themselves is drilled (`govern export litellm --mock`), so no money is
    spent; its budgets are counted and enforced as in earnest.

    A failover survives if the fallbacks answered in the declared order, within the latency limit
    and the output schema. Results are written to evidence/ unless they come from --offline. Nothing
    is sent unless the worst case of all requests is within --max-usd.

    Exits 0 when no failover fails; 1 when one does; 3 when something could not be drilled or the
    plan may cost too much; 130 after Ctrl-C, with all that is known reported.

    \b
    Examples:
      govern drill --offline
      govern drill --plan
      govern drill support-triage --max-usd 0.50
      govern drill --url http://localhost:4000
      govern drill --url http://localhost:4001 --budget
      govern drill --format text --format junit=drill.xml
    """
    if budget:
        if not url:
            raise UsageError("--budget needs a running proxy", "Name it: `--url PROXY`.")
        from multillm_gov.workflows.evaluation.budget_drill import drill_budgets

        report = drill_budgets(
            url, frozenset(tasks), as_of=shared.day, root=shared.root, most=most_calls
        )
        ctx.exit(emit(report, shared.targets, shared.output))
    from multillm_gov.workflows.evaluation.drill import DrillOptions, plan_failovers, run_drills

    options = DrillOptions(tasks=frozenset(tasks), sending=sending, url=url)
    planned = plan_failovers(options, as_of=shared.day, root=shared.root)
    carry_out(
        ctx, planned, run_drills, Delivery(shared.targets, shared.output), plan_only=plan_only
    )

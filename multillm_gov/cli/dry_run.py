"""``govern dry-run``: call every model and check that it answers as declared."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from multillm_gov.cli.shared.options import (
    SharedOptions,
    shared_options,
)
from multillm_gov.cli.shared.sending import Delivery, carry_out, sending_options

if TYPE_CHECKING:
    from multillm_gov.workflows.evaluation.sending import SendingOptions

_KINDS = ("answer", "embedding", "stream")


@click.command("dry-run", short_help="Call every model; check that it answers as declared.")
@click.argument("tasks", metavar="[TASK]...", nargs=-1)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    help="Only this model, as routed. Repeatable.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(_KINDS),
    help="Only probes of this kind. Repeatable. [default: answer and embedding]",
)
@click.option(
    "--samples",
    type=click.IntRange(1, 1_000),
    default=3,
    show_default=True,
    help="Calls a probe; a 95th percentile takes 20.",
)
@sending_options()
@click.option(
    "--keep-text",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Keep the answers' texts in this folder; without it no text is kept.",
)
@shared_options()
@click.pass_context
def command(
    ctx: click.Context,
    tasks: tuple[str, ...],
    *,
    plan_only: bool,
    models: tuple[str, ...],
    kinds: tuple[str, ...],
    samples: int,
    sending: "SendingOptions",
    keep_text: Path | None,
    shared: SharedOptions,
) -> None:
    """Call the models of every task class, or of TASKs, and check that they answer as declared.

    Each routed model and each fallback gets the task class's own prompt with its canary inputs.
    Checked are: whether it answers, the output schema, language, length and stop reason, latency,
    tokens and cost against the declaration, and which model really answered; for embeddings, their
    shape and whether they still rank as before.

    Nothing is sent unless the worst case of the whole plan is within --max-usd, and a run stops
    where the next call could pass it. Results are written to evidence/, unless the calls were
    answered offline or from a cassette.

    Exits 0 when every probe passes; 1 when the portfolio is at fault (contract, latency, cost,
    context, a model that is retired, not found or refuses); 3 when nothing is at fault and
    something could not be judged (a key, a network, a provider, the limits of the run), or when the
    plan may cost too much; 130 after Ctrl-C, with all that is known reported and written.

    \b
    Examples:
      govern dry-run --offline
      govern dry-run --plan
      govern dry-run --max-usd 2.50 --samples 20
      govern dry-run crm-scoring --kind stream
      govern dry-run --format text --format junit=dry-run.xml
      govern dry-run --record nightly.jsonl
      govern dry-run --replay nightly.jsonl
    """
    from multillm_gov.workflows.evaluation.dry_run import (
        DryRunOptions,
        plan_dry_run,
        run_dry_run,
    )

    options = DryRunOptions(
        tasks=frozenset(tasks),
        models=frozenset(models),
        **({"kinds": frozenset(kinds)} if kinds else {}),  # type: ignore[arg-type]
        samples=samples,
        keep_text=keep_text,
        sending=sending,
    )
    planned = plan_dry_run(options, as_of=shared.day, root=shared.root)
    carry_out(
        ctx, planned, run_dry_run, Delivery(shared.targets, shared.output), plan_only=plan_only
    )

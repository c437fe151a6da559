"""``govern dry-run``: ask the providers whether every model answers as declared."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from multillm_gov import exits
from multillm_gov.cli.emit import emit
from multillm_gov.cli.options import (
    Target,
    as_of_option,
    format_option,
    output_option,
    root_option,
    today,
)
from multillm_gov.cli.progress import Meter
from multillm_gov.cli.trial_options import no_write_option, sending_options

if TYPE_CHECKING:
    from multillm_gov.workflows.evaluation.dry_run import DryRunOptions

_KINDS = ("answer", "embedding", "stream", "failover")
_FAILOVER = ("failover",)


@click.command("dry-run", short_help="Ask the providers whether every model answers as declared.")
@click.option(
    "--plan",
    "plan_only",
    is_flag=True,
    help="Print every probe with its worst-case cost; send nothing.",
)
@click.option(
    "--only", "tasks", multiple=True, metavar="TASK", help="Only this task class. Repeatable."
)
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
    help="Only probes of this kind. Repeatable; `failover` stands alone. [default: answer and embedding]",
)
@click.option(
    "--samples",
    type=click.IntRange(1, 1_000),
    default=3,
    show_default=True,
    help="Calls a probe; a 95th percentile takes 20.",
)
@sending_options
@click.option(
    "--provider-concurrency",
    type=click.IntRange(1, 512),
    metavar="N",
    help="Calls in flight at one provider. [default: as --concurrency]",
)
@click.option(
    "--total-timeout",
    type=click.FloatRange(0.1, 86_400),
    metavar="SECONDS",
    help="For the whole run.",
)
@click.option(
    "--keep-text",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Keep the answers' texts in this folder; without it no text is kept.",
)
@no_write_option
@format_option
@output_option
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    plan_only: bool,
    tasks: tuple[str, ...],
    models: tuple[str, ...],
    kinds: tuple[str, ...],
    samples: int,
    max_usd: Decimal | None,
    allow_unknown_price: bool,
    concurrency: int,
    provider_concurrency: int | None,
    timeout: float,
    total_timeout: float | None,
    offline: bool,
    record: Path | None,
    replay: Path | None,
    keep_text: Path | None,
    no_write: bool,
    targets: tuple[Target, ...],
    output: Path | None,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Ask the providers whether every model of every task class answers as declared.

    Each routed model and each fallback gets the task class's own prompt with its canary inputs. Judged are: whether it
    answers, the output schema, language, length and stop reason, latency, tokens and cost against what is declared,
    and which model really answered; of embeddings their shape and whether they still rank as they did.

    Nothing is sent before the worst case of the whole plan is within --max-usd, and a run stops where the next call
    could pass it. What was shown is written to evidence/, unless the calls were answered offline or from a cassette.

    --kind failover drills the chains of fallbacks instead: the routed model is made to fail in eight ways, on this
    machine and without asking its provider, and the chain is run in LiteLLM's router as `govern export` writes it.

    Exits 0 when every probe passes; 1 when the portfolio is at fault (contract, latency, cost, context, a model that
    is retired, not found or refuses); 3 when nothing is at fault and something could not be judged (a key, a network,
    a provider, the limits of the run), or when the plan may cost too much; 130 after Ctrl-C, with all that is known
    told and written.

    \b
    Examples:
      govern dry-run --offline
      govern dry-run --plan
      govern dry-run --max-usd 2.50 --samples 20
      govern dry-run --only crm-scoring --kind stream
      govern dry-run --kind failover --offline
      govern dry-run --format text --format junit=dry-run.xml
      govern dry-run --record nightly.jsonl
      govern dry-run --replay nightly.jsonl
    """
    from multillm_gov.workflows.evaluation.dry_run import DryRunOptions, dry_run, prepare

    day = as_of or today()
    asked = DryRunOptions(
        tasks=frozenset(tasks),
        models=frozenset(models),
        **({"kinds": frozenset(kinds)} if kinds and kinds != _FAILOVER else {}),  # type: ignore[arg-type]
        samples=samples,
        max_usd=max_usd,
        unknown_price_allowed=allow_unknown_price,
        concurrency=concurrency,
        provider_concurrency=provider_concurrency,
        timeout_seconds=timeout,
        total_seconds=total_timeout,
        offline=offline,
        record=record,
        replay=replay,
        keep_text=keep_text,
        # What is shown today is no evidence of a day to come.
        write=not no_write and day <= today(),
    )
    if "failover" in kinds:
        _drill(
            ctx, asked, targets, output, day, root, is_alone=kinds == _FAILOVER, plan_only=plan_only
        )
    prepared = prepare(asked, as_of=day, root=root)
    if plan_only:
        code = emit(prepared.report(), targets, output)
        prepared.check()
        ctx.exit(code)
    with Meter() as meter:
        done = dry_run(prepared, meter.show)
    code = emit(done.report, targets, output)
    ctx.exit(exits.INTERRUPTED if done.interrupted else code)


def _drill(
    ctx: click.Context,
    asked: "DryRunOptions",
    targets: tuple[Target, ...],
    output: Path | None,
    day: date,
    root: Path | None,
    *,
    is_alone: bool,
    plan_only: bool,
) -> NoReturn:
    """Drill failovers, tell what they showed, and exit."""
    from multillm_gov.workflows.evaluation.drill import hold, prepare_drills

    if not is_alone:
        raise click.UsageError(
            "`--kind failover` stands alone; ask for the other kinds in a run of their own.", ctx
        )
    prepared = prepare_drills(asked, as_of=day, root=root)
    if plan_only:
        code = emit(prepared.report(), targets, output)
        prepared.check()
        ctx.exit(code)
    with Meter() as meter:
        done = hold(prepared, meter.show)
    code = emit(done.report, targets, output)
    ctx.exit(exits.INTERRUPTED if done.interrupted else code)

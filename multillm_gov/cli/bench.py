"""``govern bench``: run your own cases and tell which model is really better."""

from datetime import date
from decimal import Decimal
from pathlib import Path

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
from multillm_gov.cli.trial_options import comparing_options, no_write_option, sending_options

POINTS = 100


class _BenchCommand(click.Command):
    """``bench`` takes names of task classes; ``bench import`` is another command, and no task class of that name."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        if args[:1] == ["import"]:
            from multillm_gov.cli.bench_import import import_results

            return import_results.make_context("bench import", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(
    "bench",
    cls=_BenchCommand,
    short_help="Run your own cases and tell which model is really better.",
)
@click.argument("tasks", metavar="[TASK]...", nargs=-1)
@click.option(
    "--plan",
    "plan_only",
    is_flag=True,
    help="Print every call with its worst-case cost; send nothing.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    help="A challenger, held against the primary alone. Repeatable. [default: all routed models and fallbacks]",
)
@click.option(
    "--cases",
    type=click.IntRange(1, 20_000),
    metavar="N",
    help="Draw so many cases a task class. [default: all]",
)
@click.option(
    "--samples",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="Answers asked for each case.",
)
@click.option(
    "--pairwise",
    is_flag=True,
    help="Also have judges compare challengers' answers with the primary's.",
)
@comparing_options
@sending_options
@click.option(
    "--accept-tone",
    is_flag=True,
    help="Take today's voices for the usual ones, where a drift of tone is welcome.",
)
@no_write_option
@format_option
@output_option
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    tasks: tuple[str, ...],
    *,
    plan_only: bool,
    models: tuple[str, ...],
    cases: int | None,
    samples: int,
    pairwise: bool,
    difference: float,
    margin: float,
    seed: int,
    max_usd: Decimal | None,
    allow_unknown_price: bool,
    concurrency: int,
    timeout: float,
    offline: bool,
    record: Path | None,
    replay: Path | None,
    accept_tone: bool,
    no_write: bool,
    targets: tuple[Target, ...],
    output: Path | None,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Run the cases in evals/ and tell, with intervals, which model is really better.

    Every routed model and fallback of a task class (or the primary and each --model) answers the same cases, with the
    task class's own prompt. Scorers are exact, numeric, regex, json-schema, fields, similarity (by an embedding model)
    and rubric (by a judge model of another vendor). A leaderboard tells accepted shares with intervals, cost and time
    per accepted answer; each model is compared with the primary on the cases both were judged by; voices are compared
    between models and with the last run. What could not be judged counts neither way, and is told.

    Nothing is sent before the worst case of the whole plan, judges included, is within --max-usd. Whole runs are
    written to evidence/, which `govern check` judges quality, age, size, latency and tone by; answers' texts are
    never kept. What was answered offline or from a cassette is no evidence.

    Figures are no verdict: exits 0, or 3 when a model could not be judged at all, the run was cut short or may cost
    too much; 130 after Ctrl-C. `govern bench import FILE` takes results that another tool measured.

    \b
    Examples:
      govern bench --offline
      govern bench --plan
      govern bench support-triage --max-usd 5
      govern bench support-triage --model mistral/mistral-small-latest --margin 2
      govern bench --pairwise --cases 100 --format markdown
      govern bench import results.json --from promptfoo --task support-triage
    """
    from multillm_gov.evaluation.bench.paired_comparison import Margins
    from multillm_gov.workflows.evaluation.bench import BenchOptions, bench, prepare_bench
    from multillm_gov.workflows.evaluation.bench_cases import BenchFilter

    asked = BenchOptions(
        wanted=BenchFilter(tasks=frozenset(tasks), challengers=models, most_cases=cases, seed=seed),
        margins=Margins(difference=difference / POINTS, non_inferiority=margin / POINTS, seed=seed),
        samples=samples,
        accept_tone=accept_tone,
        pairwise=pairwise,
        max_usd=max_usd,
        unknown_price_allowed=allow_unknown_price,
        concurrency=concurrency,
        timeout_seconds=timeout,
        offline=offline,
        record=record,
        replay=replay,
        write=not no_write,
    )
    prepared = prepare_bench(asked, as_of=as_of or today(), root=root)
    if plan_only:
        code = emit(prepared.report(), targets, output)
        prepared.check()
        ctx.exit(code)
    with Meter() as meter:
        done = bench(prepared, meter.show)
    code = emit(done.report, targets, output)
    ctx.exit(exits.INTERRUPTED if done.interrupted else code)

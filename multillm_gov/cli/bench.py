"""``govern bench``: run your own cases and show which model is better."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from multillm_gov.cli.shared.options import (
    SharedOptions,
    shared_options,
)
from multillm_gov.cli.shared.sending import Delivery, carry_out, comparing_options, sending_options

if TYPE_CHECKING:
    from multillm_gov.evaluation.bench.paired_comparison import Margins
    from multillm_gov.workflows.evaluation.sending import SendingOptions


class _BenchCommand(click.Command):
    """``bench`` takes names of task classes, except ``import``, which is a command."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        if args[:1] == ["import"]:
            from multillm_gov.cli.shared.bench_import import import_results

            return import_results.make_context("bench import", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(
    "bench",
    cls=_BenchCommand,
    short_help="Run your own cases; show which model is better.",
)
@click.argument("tasks", metavar="[TASK]...", nargs=-1)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    help="A challenger, compared with the primary alone. Repeatable. "
    "[default: all routed models and fallbacks]",
)
@click.option(
    "--cases",
    type=click.IntRange(1, 20_000),
    metavar="N",
    help="Sample N cases per task class. [default: all]",
)
@click.option(
    "--samples",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="Answers per case.",
)
@click.option(
    "--pairwise",
    is_flag=True,
    help="Also let judges compare challengers' answers with the primary's.",
)
@click.option(
    "--shadow",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Compare a candidate with the incumbent on the logged requests of FILE (CSV or JSON "
    "lines); answers that it lacks are requested first.",
)
@click.option(
    "--judge",
    default="",
    metavar="MODEL",
    help="With --shadow: let a model of another vendor say which answers are equivalent.",
)
@comparing_options
@sending_options()
@click.option(
    "--accept-tone",
    is_flag=True,
    help="Accept the current writing style as the new baseline.",
)
@shared_options()
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
    shadow: Path | None,
    judge: str,
    margins: "Margins",
    sending: "SendingOptions",
    accept_tone: bool,
    shared: SharedOptions,
) -> None:
    """Run the cases in evals/ and show, with confidence intervals, which model is better.

    Every routed model and fallback of a task class (or the primary and each --model) answers the
    same cases, with the task class's own prompt. Each case names a scorer (`govern schema evals`
    lists them); a judge model must be of another vendor. The leaderboard shows accepted shares with
    intervals, cost and time per accepted answer. Each model is compared with the primary on the
    cases both were judged on; writing styles are compared between models and with the last run.
    Cases that could not be judged count neither way and are reported.

    Nothing is sent unless the worst case of the whole plan, judges included, is within --max-usd.
    Complete runs are written to evidence/, where `govern check` judges quality, age, size, latency
    and tone drift; answers are never kept. Runs that are offline or from a cassette are no
    evidence.

    Exits 0; 3 when a model could not be judged at all, the run was cut short or may cost too much;
    130 after Ctrl-C. `govern bench import FILE` takes the results of another tool.

    \b
    Examples:
      govern bench --offline
      govern bench --plan
      govern bench support-triage --max-usd 5
      govern bench support-triage --model mistral/mistral-small-latest --margin 2
      govern bench --pairwise --cases 100 --format markdown
      govern bench --shadow answers.jsonl
      govern bench --shadow log.jsonl --model mistral/mistral-small-latest --plan
      govern bench import results.json --from promptfoo --task support-triage
    """
    delivery = Delivery(shared.targets, shared.output)
    if shadow is not None:
        from multillm_gov.workflows.evaluation.shadow import (
            ShadowOptions,
            plan_shadowing,
            run_shadowing,
        )

        requested = ShadowOptions(
            file=shadow,
            tasks=frozenset(tasks),
            candidates=models,
            judge=judge,
            most_cases=cases,
            seed=margins.seed,
            sending=sending,
        )
        shadowing = plan_shadowing(requested, as_of=shared.day, root=shared.root)
        carry_out(ctx, shadowing, run_shadowing, delivery, plan_only=plan_only)

    from multillm_gov.workflows.evaluation.bench import (
        BenchOptions,
        plan_benchmarks,
        run_benchmarks,
    )
    from multillm_gov.workflows.evaluation.cases import BenchFilter

    options = BenchOptions(
        filter=BenchFilter(
            tasks=frozenset(tasks), challengers=models, most_cases=cases, seed=margins.seed
        ),
        margins=margins,
        samples=samples,
        accept_tone=accept_tone,
        pairwise=pairwise,
        sending=sending,
    )
    planned = plan_benchmarks(options, as_of=shared.day, root=shared.root)
    carry_out(ctx, planned, run_benchmarks, delivery, plan_only=plan_only)

"""``govern optimize``: a cheaper allocation within all limits, what each limit costs, the claim."""

from pathlib import Path

import click

from multillm_gov import exits
from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    SharedOptions,
    shared_options,
)
from multillm_gov.cli.shared.progress import Waiting
from multillm_gov.cli.shared.terminal import show_text

OWN = "own results"
"""What ``--claim`` without a table means."""


@click.command("optimize", short_help="Find a cheaper allocation within all floors and limits.")
@click.option(
    "--stage",
    type=click.Choice(["single", "three", "whole"]),
    default="whole",
    show_default=True,
    help="What --write, --patch and --branch hand over: the best single move, the best three, all.",
)
@click.option("--write", is_flag=True, help="Write the routes into the allocation files.")
@click.option(
    "--patch",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the change as a patch for `git apply`.",
)
@click.option(
    "--branch", metavar="NAME", help="Commit the change on a new branch, and nowhere else."
)
@click.option(
    "--what-if",
    multiple=True,
    metavar="ASSUMPTION",
    help="Assume for this run: price:MODEL=FACTOR, model:NAME@TASK=SCORE, gone:NAME, "
    "cap:TASK=AMOUNT, cap:POLICY.KEY=VALUE, demand:FACTOR, demand:TASK=FACTOR. Repeatable.",
)
@click.option(
    "--public", is_flag=True, help="Let public and vendor results count where there are no own."
)
@click.option(
    "--points",
    type=click.IntRange(0, 100),
    default=12,
    show_default=True,
    help="Points of each frontier; 0: none.",
)
@click.option("--no-prices", is_flag=True, help="Leave out what each limit costs.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 3600),
    default=60.0,
    show_default=True,
    help="Longest time for one solution; the gap that is left is reported.",
)
@click.option(
    "--claim",
    is_flag=False,
    flag_value=OWN,
    metavar="[TABLE]",
    help="Test the claim that several models save more than 25% at equal quality: on TABLE (CSV "
    "with task, model, accuracy, cost and n; or a leaderboard in YAML), else on your own results.",
)
@click.option("--incumbent", default="", metavar="MODEL", help="With TABLE: what answers today.")
@click.option(
    "--floor",
    type=click.FloatRange(0, 1),
    help="With --claim: quality floor of every task class. [default: as declared, else the best "
    "single model's]",
)
@click.option("--cases", type=click.IntRange(1), help="With TABLE: sample size where it has none.")
@click.option(
    "--sub-scores",
    is_flag=True,
    help="With TABLE: take sub-scores of a leaderboard as task classes.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write the exact figures as JSON.",
)
@shared_options()
@click.pass_context
def command(
    ctx: click.Context,
    *,
    stage: str,
    write: bool,
    patch: Path | None,
    branch: str | None,
    what_if: tuple[str, ...],
    public: bool,
    points: int,
    no_prices: bool,
    seconds: float,
    claim: str | None,
    incumbent: str,
    floor: float | None,
    cases: int | None,
    sub_scores: bool,
    data: Path | None,
    shared: SharedOptions,
) -> None:
    """Find the cheapest allocation that keeps every floor and limit, and what each limit costs.

    Candidates are the models with results on your own cases (govern bench). The answer is a plan
    of at most three stages, each written, loaded, judged by every rule and costed like any change.
    Where no allocation keeps every limit, the policies in conflict are named with the smallest
    change of each, and the exit code is 1. --claim tests on data whether several models are worth
    it, against single models.

    \b
    Examples:
      govern optimize
      govern optimize --stage single --branch cheaper-triage
      govern optimize --patch cheaper.patch --output optimize.html
      govern optimize --what-if gone:openai --what-if demand:2
      govern optimize --claim
      govern optimize --claim leaderboard.csv --floor 0.8 --data claim.json
    """
    from multillm_gov.workflows.optimization.claim import (
        ClaimOptions,
        require_solver,
        try_claim_on_table,
        write_data,
    )

    require_solver()
    day = shared.day
    if claim is not None:
        claim_options = ClaimOptions(
            incumbent=incumbent, floor=floor, cases=cases, sub_scores=sub_scores
        )
        with Waiting() as waiting:
            if claim == OWN:
                from multillm_gov.workflows.optimization.own_claim import try_claim_on_own_data

                report, tested = try_claim_on_own_data(
                    claim_options, as_of=day, root=shared.root, progress=waiting.tell
                )
            else:
                waiting.tell("testing the claim")
                report, tested = try_claim_on_table(Path(claim), claim_options, as_of=day)
        if data is not None:
            write_data(data, tested)
        ctx.exit(emit(report, shared.targets, shared.output))

    from multillm_gov.workflows.optimization.optimize import OptimizeOptions, optimize

    options = OptimizeOptions(
        public=public,
        what_if=what_if,
        seconds=seconds,
        frontier_points=points,
        prices=not no_prices,
    )
    with Waiting() as waiting:
        optimized = optimize(options, as_of=day, root=shared.root, progress=waiting.tell)
    if data is not None:
        from multillm_gov.reporting.optimization.figures import public_figures

        write_data(data, public_figures(optimized.result))
    code = emit(optimized.report, shared.targets, shared.output)
    if write or patch is not None or branch:
        from multillm_gov.workflows.optimization.delivery import hand_over

        for line in hand_over(optimized, stage, write=write, patch=patch, branch=branch):
            show_text(line, err=True)
    is_infeasible = optimized.result.cost is None or bool(optimized.result.conflicts)
    ctx.exit(exits.FINDINGS if is_infeasible else code)

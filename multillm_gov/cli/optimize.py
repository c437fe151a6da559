"""``govern optimize``: a cheaper allocation within all limits, what each limit costs, the claim."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    Target,
    as_of_option,
    format_option,
    output_option,
    today,
)
from multillm_gov.cli.shared.progress import Waiting

OWN = "own results"
"""What ``--claim`` without a table means."""


@click.command("optimize", short_help="Find a cheaper allocation within all floors and limits.")
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
    help="With TABLE: quality floor of every task class. [default: the best single model's]",
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
@format_option
@output_option
@as_of_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    claim: str | None,
    incumbent: str,
    floor: float | None,
    cases: int | None,
    sub_scores: bool,
    data: Path | None,
    targets: tuple[Target, ...],
    output: Path | None,
    as_of: date | None,
) -> None:
    """Find the cheapest allocation that keeps every floor and limit, and what each limit costs.

    \b
    Examples:
      govern optimize --claim leaderboard.csv --floor 0.8
    """
    from multillm_gov.workflows.optimization.claim import ClaimOptions, try_claim_on_table
    from multillm_gov.workflows.optimization.data import write_data

    options = ClaimOptions(incumbent=incumbent, floor=floor, cases=cases, sub_scores=sub_scores)
    with Waiting() as waiting:
        waiting.tell("testing the claim")
        report, result = try_claim_on_table(Path(claim or ""), options, as_of=as_of or today())
    if data is not None:
        write_data(data, result)
    ctx.exit(emit(report, targets, output))

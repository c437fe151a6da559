"""``govern stress``: stress-test the portfolio: scenarios, breaking points, annual loss."""

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    SharedOptions,
    all_option,
    at_option,
    judged_day,
    shared_options,
)
from multillm_gov.cli.shared.progress import Waiting
from multillm_gov.cli.shared.terminal import show_text


@click.command(
    "stress", short_help="Tell what happens to us if: scenarios, dependencies, a year's losses."
)
@click.argument("scenarios", metavar="[SCENARIO]...", nargs=-1)
@all_option("Show the whole risk report on stdout, then every scenario in full.")
@click.option(
    "--list",
    "listing",
    is_flag=True,
    help="List the scenarios and where each is from, and run none.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME.PARAMETER=VALUE",
    help="Set a parameter of a scenario for this run, such as provider-outage.hours=6; "
    "NAME.2.PARAMETER means its second shock alone. Repeatable.",
)
@click.option(
    "--base", metavar="REV", help="Git revision to compare with: what a change does to risk."
)
@click.option(
    "--years",
    type=click.IntRange(100, 1_000_000),
    metavar="N",
    help="Years to simulate. [default: 20000]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=1,
    show_default=True,
    help="Of the simulation.",
)
@click.option("--no-simulation", is_flag=True, help="Leave the simulation of years out.")
@at_option("stress")
@shared_options()
@click.pass_context
def command(
    ctx: click.Context,
    scenarios: tuple[str, ...],
    *,
    every: bool,
    listing: bool,
    settings: tuple[str, ...],
    base: str | None,
    years: int | None,
    seed: int,
    no_simulation: bool,
    revision: str | None,
    shared: SharedOptions,
) -> None:
    """Stress the portfolio: outages, retirements, repricing, drift, exhausted caps.

    Without SCENARIO the risk report: all scenarios and where they hurt, single points of failure,
    the smallest shocks that break a limit, a simulation of years, the calendar of retirements. On
    stdout as text it is short, and --all shows the rest. With names, those scenarios in full.

    Twelve are built in, two in two versions; files below scenarios/ add others or replace them by
    name. --base compares two states, with the same random numbers in both. Figures are no verdict:
    the exit code is 0 whatever they are, and `govern check` is the gate.

    \b
    Examples:
      govern stress
      govern stress --all
      govern stress --list
      govern stress provider-outage --set provider-outage.hours=12
      govern stress --base origin/main --format markdown
      govern stress --output risk.pdf --years 100000
    """
    from multillm_gov.workflows.stress import StressOptions, list_scenarios, stress

    day = judged_day(shared.as_of, shared.root, revision)
    if listing:
        for booked in list_scenarios(as_of=day, root=shared.root, revision=revision):
            show_text(f"{booked.name:<26} {booked.scenario.title} ({booked.source})")
        ctx.exit(0)
    options = StressOptions(
        scenarios=scenarios,
        every=every,
        settings=settings,
        years=years,
        seed=seed,
        simulation=not no_simulation,
    )
    with Waiting() as waiting:
        report = stress(
            options,
            as_of=day,
            root=shared.root,
            revision=revision,
            base=base,
            progress=waiting.tell,
        )
    emit(report, shared.targets, shared.output, every=every or bool(scenarios))
    ctx.exit(0)

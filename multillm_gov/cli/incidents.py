"""``govern incidents``: import outages, so that unavailability is measured, not assumed."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from multillm_gov.cli.shared.options import day_option, root_option
from multillm_gov.cli.shared.terminal import show_text
from multillm_gov.evidence.importing import incident_formats

if TYPE_CHECKING:
    from multillm_gov.evidence.incident import Watched
    from multillm_gov.workflows.incidents import ImportedIncidents


@click.group("incidents")
def command() -> None:
    """Outage histories, so that unavailability is measured instead of assumed.

    \b
    Examples:
      govern incidents import incidents.json --level provider --entity openai \\
        --from 2025-01-01 --to 2026-06-30
    """


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--level",
    required=True,
    type=click.Choice(["gateway", "dependency", "vendor", "cloud", "provider"]),
    help="Kind of component.",
)
@click.option(
    "--entity", required=True, metavar="NAME", help="Its name, as `govern graph` shows it."
)
@day_option("--from", "First day watched. [default: day of the first incident]")
@day_option("--to", "Last day watched. [default: day of the last incident]")
@click.option(
    "--format",
    "format_name",
    default="",
    metavar="NAME",
    help=f"Format of the export: {', '.join(incident_formats())}. [default: by the file's ending]",
)
@click.option(
    "--component",
    "components",
    multiple=True,
    metavar="NAME",
    help="Only incidents of this component of a status page; repeatable. [default: all of them]",
)
@click.option(
    "--name", default="", help="Name of the file to write, without ending. [default: the entity's]"
)
@root_option
def import_(
    file: Path,
    *,
    level: "Watched",
    entity: str,
    format_name: str,
    components: tuple[str, ...],
    name: str,
    root: Path | None,
    **days: date | None,
) -> None:
    """Write the outages in FILE to incidents/, merging overlaps, and show the unavailability.

    FILE is a status page's /api/v2/incidents.json, or a table with the columns start, end, weight
    (0..1) and title. An existing file of that name is replaced; several files about one entity add
    up. Without --from and --to the observed period starts and ends with an incident, which
    overstates the unavailability.

    \b
    Examples:
      govern incidents import incidents.json --level provider --entity openai \\
        --from 2025-01-01 --to 2026-06-30
      govern incidents import outages.csv --level gateway --entity gateway
      govern incidents import status.json --level provider --entity anthropic \\
        --component 'api.anthropic.com'
    """
    from multillm_gov.workflows.incidents import Service, import_incidents

    service = Service(
        level=level,
        entity=entity,
        first_day=days["from"],
        last_day=days["to"],
        components=frozenset(components),
    )
    done = import_incidents(file, service, format_name=format_name, name=name, root=root)
    for line in _lines(done):
        show_text(line)
    for reason in done.left_out:
        show_text(f"left out, {reason}", err=True)
    if done.guessed:
        options = " and ".join(done.guessed)
        show_text(
            f"{options} not given: the period of the incidents is used, "
            "which overstates unavailability.",
            err=True,
        )


def _lines(done: "ImportedIncidents") -> list[str]:
    """The figures, each with what it rests on."""
    from multillm_gov.risk.system.incident_figures import FEW

    figures, history = done.figures, done.history
    outages = "1 outage" if figures.sample_size == 1 else f"{figures.sample_size:,} outages"
    lines = [
        (
            f"{done.path}: {history.level} `{history.entity}`, "
            f"{history.first_day} to {history.last_day}"
        ),
        (
            f"{outages} in {figures.days:,} days ({done.read:,} incidents read), "
            f"{figures.events_per_year:.1f} a year"
        ),
        (
            f"unavailability {_percent(figures.unavailability)}, "
            f"95% interval {_percent(figures.low)} to "
            f"{_percent(figures.high)} (Fay-Feuer gamma interval of weighted Poisson counts)"
        ),
    ]
    if figures.sample_size:
        lines.append(f"mean length {figures.mean_hours:.2f} h")
    else:
        lines.append(
            "no outage in the period: too little to measure, so the assumed figure remains"
        )
    if 0 < figures.sample_size < FEW:
        lines.append(
            f"fewer than {FEW} outages rarely include the longest ones: "
            "the true figure may be above the interval"
        )
    if figures.mu is not None and figures.sigma is not None:
        lines.append(
            f"lognormal length: mu {figures.mu:.4f}, sigma {figures.sigma:.4f} "
            "(of hours, maximum likelihood)"
        )
    return lines


def _percent(share: float) -> str:
    return f"{share * 100:.4g}%"

"""``govern bench import``: record the results of another tool."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    SharedOptions,
    day_option,
    shared_options,
)
from multillm_gov.cli.shared.sending import comparing_options
from multillm_gov.evidence.results import result_formats

if TYPE_CHECKING:
    from multillm_gov.evaluation.bench.paired_comparison import Margins


def _pairs(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Split each at the last ``=``: the tool's names may hold one, the portfolio's do not."""
    texts_by_name = {}
    for value in values:
        theirs, given, ours = value.rpartition("=")
        if not given or not theirs or not ours:
            raise click.BadParameter(
                f"`{value}` is no pair; write it as THEIRS=OURS", ctx, parameter
            )
        texts_by_name[theirs] = ours
    return texts_by_name


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "format_name",
    type=click.Choice(result_formats()),
    help="Tool that wrote the file. [default: csv or jsonl by its extension]",
)
@click.option(
    "--task",
    default="",
    metavar="TASK",
    help="Task class of the results. [default: as the file says]",
)
@click.option(
    "--model-map",
    multiple=True,
    callback=_pairs,
    metavar="THEIRS=OURS",
    help="The tool's name of a model and the portfolio's. Repeatable.",
)
@day_option("--date", "Day of the measurement. [default: today]")
@click.option(
    "--origin",
    type=click.Choice(["internal", "public", "vendor"]),
    default="internal",
    show_default=True,
    help="Whose cases they are.",
)
@comparing_options
@click.option("--no-write", is_flag=True, help="Write no evidence.")
@shared_options()
@click.pass_context
def import_results(
    ctx: click.Context,
    /,
    file: Path,
    *,
    format_name: str | None,
    task: str,
    model_map: dict[str, str],
    origin: Literal["internal", "public", "vendor"],
    margins: "Margins",
    no_write: bool,
    shared: SharedOptions,
    **days: date | None,
) -> None:
    """Record the results in FILE as evidence and show which model is better.

    FILE is promptfoo's JSON output, an Inspect log in JSON, or a table or JSON lines with model,
    case and accepted or score (and seconds, usd, task_class where known). Models are compared on
    the cases both were judged on; several results of one case are samples of it. Results that the
    tool could not judge count neither way.

    \b
    Examples:
      govern bench import results.json --from promptfoo --task support-triage
      govern bench import log.json --from inspect --task support-triage --date 2026-11-02
      govern bench import scores.csv --model-map gpt-5.4=openai/gpt-5.4-2026-03-05
    """
    from multillm_gov.workflows.evaluation.foreign_results import ResultImportOptions, import_bench

    day = shared.day
    options = ResultImportOptions(
        format_name=format_name or "",
        task=task,
        model_map=model_map,
        day=days["date"] or day,
        origin=origin,
        margins=margins,
        write=not no_write,
    )
    ctx.exit(
        emit(
            import_bench(file, options, as_of=day, root=shared.root), shared.targets, shared.output
        )
    )

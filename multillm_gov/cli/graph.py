"""``govern graph``: draw dependencies and mark single points of failure."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, at_option, judged_day, root_option
from multillm_gov.cli.shared.terminal import show_text
from multillm_gov.rendering.renderers import graph_format_of_ending, graph_formats, graph_renderer


@click.command("graph", short_help="Draw dependencies; mark single points of failure.")
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(graph_formats()),
    help="Format of the result. [default: by --output, else text]",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="File to write the result to; its ending chooses the format. [default: stdout]",
)
@click.option(
    "--task", "tasks", multiple=True, metavar="NAME", help="Only this task class; repeatable."
)
@click.option(
    "--why",
    nargs=2,
    metavar="TASK NODE",
    help="Only the paths from a task class to a dependency: a name, or an id such as cloud:aws.",
)
@at_option("draw")
@as_of_option
@root_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    form: str | None,
    output: Path | None,
    tasks: tuple[str, ...],
    why: tuple[str, str] | None,
    revision: str | None,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Draw the dependencies of each task class: models, vendors, providers, clouds, gateways.

    As text it lists single points of failure and pairs, most value first, and each component's
    part in the expected annual loss. Fallbacks count only through the chain as it would run. It
    judges nothing, so it exits 0.

    \b
    Examples:
      govern graph
      govern graph --output dependencies.svg
      govern graph --task lead-scoring --format mermaid
      govern graph --why lead-scoring jurisdiction:US
      govern graph --at v2026-Q3 --format json
    """
    from multillm_gov.sources.output import write_bytes, write_stdout
    from multillm_gov.workflows.graph import graph

    if why and tasks:
        raise click.UsageError("--why names its own task class; leave --task out.")
    drawn = graph(
        as_of=judged_day(as_of, root, revision),
        root=root,
        revision=revision,
        tasks=tasks,
        why=why,
    )
    name = form or (output and graph_format_of_ending(output.suffix)) or "text"
    if name == "text" and output in {None, Path("-")}:
        from multillm_gov.cli.shared.terminal import screen_width
        from multillm_gov.rendering.graphs.text import render as render_text

        data = render_text(drawn.graph, width=screen_width())
    else:
        data = graph_renderer(name)(drawn.graph)
    if drawn.flaws:
        mistakes = "1 mistake" if drawn.flaws == 1 else f"{drawn.flaws:,} mistakes"
        show_text(
            f"{mistakes} in the portfolio's files may hide task classes; run `govern check`.",
            err=True,
        )
    if output is None or output == Path("-"):
        write_stdout(data)
    else:
        write_bytes(output, data)
    ctx.exit(0)

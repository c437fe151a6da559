"""``govern export``: the allocation as a gateway's own configuration."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.options import as_of_option, root_option, today


@click.command("export", short_help="Write the allocation as a gateway's configuration.")
@click.argument("gateway")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="File to write it to. [default: stdout]",
)
@as_of_option
@root_option
def command(gateway: str, *, output: Path | None, as_of: date | None, root: Path | None) -> None:
    """Write the allocation as GATEWAY's configuration: models, weights, limits and fallbacks.

    GATEWAY is `litellm`. Callers request a task class from the gateway by its name. Keys and
    addresses are references to environment variables (os.environ/OPENAI_API_KEY), never values. The
    same allocation gives the same bytes.

    \b
    Examples:
      govern export litellm
      govern export litellm --output litellm.yaml
    """
    from multillm_gov.sources.output import write_bytes, write_stdout
    from multillm_gov.words import count_of
    from multillm_gov.workflows.export import export

    done = export(gateway, as_of=as_of or today(), root=root)
    if output is None or output == Path("-"):
        write_stdout(done.data)
    else:
        write_bytes(output, done.data)
        click.echo(f"Wrote {output}: {count_of(done.task_classes, 'task class')}", err=True)
    if done.errors:
        click.echo(
            f"`govern check` finds {count_of(done.errors, 'error')} in what was exported.", err=True
        )

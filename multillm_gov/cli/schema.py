"""``govern schema``: print or write the JSON Schemas that editors check governed files with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from multillm_gov.cli.shared.options import root_option

_F = TypeVar("_F", bound=Callable[..., Any])


def _folder_option(name: str, what: str) -> Callable[[_F], _F]:
    """An option whose folder may be left out."""
    return click.option(name, is_flag=False, flag_value="", metavar="[DIR]", help=what)


@click.command("schema", short_help="Print or write the JSON Schemas for editors.")
@click.argument("name", required=False)
@_folder_option("--write", "Write all schemas to DIR.")
@_folder_option("--check", "Exit 1 when the schemas in DIR are not the current ones.")
@root_option
@click.pass_context
def command(
    ctx: click.Context, name: str | None, *, write: str | None, check: str | None, root: Path | None
) -> None:
    """List the schemas, print the one called NAME, or write all of them to where editors find them.

    DIR is `.govern/schemas` in the portfolio's root unless given. A governed file names its schema
    in its first line:

    \b
      # yaml-language-server: $schema=../.govern/schemas/allocation.schema.json

    \b
    Examples:
      govern schema
      govern schema allocation
      govern schema --write
      govern schema --write docs/schemas
      govern schema --check
    """
    from multillm_gov.sources.output import write_stdout
    from multillm_gov.workflows.schema import schema_names, schema_text, write_schemas

    if sum(choice is not None for choice in (name, write, check)) > 1:
        raise click.UsageError(
            "NAME, --write and --check are three different things; give one.", ctx
        )
    if write is not None:
        for path in write_schemas(*_folder(write, root)):
            click.echo(f"Wrote {path}", err=True)
    elif check is not None:
        ctx.exit(_compare(*_folder(check, root)))
    else:
        write_stdout(
            schema_text(name)
            if name
            else "".join(f"{known}\n" for known in schema_names()).encode()
        )


def _folder(given: str, root: Path | None) -> tuple[Path, Path]:
    """A root, and the schemas' folder below it."""
    from multillm_gov.sources.root import find_root
    from multillm_gov.workflows.schema import SCHEMAS

    return (Path(), Path(given)) if given else (root or find_root(Path()), SCHEMAS)


def _compare(top: Path, folder: Path) -> int:
    """Print what differs; the exit code."""
    from multillm_gov import exits
    from multillm_gov.workflows.schema import compare_schemas

    differences = compare_schemas(top, folder)
    for difference in differences:
        click.echo(f"{difference.path} {'is missing' if difference.missing else 'is out of date'}")
    if differences:
        click.echo("Run `govern schema --write` and commit the result.", err=True)
    return exits.FINDINGS if differences else exits.CLEAN

"""``govern rules``: list the rules of the book."""

from typing import Literal

import click


@click.command("rules", short_help="List the rules of the book.")
@click.option("--family", type=click.IntRange(0, 9), help="Only one family: the digit after GOV.")
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    show_default=True,
    help="Format of the list; markdown and json hold every page.",
)
def command(*, family: int | None, form: Literal["text", "markdown", "json"]) -> None:
    """List every rule by family: id, name, severity and what must hold.

    \b
    Examples:
      govern rules
      govern rules --family 4
      govern rules --format markdown > docs/rules.md
    """
    from multillm_gov.sources.output import write_stdout
    from multillm_gov.workflows.explain import list_rules

    write_stdout(list_rules(family, form).encode())

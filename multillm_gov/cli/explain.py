"""``govern explain``: why a rule exists, its parameters, and how to mend what it finds."""

from typing import Literal

import click


@click.command("explain", short_help="Say why a rule exists and how to mend what it finds.")
@click.argument("rule")
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    show_default=True,
    help="Format of the page.",
)
def command(*, rule: str, form: Literal["text", "markdown", "json"]) -> None:
    """Print the page of RULE, an id such as GOV201 or a name such as fallback-missing.

    \b
    Examples:
      govern explain GOV201
      govern explain concentration
      govern explain GOV301 --format json
    """
    from multillm_gov.sources.output import write_stdout
    from multillm_gov.workflows.explain import explain

    write_stdout(explain(rule, form).encode())

"""``govern explain``: why a rule exists, its parameters, and how to mend what it finds."""

from pathlib import Path
from typing import Literal

import click

from multillm_gov.cli.options import root_option


@click.command("explain", short_help="Say why a rule exists and how to mend what it finds.")
@click.argument("name")
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    show_default=True,
    help="Format of the page.",
)
@root_option
def command(*, name: str, form: Literal["text", "markdown", "json"], root: Path | None) -> None:
    """Print the page of a rule: NAME is an id such as GOV201 or a name such as fallback-missing.

    It says why the rule exists, its parameters, an example that violates it and one that is mended, and the controls
    it supports evidence for. NAME may be a policy of the portfolio too: its own parameters, scope and reason come
    first. A rule goes before a policy of the same name; policy:NAME is always the policy.

    \b
    Examples:
      govern explain GOV201
      govern explain concentration
      govern explain GOV301 --format json
      govern explain policy:vendor-concentration
    """
    from multillm_gov.sources.output import write_stdout
    from multillm_gov.workflows.explain import explain

    write_stdout(explain(name, form, root).encode())

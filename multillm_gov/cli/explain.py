"""``govern explain``: the page of a rule, a policy or a key."""

from pathlib import Path
from typing import Literal

import click

from multillm_gov.cli.shared.options import root_option


@click.command("explain", short_help="Explain a rule, a policy, or a key of a governed file.")
@click.argument("name")
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    show_default=True,
    help="Output format.",
)
@root_option
def command(*, name: str, form: Literal["text", "markdown", "json"], root: Path | None) -> None:
    """Print the page of a rule, policy or key.

    NAME is an id such as GOV201 or a name such as fallback-missing. The page shows what the rule
    checks, why it matters, an example, a compliant version, the parameters and the controls. NAME
    may also be a policy of the portfolio: its parameters, scope and reason come first. A rule takes
    precedence over a policy of the same name; policy:NAME is always the policy. NAME may also be a
    key of a governed file: allocation.demand, settings.appetite.

    \b
    Examples:
      govern explain GOV201
      govern explain GOV811
      govern explain DRF108
      govern explain concentration
      govern explain GOV301 --format json
      govern explain policy:vendor-concentration
      govern explain allocation.demand
    """
    from multillm_gov.cli.shared.terminal import fit_text
    from multillm_gov.sources.output import write_stdout
    from multillm_gov.workflows.pages.explain import explain

    page = explain(name, form, root)
    if form == "text":
        page = f"{fit_text(page)}\n"
    write_stdout(page.encode())

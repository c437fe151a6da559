"""``govern rules``: list the rules of the book."""

from typing import Literal

import click


@click.command("rules", short_help="List the rules of the book.")
@click.argument("words", nargs=-1)
@click.option("--family", type=click.IntRange(0, 9), help="Only one family: the digit after GOV.")
@click.option(
    "--standing/--on-request",
    default=None,
    help="Only those that judge without a policy, or only the others.",
)
@click.option(
    "--enforceable/--always",
    default=None,
    help="Only those that a policy may enforce, or only those that always run.",
)
@click.option(
    "--control",
    default="",
    help="Only those that support evidence for controls whose id holds this.",
)
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    show_default=True,
    help="Format of the list; markdown and json hold every page.",
)
def command(
    *,
    words: tuple[str, ...],
    family: int | None,
    standing: bool | None,
    enforceable: bool | None,
    control: str,
    form: Literal["text", "markdown", "json"],
) -> None:
    """List the rules by family: id, name, severity and what must hold; only those whose page holds all WORDS.

    \b
    Examples:
      govern rules
      govern rules --family 4
      govern rules fallback --on-request
      govern rules --control "DORA Art. 28"
      govern rules --format markdown > docs/rules.md
    """
    from multillm_gov.sources.output import write_stdout
    from multillm_gov.workflows.explain import RuleFilter, list_rules

    wanted = RuleFilter(
        family=family,
        standing=standing,
        enforceable=enforceable,
        control=control,
        text=" ".join(words),
    )
    write_stdout(list_rules(form=form, wanted=wanted).encode())

"""``govern rules``: list the rules of the book."""

from typing import Literal

import click


@click.command("rules", short_help="List the rules of the book.")
@click.argument("words", nargs=-1)
@click.option("--family", type=click.IntRange(0, 9), help="Only this family: the digit after GOV.")
@click.option(
    "--enabled-by-default/--policy-only",
    default=None,
    help="Only rules that judge without a policy, or only the others.",
)
@click.option(
    "--enforceable/--always",
    default=None,
    help="Only rules that a policy may enforce, or only those that always run.",
)
@click.option(
    "--fixable/--manual",
    default=None,
    help="Only rules that `govern fix` has a safe fix for, or only the others.",
)
@click.option(
    "--control",
    default="",
    help="Only rules that support evidence for controls whose id contains this text.",
)
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    show_default=True,
    help="Output format; markdown and json contain every page.",
)
def command(
    *,
    words: tuple[str, ...],
    family: int | None,
    enabled_by_default: bool | None,
    enforceable: bool | None,
    fixable: bool | None,
    control: str,
    form: Literal["text", "markdown", "json"],
) -> None:
    """List the rules by family: id, severity, name and title.

    Family 8 holds the rules of `govern lint`. With WORDS, only rules whose page contains all of
    them.

    \b
    Examples:
      govern rules
      govern rules --family 4
      govern rules --family 8
      govern rules fallback --policy-only
      govern rules --fixable
      govern rules --control "DORA Art. 28"
      govern rules --format markdown > docs/rules.md
    """
    from multillm_gov.cli.shared.terminal import fit_text
    from multillm_gov.sources.output import write_stdout
    from multillm_gov.workflows.pages.explain import RuleFilter, list_rules

    selection = RuleFilter(
        family=family,
        enabled_by_default=enabled_by_default,
        enforceable=enforceable,
        fixable=fixable,
        control=control,
        text=" ".join(words),
    )
    page = list_rules(form, selection)
    if form == "text":
        page = f"{fit_text(page)}\n"
    write_stdout(page.encode())

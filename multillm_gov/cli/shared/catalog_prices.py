"""``govern catalog audit``, ``update`` and ``history``."""

from datetime import date
from pathlib import Path

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    SharedOptions,
    as_of_option,
    fail_on_option,
    shared_options,
    today,
)
from multillm_gov.cli.shared.terminal import show_text

format_option_of_catalog = click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format.",
)


def json_text(value: object) -> str:
    """Indented JSON."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


@click.command("audit", short_help="Audit the facts of every listed model.")
@click.option("--section", default="", metavar="ID", help="Only this section, such as price.")
@click.option(
    "--limit",
    type=click.IntRange(0, 100_000),
    default=10,
    show_default=True,
    help="Most rows of a section in text; JSON has all.",
)
@format_option_of_catalog
@as_of_option
def audit(section: str, *, limit: int, format_name: str, as_of: date | None) -> None:
    """Audit every model that the price map lists: what is missing, doubtful or contradictory.

    Entries without a price for what their mode bills, without vendor or provider, with a doubtful
    date, a successor that cannot be routed, or facts that differ between hosts. Takes seconds.

    \b
    Examples:
      govern catalog audit --section price --limit 1000
      govern catalog audit --format json
    """
    from multillm_gov.cli.shared.catalog_text import audit_text
    from multillm_gov.workflows.catalog import audit_map

    sections = audit_map(as_of or today(), section)
    if format_name == "json":
        click.echo(json_text(sections))
    else:
        show_text(audit_text(sections, limit))


@click.command("update", short_help="Show what a new price map means for this portfolio.")
@click.argument("price_map", required=False, type=click.Path(path_type=Path))
@click.option("--apply", "apply", is_flag=True, help="Write the lock from this price map as well.")
@fail_on_option
@shared_options()
@click.pass_context
def update(
    ctx: click.Context,
    /,
    price_map: Path | None,
    *,
    apply: bool,
    shared: SharedOptions,
) -> None:
    """Show what PRICE_MAP means for this portfolio before anything is applied.

    USD a month, caps that would break, models newly retiring, tiers added. PRICE_MAP is a price map
    of LiteLLM in JSON; without it, that of the installed LiteLLM. Exits 1 where it brings a finding
    that fails.

    \b
    Examples:
      govern catalog update
      govern catalog update model_prices_and_context_window.json
      govern catalog update --apply
    """
    from multillm_gov.workflows.catalog_prices import preview_update

    matching_update = preview_update(
        price_map, shared.root, as_of=shared.day, fail_on=shared.fail_on
    )
    code = emit(matching_update.report, shared.targets, shared.output)
    if apply:
        matching_update.apply()
        show_text(f"wrote {matching_update.locked.path}", err=True)
    ctx.exit(code)


@click.command("history", short_help="Show what the lock said of a model over time.")
@click.argument("model")
@shared_options()
@click.pass_context
def history(
    ctx: click.Context,
    /,
    model: str,
    *,
    shared: SharedOptions,
) -> None:
    """Prices and retirement date of MODEL in every committed lock that changed them.

    \b
    Examples:
      govern catalog history openai/gpt-4o
    """
    from multillm_gov.workflows.catalog_prices import price_history

    report = price_history(model, shared.root, as_of=shared.day)
    ctx.exit(emit(report, shared.targets, shared.output))

"""``govern catalog``: what is known of models; lock the facts a portfolio depends on."""

from datetime import date
from pathlib import Path

import click

from multillm_gov import exits
from multillm_gov.cli.shared import catalog_prices
from multillm_gov.cli.shared.options import as_of_option, root_option, today
from multillm_gov.cli.shared.terminal import screen_width, show_text
from multillm_gov.vocabulary import CAPABILITIES


@click.group("catalog", invoke_without_command=True)
@click.option(
    "--unresolved",
    is_flag=True,
    help="List price map entries whose vendor or provider is not known.",
)
@click.pass_context
def command(ctx: click.Context, *, unresolved: bool) -> None:
    """What is known of models, and the lock of the facts a portfolio depends on.

    \b
    Examples:
      govern catalog show anthropic/claude-sonnet-4-6
      govern catalog search "gemini flash" --provider gemini
      govern catalog audit
      govern catalog update
      govern catalog --unresolved
    """
    if ctx.invoked_subcommand is not None:
        return
    if unresolved:
        _tell_unresolved()
    else:
        click.echo(ctx.get_help())
        ctx.exit(exits.USAGE)


@command.command("show", short_help="Show all facts of one model.")
@click.argument("model")
@catalog_prices.format_option_of_catalog
@as_of_option
@root_option
def show(model: str, *, format_name: str, as_of: date | None, root: Path | None) -> None:
    """All facts of one model: price with its tiers, whom it depends on, lifecycle, successor.

    Inside a portfolio its own declarations and its lock hold.

    \b
    Examples:
      govern catalog show openai/gpt-4o
      govern catalog show bedrock/eu.anthropic.claude-sonnet-4-6 --format json
    """
    from multillm_gov.cli.shared.catalog_text import as_data, model_text
    from multillm_gov.workflows.catalog import show_model, view_catalog

    view = view_catalog(root, as_of or today())
    _warn(view.flaws)
    facts = show_model(model, view)
    successor_name = facts.lifecycle.successor
    successor = view.catalog.find(successor_name.model) if successor_name is not None else None
    elsewhere, later = view.catalog.elsewhere(facts), view.catalog.later_prices(model)
    if format_name == "json":
        click.echo(catalog_prices.json_text(as_data(facts, later)))
    else:
        click.echo(model_text(facts, successor, elsewhere, later, width=screen_width()))


@command.command("search", short_help="Find models that are not retired.")
@click.argument("text", default="")
@click.option("--mode", default="", help="Only models of this mode, such as chat or embedding.")
@click.option("--vendor", default="", help="Only models this vendor made.")
@click.option("--provider", default="", help="Only models this provider serves.")
@click.option(
    "--capability",
    "capabilities",
    multiple=True,
    type=click.Choice(CAPABILITIES),
    metavar="NAME",
    help="Only models known to have it, such as vision; repeatable.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Most models shown.",
)
@catalog_prices.format_option_of_catalog
@as_of_option
@root_option
def search(
    text: str,
    *,
    mode: str,
    vendor: str,
    provider: str,
    capabilities: tuple[str, ...],
    limit: int,
    format_name: str,
    as_of: date | None,
    root: Path | None,
) -> None:
    """Models that are not retired and whose name, family or vendor holds every word of TEXT.

    \b
    Examples:
      govern catalog search sonnet --provider anthropic
      govern catalog search gemini --capability audio_input
    """
    from multillm_gov.cli.shared.catalog_text import as_data, table_text
    from multillm_gov.workflows.catalog import ModelQuery, search_models, view_catalog

    wanted = ModelQuery(
        mode=mode, vendor=vendor, provider=provider, capabilities=frozenset(capabilities)
    )
    day = as_of or today()
    view = view_catalog(root, day)
    _warn(view.flaws)
    models = search_models(text, view, wanted, as_of=day)
    if format_name == "json":
        click.echo(catalog_prices.json_text([as_data(facts) for facts in models[:limit]]))
    elif models:
        click.echo(table_text(models[:limit], screen_width()))
    if len(models) > limit:
        click.echo(f"{len(models) - limit} more; raise --limit or narrow the search.", err=True)
    elif not models:
        click.echo("No model fits.", err=True)


@command.command("lock", short_help="Write the facts a portfolio depends on.")
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit 1 when the lock would change."
)
@as_of_option
@root_option
@click.pass_context
def lock(ctx: click.Context, *, only_check: bool, as_of: date | None, root: Path | None) -> None:
    """Write catalog/catalog.lock.json, the facts this portfolio depends on; results move with it.

    Shows which prices, dates and successors move. A check uses the lock's own day by default.

    \b
    Examples:
      govern catalog lock
      govern catalog lock --check
    """
    from multillm_gov.workflows.catalog_lock import compare_lock, write_lock

    day = today()
    locked = compare_lock(root, as_of=as_of if only_check else as_of or day, today=day)
    if not only_check:
        write_lock(locked)
    for change in locked.changes:
        show_text(change)
    for name in locked.unknown:
        show_text(f"`{name}` is not known and not in the lock; `govern check` says more.", err=True)
    _warn(locked.flaws)
    if only_check:
        click.echo(
            "The lock would change." if locked.changes else "The lock is up to date.", err=True
        )
        ctx.exit(exits.FINDINGS if locked.changes else exits.CLEAN)
    show_text(
        f"wrote {locked.path}: {len(locked.lock.models)} models, litellm {locked.lock.litellm}",
        err=True,
    )


@command.command("list", short_help="List entries without vendor or provider.")
@click.option(
    "--unresolved",
    is_flag=True,
    required=True,
    help="Entries whose vendor or provider is not known.",
)
def list_models(*, unresolved: bool) -> None:
    """List price map entries whose vendor or provider is not known: they are never guessed.

    \b
    Examples:
      govern catalog list --unresolved
    """
    if unresolved:
        _tell_unresolved()


def _warn(flaws: int) -> None:
    if flaws:
        mistakes = "1 mistake" if flaws == 1 else f"{flaws} mistakes"
        show_text(
            f"{mistakes} in the portfolio's files may hide models; run `govern check`.", err=True
        )


def _tell_unresolved() -> None:
    from multillm_gov.cli.shared.catalog_text import unresolved_text
    from multillm_gov.workflows.catalog import unresolved_models

    names, summary = unresolved_text(unresolved_models())
    show_text(names)
    show_text(summary, err=True)


for _each in (catalog_prices.audit, catalog_prices.update, catalog_prices.history):
    command.add_command(_each)

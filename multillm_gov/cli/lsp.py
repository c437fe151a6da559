"""``govern lsp``: serve an editor: findings while you type, explanations, completion."""

from datetime import date

import click

from multillm_gov.cli.shared.options import as_of_option, today


@click.command(
    "lsp", short_help="Serve an editor: findings while you type, explanations, completion."
)
@as_of_option
@click.option(
    "--stdio",
    is_flag=True,
    help="Speak over stdin and stdout, which is the only way; editors add it.",
)
@click.pass_context
def command(ctx: click.Context, *, as_of: date | None, stdio: bool) -> None:
    """Speak the Language Server Protocol over stdin and stdout; an editor starts it, not a person.

    Unsaved text is judged together with the rest of the portfolio on the disk. Exits 0 after the
    editor requested a shutdown, 1 if it disconnected without one. docs/editors.md has the settings
    of common editors.

    \b
    Examples:
      govern lsp
      govern lsp --as-of 2026-12-31
    """
    from multillm_gov.errors import MissingExtraError

    del stdio
    try:
        from multillm_gov.editors.serving import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"pygls", "lsprotocol"}:
            raise
        raise MissingExtraError(
            "The language server needs a package that is not installed",
            "pip install 'multillm-gov[lsp]'",
        ) from error
    ctx.exit(serve((lambda: as_of) if as_of is not None else today))

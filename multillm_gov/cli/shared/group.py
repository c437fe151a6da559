"""The command group: every module of ``cli`` defines a ``command``, imported when called."""

import re

import click

from multillm_gov.plugins import load_plugin, plugin_names, plugin_summary
from multillm_gov.words import did_you_mean

_COMMANDS = "multillm_gov.cli"


class CommandGroup(click.Group):
    """Finds commands by the files present, so that adding one means adding a file."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, sorted; no module is imported."""
        del ctx
        return list(plugin_names(_COMMANDS))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command's module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = load_plugin(_COMMANDS, cmd_name).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but an unknown name gets the nearest known ones."""
        name = args[0]
        if (
            not name.startswith("-")
            and not ctx.resilient_parsing
            and name not in (known := self.list_commands(ctx))
        ):
            raise click.UsageError(f"There is no command `{name}`{did_you_mean(name, known)}.", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a command, read from its module's docstring without importing it."""
        rows = [(name, _summary(name)) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _summary(name: str) -> str:
    """``govern check``: what the command does, without that name."""
    text = re.sub(r"^`+govern [^`]*`+: *", "", plugin_summary(_COMMANDS, name))
    text = text.removesuffix(".").replace("``", "")
    return text[:1].upper() + text[1:]


def _print_version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    del parameter
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"govern {version('multillm-gov')}")
    ctx.exit()


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def cli() -> None:
    """Govern a portfolio of language models: what may run where, at what cost, with which fallback.

    \b
    Start with:
      govern init              write a starter portfolio
      govern check             judge it
      govern diff origin/main  see what a change does to money and risk

    Exit codes: 0 clean; 1 findings at or above the gate; 2 wrong usage; 3 the job could not be
    done; 70 a defect of govern; 130 interrupted; 141 the reader of the output closed it.
    """

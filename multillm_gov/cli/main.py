"""The command group: a command is a module beside this one that defines ``command``, imported when called."""

import re
from importlib import import_module
from pathlib import Path

import click

_HERE = Path(__file__).parent
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_DEFINES_COMMAND = re.compile(r"^(?:def command\(|command\b[^\n=]*=)", re.MULTILINE)


class CommandGroup(click.Group):
    """Finds commands by the files present, so that adding one means adding a file."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, sorted; no module is imported."""
        del ctx
        return sorted(
            file.stem.rstrip("_").replace("_", "-")
            for file in _HERE.glob("*.py")
            if _DEFINES_COMMAND.search(_text(file))
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command's module."""
        del ctx
        file = _file_of(cmd_name)
        if file is None:
            return None
        found = getattr(import_module(f"multillm_gov.cli.{file.stem}"), "command", None)
        return found if isinstance(found, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but an unknown name gets the nearest known ones."""
        name = args[0]
        if (
            not name.startswith("-")
            and not ctx.resilient_parsing
            and self.get_command(ctx, name) is None
        ):
            from difflib import get_close_matches

            near = get_close_matches(name, self.list_commands(ctx), n=2, cutoff=0.65)
            meant = (
                f" Did you mean {' or '.join(f'`govern {other}`' for other in near)}?"
                if near
                else ""
            )
            raise click.UsageError(f"There is no command `{name}`.{meant}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a command, read from its module's docstring without importing it."""
        rows = [(name, _summary(name)) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _file_of(name: str) -> Path | None:
    """The module file of a command name; a trailing ``_`` keeps clear of Python's keywords (``import_.py``)."""
    if not _NAME.fullmatch(name):
        return None
    stem = name.replace("-", "_")
    return next(
        (file for file in (_HERE / f"{stem}.py", _HERE / f"{stem}_.py") if file.is_file()), None
    )


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _summary(name: str) -> str:
    import ast

    file = _file_of(name)
    docstring = ast.get_docstring(ast.parse(_text(file))) if file else None
    first = (docstring or "").partition("\n")[0]
    said = re.sub(r"^`+govern [^`]*`+: *", "", first).removesuffix(".").replace("``", "")
    return said[:1].upper() + said[1:]


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

    Exit codes: 0 clean; 1 findings at or above the gate; 2 wrong usage; 3 the job could not be done;
    70 a defect of govern; 130 interrupted; 141 the reader of the output closed it.
    """

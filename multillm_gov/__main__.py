"""The ``govern`` command and its crash guard: a defect never exits as a verdict would."""

import gc
import os
import sys
from collections.abc import Sequence

from multillm_gov import exits
from multillm_gov.errors import GovernError

_ISSUES = "Please report it, with the command you typed; GOVERN_DEBUG=1 prints the traceback."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see ``exits``); only verdicts return 0 or 1."""
    # A command builds millions of values without cycles and ends: searching them for cycles took a
    # third of its time.
    gc.disable()
    try:
        return _run(arguments)
    except GovernError as error:
        _tell(error.message, error.hint)
        return error.exit_code
    except KeyboardInterrupt:
        _tell("interrupted")
        return exits.INTERRUPTED
    except Exception as error:  # noqa: BLE001
        if os.environ.get("GOVERN_DEBUG") == "1":
            import traceback

            traceback.print_exc()
        _tell(f"defect in govern: {type(error).__name__}: {error}", _ISSUES)
        return exits.DEFECT


def _run(arguments: Sequence[str] | None) -> int:
    import click

    from multillm_gov.cli.shared.group import cli
    from multillm_gov.sources.output import ReaderGoneError

    try:
        code = cli.main(
            None if arguments is None else list(arguments),
            prog_name="govern",
            standalone_mode=False,
        )
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return exits.USAGE
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        _tell(
            error.format_message(),
            f"`{context.command_path} --help` shows the usage." if context else "",
        )
        return exits.USAGE
    except click.Abort:
        _tell("interrupted")
        return exits.INTERRUPTED
    except (ReaderGoneError, SystemExit):
        # click itself ends with SystemExit when the pipe it prints help to is closed; no command of
        # ours does.
        return exits.CLOSED_PIPE
    if code is None:
        return exits.CLEAN
    if not isinstance(code, int):
        raise TypeError(f"a command returned {type(code).__name__} instead of an exit code")
    return code


def _tell(message: str, hint: str = "") -> None:
    """Print to stderr, with control characters (from hostile file names) spelled out."""
    lines = [f"govern: {message}", *([f"  hint: {hint}"] if hint else [])]
    text = "".join(f"{_fitted(_legible(line))}\n" for line in lines)
    if sys.stderr is not None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):  # nobody listens; the exit code still tells
            return


def _fitted(line: str) -> str:
    """Wrapped where somebody reads it on a screen; a log keeps one line for each message."""
    if not (os.environ.get("COLUMNS") or (sys.stderr is not None and sys.stderr.isatty())):
        return line
    from multillm_gov.cli.shared.terminal import fit_text

    return fit_text(line)


def _legible(line: str) -> str:
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in line
    )


if __name__ == "__main__":
    sys.exit(main())

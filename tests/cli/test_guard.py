"""What the process does whatever the command: exit codes, stdout for the result alone, stderr for
people."""

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from multillm_gov import exits

CRASH = """
import sys
import click
import multillm_gov.cli.shared.group as main
from multillm_gov.__main__ import main as guarded
from multillm_gov.errors import *

main.CommandGroup.get_command = click.Group.get_command
main.CommandGroup.list_commands = click.Group.list_commands

@main.cli.command("crash")
def crash():
    {body}

sys.exit(guarded(["crash"]))
"""


def crash(body: str, cwd: Path, **env: str) -> "subprocess.CompletedProcess[bytes]":
    """Run the real guard around a command whose body is given."""
    program = CRASH.format(body=body)
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_no_arguments_print_help_as_wrong_usage(govern, tmp_path: Path) -> None:
    done = govern(cwd=tmp_path)
    assert done.returncode == exits.USAGE
    assert done.stdout == b""
    assert b"Commands:" in done.stderr


def test_help_lists_every_command_with_a_line(govern, tmp_path: Path) -> None:
    done = govern("--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (exits.CLEAN, b"")
    listing = done.stdout.decode().partition("Commands:\n")[2]
    rows = dict(re.findall(r"^  (\S+) +(\S.*)$", listing, re.MULTILINE))
    assert rows.keys() >= {"check", "init", "report"}
    assert all(len(row.split()) > 2 for row in rows.values())


def test_version(govern, tmp_path: Path) -> None:
    done = govern("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.decode()) == (
        exits.CLEAN,
        f"govern {version('multillm-gov')}\n",
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chek"], "There is no command `chek` (did you mean `check` or `schema`?)"),
        (["zzz"], "There is no command `zzz`."),
        (["../main"], "There is no command `../main`."),
        (["main"], "There is no command `main`."),
        (["--nope"], "No such option"),
        (["check", "--nope"], "No such option"),
        (["check", "--format", "docx"], "markdown"),
        (["check", "--fail-on", "sometimes"], "warning"),
        (["check", "--as-of", "2026-13-01"], "write it as 2026-11-24"),
        (["check", "--as-of", "20261124"], "write it as 2026-11-24"),
        (["check", "--as-of", "٢٠٢٦-١١-٢٤"], "write it as 2026-11-24"),
        (["report", "extra"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_would_be_right(
    govern, tmp_path: Path, arguments: list[str], told: str
) -> None:
    done = govern(*arguments, cwd=tmp_path)
    assert done.returncode == exits.USAGE
    assert done.stdout == b""
    text = done.stderr.decode()
    assert told in text
    assert "--help` shows the usage" in text
    assert "Traceback" not in text


def test_a_defect_exits_70_without_traceback(tmp_path: Path) -> None:
    done = crash("raise ValueError('boom \\x1b[31m')", tmp_path)
    assert done.returncode == exits.DEFECT
    text = done.stderr.decode()
    assert "defect in govern: ValueError: boom \\x1b[31m" in text
    assert "report it" in text
    assert "Traceback" not in text
    assert "\x1b" not in text


def test_a_defect_shows_its_traceback_when_asked(tmp_path: Path) -> None:
    done = crash("raise ValueError('boom')", tmp_path, GOVERN_DEBUG="1")
    assert done.returncode == exits.DEFECT
    assert b"Traceback" in done.stderr


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("raise RecursionError", exits.DEFECT),
        ("raise MemoryError", exits.DEFECT),
        ("import a_package_that_is_not_installed", exits.DEFECT),
        ("return 'clean'", exits.DEFECT),
        ("raise AssertionError", exits.DEFECT),
        ("raise KeyboardInterrupt", exits.INTERRUPTED),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(9)",
            exits.INTERRUPTED,
        ),
        ("raise UsageError('m', 'h')", exits.USAGE),
        ("raise RevisionError('m', 'h')", exits.UNABLE),
        ("raise OutputError('m', 'h')", exits.UNABLE),
        ("return 1", exits.FINDINGS),
        ("return 0", exits.CLEAN),
        ("return None", exits.CLEAN),
    ],
)
def test_each_end_has_its_exit_code(tmp_path: Path, body: str, code: int) -> None:
    done = crash(body, tmp_path)
    assert done.returncode == code, done.stderr.decode()
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr


def test_an_error_tells_message_and_hint_on_one_line_each(tmp_path: Path) -> None:
    done = crash("raise SourceError('no `a\\nb`', 'type `x`')", tmp_path)
    assert done.stderr.decode() == "govern: no `a\\nb`\n  hint: type `x`\n"


def test_a_closed_stderr_changes_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m multillm_gov nope 2>&-"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == exits.USAGE


def test_help_into_a_closed_pipe_is_not_a_verdict(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-m", "multillm_gov", "--help"],
        cwd=tmp_path,
        stdout=write_end,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (exits.CLOSED_PIPE, b"")

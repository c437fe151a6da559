"""Answers requests to run ``govern``, each in a process forked from this one.

What a command imports is imported once, so that a test waits for the command alone and not for
Python's start. The child is a process of its own: folder, environment, streams, exit code.
Read from standard input, a JSON object a line: ``arguments``, ``cwd``, ``env``, ``stdout`` and
``stderr`` (files to write), ``timeout`` (seconds). Answered with the exit code, or ``null`` when
the time was up.
"""

import importlib
import io
import json
import os
import pkgutil
import signal
import sys
import time
import traceback

import multillm_gov
from multillm_gov.__main__ import main

# They import what is heavy, optional or starts threads: left to the command that needs it.
_LEFT_OUT = ("editors", "offline", "providers", "warehouse", "optimization", "__main__")


def _import_all() -> None:
    for module in pkgutil.walk_packages(multillm_gov.__path__, "multillm_gov."):
        if module.name.split(".")[1] not in _LEFT_OUT:
            importlib.import_module(module.name)


def _load_litellm() -> None:
    """As a command that sends loads it, with what it loads at the first call."""
    from multillm_gov.providers.quiet import load_litellm

    importlib.import_module("multillm_gov.workflows.evaluation.dry_run")
    for module in pkgutil.iter_modules(importlib.import_module("multillm_gov.providers").__path__):
        importlib.import_module(f"multillm_gov.providers.{module.name}")
    load_litellm()


def _run(request: dict) -> None:
    """Become the command and end with its exit code."""
    code = 70
    try:
        for name, number in (("stdout", 1), ("stderr", 2)):
            opened = os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(opened, number)
            os.close(opened)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdin = io.TextIOWrapper(io.FileIO(0), encoding="utf-8")
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        sys.argv = ["govern", *request["arguments"]]
        code = main(request["arguments"])
    except BaseException:  # noqa: BLE001 - the child must end here, whatever happens
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                code = 120
        os._exit(code)


def _wait(child: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    pause = 0.001
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def serve() -> None:
    """Answer until standard input ends."""
    _import_all()
    if "litellm" in sys.argv[1:]:
        _load_litellm()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(request)
        answers.write(json.dumps(_wait(child, request["timeout"])) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()

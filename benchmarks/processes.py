"""Whole processes: how long they take and how much memory they hold at most."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Run(NamedTuple):
    """One run of a command."""

    seconds: float
    mebibytes: float
    """Largest resident set."""


class Runs(NamedTuple):
    """Runs of several commands, taken in turns."""

    by_name: dict[str, list[Run]]

    def ratio(self, name: str, peer: str) -> float:
        """Median over the turns of how much longer a command took than its peer just then."""
        pairs = zip(self.by_name[name], self.by_name[peer], strict=True)
        return statistics.median(run.seconds / other.seconds for run, other in pairs)

    def seconds(self, name: str) -> float:
        """Median time of a command."""
        return statistics.median(run.seconds for run in self.by_name[name])

    def mebibytes(self, name: str) -> float:
        """Median of its largest resident set."""
        return statistics.median(run.mebibytes for run in self.by_name[name])


def run_once(command: Sequence[str | Path], folder: Path) -> Run:
    """Run a command to its end.

    Raises:
        RuntimeError: it exited with more than 1 (0 is a clean portfolio, 1 one with findings).
    """
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    complaint = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1) or "Traceback" in complaint:
        raise RuntimeError(
            f"{' '.join(map(str, command))} exited with {process.returncode}:\n{complaint}"
        )
    return Run(seconds, usage.ru_maxrss / 1024)


def take_turns(commands: dict[str, tuple[Sequence[str | Path], Path]], runs: int) -> Runs:
    """Run commands in turns, so that a busy minute of the machine slows all of them alike.

    One unmeasured turn first fills the file cache.
    """
    for command, folder in commands.values():
        run_once(command, folder)
    seen: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, (command, folder) in commands.items():
            seen[name].append(run_once(command, folder))
    return Runs(seen)


def compile_everything(package: Path) -> None:
    """Compile the package and every installed library, so that no run measures the compiler."""
    installed = (Path(folder) for folder in sys.path if folder.endswith("site-packages"))
    for folder in (package, *installed):
        command = [sys.executable, "-m", "compileall", "-q", "-j", "0", str(folder)]
        subprocess.run(command, check=False, capture_output=True)

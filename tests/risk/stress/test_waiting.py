"""Who waits at a terminal is told what is being done; a pipe never is."""

import io
import sys

import pytest

from multillm_gov.cli.shared import progress
from multillm_gov.cli.shared.progress import Waiting


class Screen(io.StringIO):
    """A stderr that says what it is."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


def test_after_a_second_one_line_is_rewritten_and_wiped(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen(terminal=True)
    monkeypatch.setattr(sys, "stderr", screen)
    with Waiting() as shown:
        shown.tell("running provider-outage")
        assert screen.getvalue() == ""
        clock[0] = 1.2
        shown.tell("running combined")
        shown.tell("simulating")
    lines = screen.getvalue().split("\r")
    assert lines[1].rstrip() == "govern: running combined …"
    assert lines[2].rstrip() == "govern: simulating …"
    assert len(lines[2]) == len(lines[1]), "the longer line is covered"
    assert lines[3].strip() == lines[4] == "", "nothing stays"


def test_a_pipe_hears_nothing(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=False)
    monkeypatch.setattr(sys, "stderr", screen)
    with Waiting() as shown:
        clock[0] = 5
        shown.tell("simulating")
    assert screen.getvalue() == ""

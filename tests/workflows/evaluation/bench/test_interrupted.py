"""Ctrl-C in the middle of a benchmark."""

import os
import signal
import subprocess
import sys
import time

import pytest

from multillm_gov.offline.script import Script, ScriptRule
from multillm_gov.offline.serving import serve

pytestmark = pytest.mark.litellm


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to one process")
def test_what_is_known_is_told_and_nothing_is_written(portfolio):
    folder = portfolio()
    with serve() as server:
        server.play(
            Script(rules=(ScriptRule(contains="France", text="Paris"), ScriptRule(seconds=60)))
        )
        env = {
            **os.environ,
            "OPENAI_API_KEY": "planted",
            "OPENAI_BASE_URL": server.base_url("openai"),
        }
        arguments = ["bench", "--model", "openai/gpt-5.4-mini", "--as-of", "2026-11-24"]
        running = subprocess.Popen(
            [sys.executable, "-m", "multillm_gov", *arguments],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        deadline = time.monotonic() + 60
        while len(server.journal.entries) < 8 and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    told = " ".join(out.decode().split())
    assert running.returncode == 130, err
    assert "It was interrupted" in told
    assert "3 cases, the run ended before the answer was judged" in told
    assert "No evidence was written." in told
    assert not (folder / "evidence").exists()

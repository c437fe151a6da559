"""What is exported for Portkey runs in its own gateway, as far as that can be had: the open one.

Providers of an export are integrations of a hosted workspace (`@name`). The open gateway has none,
so the test gives each target the address of the local server instead, and changes nothing else.
"""

import json
import math
import os
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from multillm_gov.evidence.drill_record import Fault
from multillm_gov.offline.script import Script, ScriptRule
from multillm_gov.offline.serving import Server, serve
from multillm_gov.workflows.gateways.export import export
from proxied_portfolio import DAY

pytestmark = [pytest.mark.gateway]
FOLDER = Path(os.environ.get("GATEWAY_FOLDER", Path(__file__).parents[2] / ".gateway")).absolute()
CALLS = 600
DEVIATIONS = 4.5
FAILS_OVER: dict[Fault, bool] = {
    "connection-refused": True,
    "server-error": True,
    "rate-limit": True,
    "timeout": True,
    "content-filter": True,
    "context-overflow": True,
    "malformed-body": False,
    "stream-cut": False,
}
"""An answer that begins well and is broken ends the request: it is no status."""

Ask = Callable[[str], httpx.Response]


@pytest.fixture(scope="module")
def provider() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def ask(gateway_portfolio: Path, provider: Server) -> Iterator[Ask]:
    """Send a request of a task class with its exported config."""
    script = FOLDER / "portkey/node_modules/@portkey-ai/gateway/build/start-server.js"
    node = shutil.which("node")
    if node is None or not script.exists():
        pytest.skip("Portkey's gateway is not installed (tests/gateway/setup)")
    configs = json.loads(export("portkey", as_of=DAY, root=gateway_portfolio).data)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "TRUSTED_CUSTOM_HOSTS": "127.0.0.1"}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [node, script, f"--port={port}", "--headless"], env=environment, stdout=quiet, stderr=quiet
    ) as process, httpx.Client(timeout=30) as client:  # fmt: skip

        def send(task: str) -> httpx.Response:
            config = addressed(configs[task], provider.base_url("openai"))
            return client.post(
                f"{url}/v1/chat/completions",
                json={"model": task, "messages": [{"role": "user", "content": "Say hello."}]},
                headers={"x-portkey-config": json.dumps(config)},
            )

        try:
            for _ in range(200):
                try:
                    client.get(url)
                    break
                except httpx.HTTPError:
                    time.sleep(0.1)
            yield send
        finally:
            process.terminate()


def addressed(config: dict[str, Any], address: str) -> dict[str, Any]:
    """A config whose integrations are the local server."""
    if "targets" in config:
        return {**config, "targets": [addressed(one, address) for one in config["targets"]]}
    assert config["provider"].startswith("@")
    return {**config, "provider": "openai", "custom_host": address, "api_key": "none"}


def called(provider: Server) -> list[str]:
    return [entry.model for entry in provider.journal.entries if entry.model]


def test_weights_hold(ask: Ask, provider: Server) -> None:
    provider.play(Script())
    assert all(ask("weighted").status_code == 200 for _ in range(CALLS))
    found = Counter(called(provider))
    for model, share in (("own-w1", 0.7), ("own-w2", 0.2), ("own-w3", 0.1)):
        bound = DEVIATIONS * math.sqrt(share * (1 - share) / CALLS)
        assert abs(found[model] / CALLS - share) < bound, found


@pytest.mark.parametrize("fault", FAILS_OVER)
def test_failover_follows_the_declared_order(ask: Ask, provider: Server, fault: Fault) -> None:
    provider.play(Script(rules=(ScriptRule(model=f"own-{fault}", fault=fault, retry_after="20"),)))
    answer = ask(f"fault-{fault}")
    if FAILS_OVER[fault]:
        assert answer.status_code == 200
        assert called(provider) == [f"own-{fault}", "own-f2"]
    else:
        assert answer.status_code == 500
        assert called(provider) == [f"own-{fault}"]


def test_the_whole_chain_is_tried_in_order_and_ends(ask: Ask, provider: Server) -> None:
    rules = tuple(ScriptRule(model=f"own-down{n}", fault="server-error") for n in (1, 2, 3))
    provider.play(Script(rules=rules[:2]))
    assert ask("down").status_code == 200
    assert called(provider) == ["own-down1", "own-down2", "own-down3"]
    provider.play(Script(rules=rules))
    assert ask("down").status_code >= 500

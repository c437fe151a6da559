"""A real LiteLLM proxy, started from the exported file, in front of the local provider server.

`tests/gateway/setup` installs the proxy in an environment of its own; without it these tests skip.
"""

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from multillm_gov.offline.serving import Server, serve
from multillm_gov.workflows.gateways.export import export
from proxied_portfolio import DAY, proxied_allocation, proxied_catalog

HERE = Path(__file__).parent
_RECORDER = """\
import json
from litellm.integrations.custom_logger import CustomLogger

class Recorder(CustomLogger):
    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        held = kwargs["standard_logging_object"]
        row = {name: held.get(name) for name in
               ("request_tags", "model_group", "model_id", "response_cost", "call_type")}
        with open(PATH, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\\n")

recorder = Recorder()
"""


class Proxy:
    """A proxy that runs."""

    def __init__(self, url: str, key: str, folder: Path, provider: Server) -> None:
        self.url = url
        self.key = key
        self.folder = folder
        self.provider = provider
        """The local server that answers for every model."""

    def spend(self, task: str) -> list[dict[str, object]]:
        """Rows of the spend log booked under a task class's tag."""
        path = self.folder / "spend.jsonl"
        rows = map(json.loads, path.read_text().splitlines()) if path.exists() else ()
        return [row for row in rows if f"task-class:{task}" in (row["request_tags"] or ())]

    def await_spend(self, task: str, count: int) -> list[dict[str, object]]:
        """The spend log once it has so many rows; LiteLLM writes it after the answer."""
        for _ in range(200):
            rows = self.spend(task)
            if len(rows) >= count:
                return rows
            time.sleep(0.05)
        return self.spend(task)

    def models_called(self) -> list[str]:
        """What the provider was asked for, in order."""
        return [entry.model for entry in self.provider.journal.entries if entry.model]


def environment_folder() -> Path:
    return Path(os.environ.get("GATEWAY_FOLDER", HERE.parents[1] / ".gateway")).absolute()


@pytest.fixture(scope="session")
def installed() -> Path:
    folder = environment_folder()
    if not (folder / "environment/bin/litellm").exists():
        pytest.skip("LiteLLM's proxy is not installed (tests/gateway/setup)")
    return folder


@pytest.fixture(scope="session")
def gateway_portfolio(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("portfolio")
    for path, text in {
        "govern.yaml": "organization: Example\n",
        "allocations/all.yaml": proxied_allocation(),
        "catalog/models.yaml": proxied_catalog(),
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture(scope="session")
def exported_file(gateway_portfolio, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("proxy")
    (folder / "litellm.yaml").write_bytes(export("litellm", as_of=DAY, root=gateway_portfolio).data)
    (folder / "spend_log.py").write_text(f"PATH = {str(folder / 'spend.jsonl')!r}\n{_RECORDER}")
    (folder / "proxy.yaml").write_text(
        "include: [litellm.yaml, drills.yaml]\nlitellm_settings:\n  callbacks: spend_log.recorder\n"
    )
    # A section of a later file replaces that of an earlier one.
    (folder / "drills.yaml").write_text(
        "general_settings:\n  master_key: os.environ/LITELLM_MASTER_KEY\n"
        "  dangerously_allow_mock_testing_request_params: true\n"
    )
    return folder / "litellm.yaml"


@contextmanager
def running(
    installed: Path, config: Path, provider: Server, extra: dict[str, str] | None = None
) -> Iterator[Proxy]:
    """Start the proxy; it serves when the block begins and is gone when it ends."""
    port, key = _free_port(), f"sk-{secrets.token_hex(24)}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")},
        "OWN_API_BASE": provider.base_url("openai"),
        "OWN_API_KEY": "no-key",
        "LITELLM_MASTER_KEY": key,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "DEFAULT_MAX_RETRIES": "0",
        **(extra or {}),
    }
    environment.pop("DATABASE_URL", None) if extra is None else None
    log = config.parent / "proxy.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [
                installed / "environment/bin/litellm",
                *("--config", config, "--host", "127.0.0.1", "--port", str(port)),
            ],
            cwd=config.parent,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        _await(f"http://127.0.0.1:{port}/health/liveliness", process, log)
        yield Proxy(f"http://127.0.0.1:{port}", key, config.parent, provider)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@pytest.fixture(scope="session")
def start_proxy():
    """`running`, for a test that needs a proxy of its own."""
    return running


@pytest.fixture(scope="session")
def proxy(installed, exported_file) -> Iterator[Proxy]:
    with (
        serve() as provider,
        running(installed, exported_file.parent / "proxy.yaml", provider) as started,
    ):
        yield started


@pytest.fixture
def client(proxy):
    from openai import OpenAI

    with OpenAI(base_url=f"{proxy.url}/v1", api_key=proxy.key, max_retries=0, timeout=60) as one:
        yield one


Send = Callable[[], object]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            pytest.fail(f"the proxy ended: {log.read_text(errors='replace')[-3000:]}")
        try:
            httpx.get(url, timeout=2)
        except httpx.HTTPError:
            time.sleep(0.25)
        else:
            return
    pytest.fail(f"the proxy does not start: {log.read_text(errors='replace')[-3000:]}")

"""A small portfolio whose models the offline server plays, asked by the real LiteLLM through the
real command."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from multillm_gov.offline.script import Script
from multillm_gov.offline.serving import Server, serve

ALLOCATION = """\
owner: support
task_classes:
  triage:
    route: [{model: openai/gpt-5.4}]
    fallbacks: [custom/sorter]
    demand: {requests: 1000, input_tokens: 200, output_tokens: 100}
    prompt: prompts/triage.md
    output_schema: schemas/triage.json
    normalize: [strip-fences]
    latency: {p95_seconds: 20}
  search:
    mode: embedding
    route: [{model: openai/text-embedding-3-small}]
    demand: {requests: 1000, input_tokens: 20}
"""
CATALOG = """\
models:
  custom/sorter:
    base: openai/gpt-5.4-mini
    endpoint: {model: openai/sorter, environment: SORTER}
"""
PROMPT = """\
---
version: 1
variables: {ticket: {}}
canaries:
  - {ticket: My bill is wrong}
  - {ticket: The page does not load}
---
Sort the ticket. Answer as JSON of this schema: {"type": "object", "properties": {"queue": {"type": "string"}}, "required": ["queue"]}

{{ ticket }}
"""  # noqa: E501 - the text of a prompt
SCHEMA = """\
{
  "type": "object",
  "properties": {"queue": {"type": "string"}},
  "required": ["queue"],
  "additionalProperties": false
}
"""
FILES = {
    "allocations/support.yaml": ALLOCATION,
    "catalog/models.yaml": CATALOG,
    "prompts/triage.md": PROMPT,
    "schemas/triage.json": SCHEMA,
}
DAY = "2026-11-24"

Write = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    return write(tmp_path / "portfolio", FILES)


@pytest.fixture
def files() -> dict[str, str]:
    return dict(FILES)


@pytest.fixture
def writing() -> Callable[[Path, Mapping[str, str]], Path]:
    return write


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


@pytest.fixture(scope="session")
def running_server() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def server(running_server: Server) -> Server:
    """The server, without script and with an empty journal."""
    running_server.play(Script())
    return running_server


@pytest.fixture
def environment(running_server: Server) -> dict[str, str]:
    """What leads LiteLLM, which believes to call OpenAI, to the server."""
    return {
        "OPENAI_API_KEY": "planted-key-of-the-environment",
        "OPENAI_BASE_URL": running_server.base_url("openai"),
        "SORTER_API_BASE": running_server.base_url("compatible"),
    }


DryRun = Callable[..., "CompletedProcess[bytes]"]


@pytest.fixture
def dry_run(govern_with_litellm, portfolio: Path, environment: dict[str, str]) -> DryRun:
    """Run ``govern dry-run ARGUMENTS`` in the portfolio, against the server."""

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> "CompletedProcess[bytes]":
        return govern_with_litellm(
            "dry-run", "--as-of", DAY, *arguments, cwd=portfolio, env={**environment, **(env or {})}
        )

    return run

"""The canonical query in a real PostgreSQL server, with the gateway's own table."""

import getpass
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from conftest import Govern
from feeds import FEEDS, imported, rows_of
from multillm_gov.usage.attribution import AttributionRule, Condition

psycopg = pytest.importorskip("psycopg")
pytestmark = pytest.mark.postgres

TABLE = """
CREATE TABLE "LiteLLM_SpendLogs" (
  request_id text PRIMARY KEY, call_type text, api_key text, spend double precision,
  total_tokens int, prompt_tokens int, completion_tokens int, "startTime" timestamp(3),
  "endTime" timestamp(3), model text, model_id text, model_group text, custom_llm_provider text,
  metadata jsonb DEFAULT '{}', cache_hit text, request_tags jsonb DEFAULT '[]', team_id text,
  status text)
"""
COLUMNS = ("request_id", "spend", "prompt_tokens", "completion_tokens", "startTime", "model",
           "model_group", "custom_llm_provider", "metadata", "cache_hit", "request_tags",
           "team_id", "status", "api_key")  # fmt: skip

SUMMED = ("requests", "input_tokens_with_cache", "cache_read_tokens", "output_tokens",
          "effective_cost", "gateway_cache_hits")  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, reached through a socket only."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
        Path(path) for path in [shutil.which("initdb")] if path
    ]
    if not found:
        pytest.skip("no PostgreSQL server is installed")
    binaries = found[-1].parent
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()
    become = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    folder = tmp_path_factory.mktemp("pg")
    for part in (folder, *folder.parents[:2]):
        part.chmod(0o755)
    home = Path("/tmp") / f"govern-pg-{os.getpid()}"
    home.mkdir()
    if become:
        shutil.chown(home, user)
    try:
        subprocess.run([*become, binaries / "initdb", "-D", home / "data", "-A", "trust", "-U",
                        "govern", "-E", "UTF8"], check=True, capture_output=True)  # fmt: skip
        subprocess.run([*become, binaries / "pg_ctl", "-D", home / "data", "-w", "-l", home / "log",
                        "-o", f"-c listen_addresses= -k {home} -c fsync=off", "start"],
                       check=True, capture_output=True, stdin=subprocess.DEVNULL)  # fmt: skip
        yield f"postgresql://govern@/postgres?host={home}"
        subprocess.run([*become, binaries / "pg_ctl", "-D", home / "data", "-m", "immediate",
                        "stop"], check=True, capture_output=True)  # fmt: skip
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def filled(server: str) -> str:
    lines = (FEEDS / "litellm_spend_logs.jsonl").read_text().splitlines()[:3]
    with psycopg.connect(server) as connection:
        connection.execute(TABLE)
        for line in lines:
            row = json.loads(line)
            names = [name for name in COLUMNS if name in row]
            values = [json.dumps(row[name]) if isinstance(row[name], dict | list) else row[name]
                      for name in names]  # fmt: skip
            quoted = ", ".join(f'"{name}"' for name in names)
            places = ", ".join(["%s"] * len(names))
            connection.execute(
                f'INSERT INTO "LiteLLM_SpendLogs" ({quoted}) VALUES ({places})', values
            )
    return server


def portfolio(folder: Path) -> Path:
    (folder / "usage").mkdir()
    (folder / "govern.yaml").write_text("usage:\n  - {url_from: GATEWAY_DATABASE}\n")
    (folder / "usage/rules.yaml").write_text(
        "attribution:\n"
        "  - {task_class: triage, when: {tag: triage}}\n"
        "  - {task_class: center, when: {metadata: {cost_center: 'cc-*'}}}\n"
        "  - {task_class: chat, when: {model_group: chat}}\n"
    )
    return folder


def test_a_gateway_database_equals_its_export(filled: str, tmp_path: Path, govern: Govern) -> None:
    root = portfolio(tmp_path)
    for _ in range(2):
        done = govern("usage", "import", cwd=root, env={"GATEWAY_DATABASE": filled})
        assert done.returncode == 0, done.stderr
    from multillm_gov.warehouse.querying import stored_aggregates
    from multillm_gov.warehouse.store import Store

    rules = (
        AttributionRule(task_class="triage", when=Condition(tag="triage")),
        AttributionRule(task_class="chat", when=Condition(model_group="chat")),
    )
    answered = stored_aggregates(Store(folder=root / ".govern/usage"), rules)
    imported(tmp_path, FEEDS / "litellm_spend_logs.jsonl")
    exported = stored_aggregates(Store(folder=tmp_path / "store"), rules)

    def sums(aggregates):
        found = {}
        for each in aggregates:
            key = (each.day, each.task_class, each.model, each.failover)
            assert key not in found
            found[key] = tuple(getattr(each, name) for name in SUMMED)
        return found

    assert sums(answered) == sums(exported)
    assert sum(each.effective_cost for each in answered) == Decimal("0.0425")
    assert len(rows_of(tmp_path)) == 3


def test_a_database_that_does_not_answer_names_no_secret(tmp_path: Path, govern: Govern) -> None:
    root = portfolio(tmp_path)
    url = "postgresql://someone:not-a-real-secret@127.0.0.1:1/nothing"
    done = govern("usage", "import", cwd=root, env={"GATEWAY_DATABASE": url})
    assert done.returncode == 3
    assert b"does not answer" in done.stderr
    assert b"not-a-real-secret" not in done.stderr + done.stdout
    done = govern("usage", "import", cwd=root, env={"GATEWAY_DATABASE": "not-a-real-secret"})
    assert done.returncode == 3
    assert b"not-a-real-secret" not in done.stderr + done.stdout

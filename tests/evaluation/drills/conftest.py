"""Small portfolios, drilled through LiteLLM's real router against the offline server."""

import asyncio
import textwrap
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from multillm_gov.documents.document import SourceFile
from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.client import Message
from multillm_gov.evaluation.drills.drill import FAULTS, plan_drills
from multillm_gov.evaluation.drills.judging import judge_drills
from multillm_gov.evaluation.probes.plan import (
    EarlierProbes,
    ProbeSettings,
    TaskInputs,
    plan_probes,
)
from multillm_gov.evaluation.probes.probe import Canaries, Canary, TaskDigests
from multillm_gov.offline.script import Script
from multillm_gov.offline.serving import serve
from multillm_gov.providers.offline import offline_addresses
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.state.loading import load_state
from multillm_gov.workflows.evaluation.routing import send_drills

DAY = date(2026, 11, 24)
SCHEMA = {
    "type": "object",
    "properties": {"queue": {"type": "string"}},
    "required": ["queue"],
    "additionalProperties": False,
}


@pytest.fixture(scope="session")
def assessed():
    def build(task: str, catalog: str = ""):
        body = textwrap.indent(textwrap.dedent(task), "  ")
        files = [
            SourceFile("allocations/a.yaml", f"owner: support\ntask_classes:\n{body}".encode())
        ]
        if catalog:
            files.append(SourceFile("catalog/m.yaml", textwrap.dedent(catalog).encode()))
        state = load_state(files, as_of=DAY, price_map=read_price_map)
        assert not state.flaws, state.flaws
        return state

    return build


@pytest.fixture(scope="session")
def planned():
    """The drills of a state, with one canary each and, for the task classes named, a schema."""

    def build(state, faults=FAULTS, schema_of: tuple[str, ...] = ()):
        message = Message("user", "Sort this ticket: my invoice is wrong.")
        canary = Canary(messages=(message,), text=message.content)
        inputs = {
            task.name: TaskInputs(
                canaries=Canaries(origin="prompt", inputs=(canary,)),
                digests=TaskDigests(task="sha256:" + "1" * 64, prompt="sha256:" + "2" * 64),
                output_schema=SCHEMA if task.name in schema_of else None,
            )
            for task in state.portfolio.task_classes
        }
        known = EarlierProbes(last=lambda *_: None, reference=lambda *_: None)
        probes = plan_probes(
            state.figures.tasks, inputs, ProbeSettings(day=DAY), lambda _: (), known
        )
        return plan_drills(probes, faults)

    return build


@pytest.fixture(scope="session")
def held(planned) -> Callable:
    """Hold all drills of a state; the offline server answers for the fallbacks, as a script tells
    it."""

    def run(state, script: Script | None = None, *, budget: Decimal | None = None, **given):
        drills = planned(state, **given)
        with serve(script) as server:
            outcomes = asyncio.run(
                send_drills(
                    drills,
                    state,
                    offline_addresses(server.base_url),
                    budget=Budget(budget),
                )
            )
            return judge_drills(outcomes, {"govern": "0"}), server.journal.entries

    return run

"""One new file is one new member: of every family that CONTRIBUTING names, a throw-away one works.

Each is written to a folder of its own, which is added to the family's package; nothing else is
changed. Then the real command, in its own process, uses it.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RUN = """
import importlib, sys
package, folder = sys.argv[1:3]
importlib.import_module(package).__path__.append(folder)
from multillm_gov.__main__ import main
sys.argv[:] = ["govern", *sys.argv[3:]]
sys.exit(main())
"""
RULE = '''"""GOV199: a rule of one test."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Every task class."""
    for task in context.tasks:
        yield Violation(
            message=f"`{task.task.name}` is a task class",
            place=task.task.place,
            subject=task.task.name,
            remedy="Leave it as it is.",
        )


RULE = Rule(
    id="GOV199",
    name="throw-away",
    title="Task class found",
    one="One task class is found",
    many="{count} task classes are found",
    short_title="Task classes",
    requirement="There is no task class.",
    why="To see that a file is enough.",
    remediation="None.",
    severity=Severity.NOTE,
    check=check,
)
'''
SHOCK = '''"""Nothing happens for a month."""

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import month
from multillm_gov.risk.stress.stress_context import Label, StressContext


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """No effect at all."""
    del context
    return (ShockEffect(hours=month(shock), targets=targets),)
'''
SCENARIO = """scenarios:
  throw-away:
    title: A quiet month
    because: To see that a file is enough
    shocks: [{kind: demand-growth, factor: 1.01}]
"""
OWN = SCENARIO.replace("{kind: demand-growth, factor: 1.01}", "{kind: throw-away}")
INCIDENTS = '''"""One line a day of outage."""

from datetime import datetime

from multillm_gov.evidence.importing import Export
from multillm_gov.evidence.incident import Incident

ENDINGS = (".days",)


def read(data: bytes, components: frozenset[str]) -> Export:
    """A day of outage for each line."""
    del components
    return Export(
        incidents=tuple(
            Incident(
                start=datetime.fromisoformat(f"{day}T00:00:00+00:00"),
                end=datetime.fromisoformat(f"{day}T06:00:00+00:00"),
            )
            for day in data.decode().split()
        )
    )
'''
CASES = """cases:
  structured-extraction:
    normalizers: [throw-away]
    scorer: {kind: throw-away}
    cases:
      - {id: one, input: {text: Please read}, expected: yes sir}
"""


@pytest.fixture(scope="module")
def starter(tmp_path_factory, govern) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("starter")
    assert govern("init", ".", cwd=folder).returncode == 0
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


class Shelf:
    """A starter portfolio, and a folder that is added to one package."""

    def __init__(self, folder: Path, starter: dict[str, bytes]) -> None:
        self.portfolio, self.members = folder / "portfolio", folder / "members"
        self.members.mkdir(parents=True)
        for path, data in starter.items():
            self.write(path, data)

    def write(self, path: str, data: bytes | str) -> None:
        file = self.portfolio / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())

    def run(
        self, package: str, name: str, text: str, *arguments: str
    ) -> "subprocess.CompletedProcess[str]":
        (self.members / name).write_text(text)
        return subprocess.run(
            [sys.executable, "-c", RUN, f"multillm_gov.{package}", self.members, *arguments],
            cwd=self.portfolio,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        )


@pytest.fixture
def shelf(tmp_path, starter) -> Shelf:
    return Shelf(tmp_path, starter)


def test_a_rule(shelf):
    done = shelf.run("rules.book", "gov199_throw_away.py", RULE, "check", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = [each for each in json.loads(done.stdout)["findings"] if each["rule"] == "GOV199"]
    assert len(found) == 5


def test_a_format_of_reports(shelf):
    text = '"""Nothing but the verdict."""\n\nMEDIA_TYPE = "text/plain"\n\n\ndef render(report):\n'
    text += "    return f'{report.verdict.exit_code}!'.encode()\n"
    done = shelf.run("rendering.formats", "throw_away.py", text, "check", "--format", "throw-away")
    assert (done.returncode, done.stdout) == (0, "0!"), done.stderr


def test_a_format_of_graphs(shelf):
    text = '"""Only how many."""\n\nMEDIA_TYPE = "text/plain"\n\n\ndef render(graph):\n'
    text += "    return str(len(graph.nodes)).encode()\n"
    done = shelf.run("rendering.graphs", "throw_away.py", text, "graph", "--format", "throw-away")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


def test_a_scenario(shelf):
    done = shelf.run("risk.stress.book", "s99_throw_away.yaml", SCENARIO, "stress", "throw-away")
    assert done.returncode == 0, done.stderr
    assert "throw-away" in done.stdout


def test_a_kind_of_shock(shelf):
    shelf.write("scenarios/own.yaml", OWN)
    done = shelf.run("risk.stress.shocks", "throw_away.py", SHOCK, "stress", "throw-away")
    assert done.returncode == 0, done.stderr
    assert "throw-away" in done.stdout


@pytest.mark.parametrize(
    ("package", "kind"),
    [("evaluation.bench.scorers", "scorer"), ("evaluation.bench.normalizers", "normalizer")],
)
def test_a_scorer_or_normalizer_is_a_word_that_files_may_use(shelf, package, kind):
    before = shelf.run(
        "rules.book",
        "gov199_throw_away.py",
        RULE,
        "schema",
        "evals" if kind == "scorer" else "allocation",
    )
    assert "throw-away" not in before.stdout
    text = '"""Anything goes."""\n'
    done = shelf.run(
        package, "throw_away.py", text, "schema", "evals" if kind == "scorer" else "allocation"
    )
    assert done.returncode == 0, done.stderr
    assert '"throw-away"' in done.stdout


def test_a_check_of_probes(shelf):
    text = '''"""Every probe is worth a word."""

from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evidence.record import CheckResult


def judge(observation: Observation) -> CheckResult | None:
    """Always passes."""
    del observation
    return CheckResult(name="throw-away", verdict="pass", detail="seen")


CHECK = Check(name="throw-away", judge=judge)
'''
    done = shelf.run(
        *("evaluation.probes.checks", "throw_away.py", text),
        *("dry-run", "--offline", "--format", "json"),
    )
    assert '"throw-away"' in done.stdout, done.stderr


def test_a_format_of_incidents(shelf):
    shelf.write("outages.days", "2026-01-03\n2026-05-09\n")
    done = shelf.run(
        *("evidence.incident_formats", "throw_away.py", INCIDENTS, "incidents", "import"),
        *("outages.days", "--level", "provider", "--entity", "openai"),
    )
    assert done.returncode == 0, done.stderr
    assert (shelf.portfolio / "incidents/openai.yaml").read_text().count("start:") == 2


def test_a_format_of_results(shelf):
    member = (ROOT / "multillm_gov/evidence/result_formats/jsonl.py").read_text()
    member = re.sub(r"^ENDINGS = .*$", 'ENDINGS = (".thrown",)', member, flags=re.MULTILINE)
    row = {"model": "gemini/gemini-3.5-flash", "case": "a", "accepted": True}
    shelf.write("answers.thrown", json.dumps(row) + "\n")
    done = shelf.run(
        *("evidence.result_formats", "throw_away.py", member, "bench", "import"),
        *("answers.thrown", "--task", "structured-extraction", "--no-write"),
    )
    assert done.returncode in {0, 1}, done.stderr
    assert "structured-extraction" in done.stdout


def test_a_gateway(shelf):
    text = '"""A gateway of one test."""\n\nTITLE = "Throw-away"\n\n\ndef render(routing):\n'
    text += "    return b' '.join(group.name.encode() for group in routing.groups)\n"
    done = shelf.run("gateways.formats", "throw_away.py", text, "export", "throw-away")
    assert done.returncode == 0, done.stderr
    assert "lead-scoring" in done.stdout


ASK = """
import importlib, json, sys, urllib.request
importlib.import_module("multillm_gov.offline.formats").__path__.append(sys.argv[1])
from multillm_gov.offline.serving import serve
with serve() as server:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello"}]}).encode()
    address = server.base_url("throw-away") + "/chat/completions"
    headers = {"Authorization": "Bearer key", "Content-Type": "application/json"}
    request = urllib.request.Request(address, data=body, headers=headers)
    print(address, json.load(urllib.request.urlopen(request))["object"])
"""


def test_a_wire_format(shelf):
    member = (ROOT / "multillm_gov/offline/formats/compatible.py").read_text()
    (shelf.members / "throw_away.py").write_text(
        member.replace('BASE = "/compatible/v1"', 'BASE = "/throw-away/v1"')
    )
    done = subprocess.run(
        [sys.executable, "-c", ASK, shelf.members],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert "/throw-away/v1/chat/completions chat.completion" in done.stdout


def test_a_command(shelf):
    text = '"""``govern throw-away``: one word."""\n\nimport click\n\n\n'
    text += '@click.command("throw-away")\ndef command() -> None:\n    """Say one word."""\n'
    text += '    click.echo("word")\n'
    assert shelf.run("cli", "throw_away.py", text, "throw-away").stdout == "word\n"
    assert "throw-away" in shelf.run("cli", "throw_away.py", text, "--help").stdout

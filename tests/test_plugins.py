"""Families found by presence: one file more is one member more, with no list to edit anywhere."""

import json
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from multillm_gov.errors import UsageError
from multillm_gov.plugins import load_plugin, plugin_files, plugin_names, plugin_of_ending

ROOT = Path(__file__).parents[1]

_SHOUT = "def render(thing):\n    return b'SHOUT'\n"
_EXPORT = """\
from multillm_gov.gateways.exported import Exported

def render(*_):
    return Exported(data=b"SHOUT", omissions=())
"""
_READ = """\
ENDINGS = (".shout",)

def read(data, *_):
    {statement}
"""
_WITHDRAWN = "from multillm_gov.risk.stress.shocks.withdrawal import effects as effects\n"
_CHECK = """\
from multillm_gov.evaluation.probes.check import Check
from multillm_gov.evidence.record import CheckResult

CHECK = Check(name="shout", judge=lambda _: CheckResult(name="shout", verdict="pass"))
"""
_COMMAND = '''\
"""``govern shout``: shout."""

import click


@click.command("shout")
def command() -> None:
    """Shout."""
    click.echo("SHOUT")
'''
_SCENARIO = """\
scenarios:
  shout:
    title: Everybody shouts
    shocks: [{kind: outage, level: provider, entity: each, hours: 1}]
"""
_WIRE = """\
from multillm_gov.offline.formats.openai import answer, read, refuse

BASE = "/shout/v1"
"""
_ENDPOINT = """\
from multillm_gov.offline.openai.chat import answer, read

PATH = "shouts"
"""

_READER = """\
from multillm_gov.usage.reader import FeedContract, Field, Reader

def recognize(sample):
    return sample.has("shouted_at")

READER = Reader(
    contract=FeedContract(
        title="Shouts", role="gateway", precedence=15, cache_reads_in_input="included",
        cache_writes_in_input="included", money="USD", grain="one shout", model_name="the mouth",
        joins_by=("model",), covers="shouts", never_contains=("whispers",), source="nowhere",
    ),
    recognize=recognize,
    fields={
        "started": Field("shouted_at", "moment", required=True),
        "cost": Field("price", "number", required=True),
        "mouth": Field("mouth"),
    },
    row={
        "row_id": "MD5(CONCAT_WS('|', started, mouth))", "started_at": "started",
        "grain": "'request'", "charge": "'usage'", "provider": "'shouts'", "model": "mouth",
        "requests": "1", "effective_cost": "cost", "currency": "'USD'",
    },
)
"""

FAMILIES = {
    "multillm_gov.rendering.formats": (
        _SHOUT,
        "main(['check', '--format', 'shout'])",
    ),
    "multillm_gov.rendering.inventories": (_SHOUT, "main(['inventory', 'shout'])"),
    "multillm_gov.rendering.graphs": (_SHOUT, "main(['graph', '--format', 'shout'])"),
    "multillm_gov.gateways.formats": (_EXPORT, "main(['export', 'shout'])"),
    "multillm_gov.cli": (_COMMAND, "main(['shout'])"),
    "multillm_gov.evidence.result_formats": (
        _READ.format(statement="print('SHOUT'); return ()"),
        (
            "from pathlib import Path\n"
            "from multillm_gov.evidence.results import read_results, result_format_of\n"
            "read_results(b'', result_format_of(Path('x.shout')))"
        ),
    ),
    "multillm_gov.evidence.incident_formats": (
        _READ.format(
            statement="from multillm_gov.evidence.importing import IncidentExport; print('SHOUT'); "
            "return IncidentExport(incidents=())"
        ),
        (
            "from pathlib import Path\n"
            "from multillm_gov.evidence.importing import incident_format_of, read_export\n"
            "read_export(b'', incident_format_of(Path('x.shout')))"
        ),
    ),
    "multillm_gov.evaluation.probes.checks": (
        _CHECK,
        (
            "from multillm_gov.evaluation.probes.check import all_checks\n"
            "print([check.name.upper() for check in all_checks()])"
        ),
    ),
    "multillm_gov.evaluation.bench.scorers": (
        "ACCEPTED_FROM = 1.0\n\ndef score(answer, held):\n    return float(answer.isupper())\n",
        (
            "from multillm_gov.evaluation.bench.scoring import Expectation, score_text\n"
            "from multillm_gov.portfolio.evals import Scorer\n"
            "import msgspec\n"
            'scorer = msgspec.json.decode(b\'{"kind": "shout"}\', type=Scorer)\n'
            "assert score_text('A', Expectation(expected='', scorer=scorer)).accepted\n"
            "main(['schema', 'evals'])"
        ),
    ),
    "multillm_gov.evaluation.bench.normalizers": (
        (
            "from msgspec.structs import replace\n\n"
            "def normalize(draft, schema):\n    return replace(draft, text=draft.text.lower())\n"
        ),
        (
            "from multillm_gov.evaluation.bench.scoring import normalize\n"
            "assert normalize('TRUE', ['shout'], {}, lambda value: value is True)\n"
            "main(['schema', 'allocation'])"
        ),
    ),
    "multillm_gov.risk.stress.shocks": (
        _WITHDRAWN,
        (
            "from pathlib import Path\n"
            "Path('scenarios').mkdir()\n"
            "Path('scenarios/s.yaml').write_text('scenarios: {loud: {title: SHOUT, shocks: "
            "[{kind: shout, level: vendor}]}}')\n"
            "main(['stress', 'loud'])"
        ),
    ),
    "multillm_gov.offline.formats": (
        _WIRE,
        (
            "from multillm_gov.offline.vendors import format_at\n"
            "print(format_at('/shout/v1/chat')[0].name.upper())"
        ),
    ),
    "multillm_gov.usage.readers": (
        _READER,
        (
            "from pathlib import Path\n"
            "text = 'shouted_at,price,mouth\\n2026-11-03T10:00:00,1.25,big\\n'\n"
            "Path('shouts.csv').write_text(text + '2026-11-03T11:00:00,x,big\\n')\n"
            "main(['usage', 'readers'])\n"
            "assert main(['usage', 'import', 'shouts.csv']) == 0\n"
            "from multillm_gov.warehouse.querying import stored_aggregates\n"
            "from multillm_gov.warehouse.store import Store\n"
            "(row,) = stored_aggregates(Store(folder=Path('.govern/usage')))\n"
            "assert (row.producer, row.model, str(row.effective_cost)) == "
            "('shout', 'big', '1.250000000000')"
        ),
    ),
    "multillm_gov.rendering.consumption": (
        "def render(consumed):\n    return b'SHOUT' + str(len(consumed.aggregates)).encode()\n",
        (
            "from datetime import date\n"
            "from multillm_gov.measures.consumption.alerts import Consumed\n"
            "from multillm_gov.workflows.usage.exporting import export_formats\n"
            "from multillm_gov.plugins import load_plugin\n"
            "assert 'shout' in export_formats()\n"
            "day = date(2026, 11, 3)\n"
            "empty = Consumed(aggregates=(), first=day, last=day, through=day, currency='USD', "
            "standings=(), owners={}, obligations=())\n"
            "print(load_plugin('multillm_gov.rendering.consumption', 'shout').render(empty))"
        ),
    ),
    "multillm_gov.offline.openai": (
        _ENDPOINT,
        (
            "from multillm_gov.offline.endpoints import endpoints\n"
            "print(endpoints()['shouts'].path.upper())"
        ),
    ),
}


def run(package: str, member: Path, program: str, folder: Path) -> str:
    """What a program prints in a process of its own in which the family has one member more."""
    script = (
        f"import {package} as family\nfamily.__path__ = [*family.__path__, {str(member.parent)!r}]\n"  # noqa: E501
        f"from multillm_gov.__main__ import main\n{program}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    """The framework as first published, with the address that a gateway needs of its own model."""
    root = Path(shutil.copytree(ROOT / "tests/data/first-framework", tmp_path / "portfolio"))
    (catalog,) = (root / "catalog").glob("*.yaml")
    own, endpoint = "  custom/lead-scorer:\n", "    endpoint: {model: openai/lead-scorer}\n"
    text = catalog.read_text()
    assert own in text
    catalog.write_text(text.replace(own, own + endpoint))
    return root


@pytest.mark.parametrize("package", FAMILIES)
def test_one_file_more_is_one_member_more(package: str, tmp_path: Path, portfolio: Path) -> None:
    source, program = FAMILIES[package]
    member = tmp_path / "more" / "shout.py"
    member.parent.mkdir()
    member.write_text(source)
    assert "SHOUT" in run(package, member, program, portfolio).upper()


def test_a_scenario_is_one_file(tmp_path: Path, portfolio: Path) -> None:
    package = "multillm_gov.risk.stress.book"
    member = tmp_path / "more" / "shout.yaml"
    member.parent.mkdir()
    member.write_text(_SCENARIO)
    names = run(package, member, "main(['stress', '--list'])", portfolio)
    assert "shout" in names


@pytest.mark.parametrize("package", FAMILIES)
def test_every_member_loads_and_the_names_are_those_of_files(package: str) -> None:
    names = plugin_names(package)
    assert list(names) == sorted(names)
    folder = import_module(package).__path__[0]
    assert {name.replace("-", "_") for name in names} | {"__init__"} == {
        file.stem for file in Path(folder).glob("*.py")
    }
    for name in names:
        assert load_plugin(package, name).__name__ == f"{package}.{name.replace('-', '_')}"


def test_names_are_read_without_importing_a_member_or_its_package() -> None:
    script = (
        "import json, sys\nfrom multillm_gov.plugins import plugin_names\n"
        f"names = [plugin_names(package) for package in {list(FAMILIES)!r}]\n"
        "assert all(names)\n"
        "print(json.dumps([name for name in sys.modules if name.startswith('multillm_gov.')]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert not {name.split(".")[1] for name in json.loads(done.stdout)} & {
        package.split(".")[1] for package in FAMILIES
    }


@pytest.mark.parametrize("name", ["", "shout", "__init__", "../text", "text.render", "TEXT", "os"])
def test_an_unknown_member_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match="no format") as raised:
        load_plugin("multillm_gov.rendering.formats", name, "format")
    assert "json, junit, markdown" in raised.value.hint


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(UsageError, match="did you mean `markdown`"):
        load_plugin("multillm_gov.rendering.formats", "markdwn", "format")


def test_an_ending_finds_its_member() -> None:
    package = "multillm_gov.rendering.formats"
    endings = {
        ".md": "markdown",
        ".MD": "markdown",
        ".htm": "html",
        ".sarif": "sarif",
        ".exe": None,
    }
    assert {ending: plugin_of_ending(package, ending) for ending in ["", *endings]} == {
        "": None,
        **endings,
    }


def test_files_of_another_ending_are_members_too() -> None:
    files = plugin_files("multillm_gov.risk.stress.book", ".yaml")
    assert files
    assert all(file.suffix == ".yaml" for file in files.values())

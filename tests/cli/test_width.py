"""No line of any command is wider than the terminal, but for a single name or path that is."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from conftest import Checkout, Govern
from multillm_gov.cli.shared.group import cli
from multillm_gov.cli.shared.terminal import fit_text
from multillm_gov.gateways.litellm.book import all_lint_rules
from multillm_gov.plugins import plugin_names
from multillm_gov.rendering.plain.width import width
from multillm_gov.rules.engine.registry import all_rules
from multillm_gov.workflows.pages.explain import explain
from multillm_gov.workflows.schema import schema_names
from portfolios import REPOSITORY, written

LONG = "custom/" + "a-rather-long-name-with-many-parts-" * 2 + "2026-01-01"
COMMANDS = (
    "check",
    "check --all",
    "stress --no-simulation",
    "stress --no-simulation --all",
    "stress --list",
    "graph",
    "report --format text",
    "rules",
    "catalog show custom/alpha",
    "catalog search custom",
)
DAY = ("--as-of", "2026-11-24")
CALLS: dict[str, tuple[str, ...]] = {
    "approve": ("approve task_class:nothing --by cfo", "approve task_class:triage --by cfo"),
    "bench": ("bench --plan", "bench nothing-like-this"),
    "catalog": (
        "catalog show openai/gpt-5.4-2026-03-05",
        "catalog show a-model-that-nobody-has-ever-heard-of-in-any-catalog",
        "catalog search gpt",
        "catalog audit",
        "catalog lock",
    ),
    "check": ("check", "check --all", "check --base HEAD~1", "check --base no-such-revision"),
    "diff": ("diff HEAD~1", "diff HEAD~1 --all", "diff no-such-revision-anywhere"),
    "drift": ("drift --config proxy.yaml", "drift"),
    "drill": ("drill --plan", "drill nothing"),
    "dry-run": ("dry-run --plan", "dry-run nothing"),
    "explain": (
        *(f"explain {kind}" for kind in ("allocation.demand", "settings.appetite", "nonsense")),
        "explain fallbacks",
    ),
    "export": ("export nothing", "export litellm --output out.yaml"),
    "fix": ("fix --dry-run",),
    "graph": ("graph", "graph --why triage"),
    "history": ("history", "history --every commit"),
    "site": ("site pages",),
    "import": ("import nothing x", "import litellm proxy.yaml"),
    "incidents": ("incidents import nothing.csv",),
    "init": ("init fresh", "init fresh", "init started --from-gateway proxy.yaml"),
    "inventory": ("inventory nothing",),
    "lint": ("lint litellm proxy.yaml", "lint"),
    "lsp": (),
    "optimize": ("optimize", "optimize --claim"),
    "pin": ("pin",),
    "report": ("report --format text", "report --format text --since HEAD~1"),
    "rules": ("rules", "rules --family 8", "rules --fixable", "rules no-such-words-anywhere"),
    "scan": ("scan .", "scan . --all"),
    "schema": ("schema nothing", "schema allocation --nothing"),
    "stress": ("stress", "stress --all", "stress --list", "stress --base HEAD~1"),
    "test": ("test",),
    "usage": (
        "usage readers",
        "usage status",
        "usage status --all",
        "usage explain-change",
        "usage reconcile",
        "usage import nothing.csv",
    ),
    "waive": (
        "waive GOV201:nothing --reason x --expires 2027-01-31 --approved-by cfo",
        "waive GOV403:triage --reason x --expires 2027-01-31 --approved-by cfo",
        "waive --generate --expires 2027-01-31 --approved-by cfo",
    ),
    "waivers": ("waivers",),
}
"""Calls of every command, those that fail included; a new command needs an entry."""
IS_TEXT_OF_A_FILE = ("fix --dry-run", "schema")
"""What these print is a file or a patch, which is not ours to break."""
PROXY = """\
model_list:
  - model_name: chat-with-a-rather-long-name-for-a-model-group
    litellm_params: {model: azure/deployment-with-a-long-name, api_base: os.environ/BASE}
  - model_name: spare
    litellm_params: {model: mistral/mistral-large-latest, unknown_parameter: 1}
"""


def _files(*, hostile: bool) -> dict[str, str]:
    files = dict(REPOSITORY)
    if hostile:
        files = {path: text.replace("custom/alpha", LONG) for path, text in files.items()}
        files["govern.yaml"] = (
            "organization: 株式会社東京人工知能研究所とその国際的な子会社および関連会社の全体\n"
            "appetite: {max_monthly_spend: 10}\n"
        )
    return files


def _too_wide(line: str, size: int) -> bool:
    """Whether a line could have been shorter: its last word alone needs the room."""
    head, _, last = line.rstrip().rpartition(" ")
    return width(line.rstrip()) > size and not (width(last) > size - 34 and width(head) <= 34)


@pytest.mark.parametrize("hostile", [False, True])
def test_text_keeps_to_eighty_columns(
    hostile: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(written(tmp_path, _files(hostile=hostile)))
    monkeypatch.setenv("COLUMNS", "80")
    wide = {}
    for command in COMMANDS:
        if hostile and command.startswith("catalog show"):
            continue
        result = CliRunner().invoke(cli, command.split())
        assert result.stdout, (command, result.output, result.exception)
        lines = [line for line in result.stdout.splitlines() if _too_wide(line, 80)]
        if lines:
            wide[command] = lines[:3]
    assert wide == {}


@pytest.fixture(scope="module")
def starter(govern: Govern, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter in two commits, the second without a fallback and with a looser limit."""
    checkout = Checkout(tmp_path_factory.mktemp("width") / "starter")
    assert govern("init", checkout.folder, cwd=checkout.folder).returncode == 0
    checkout.write({"proxy.yaml": PROXY})
    checkout.commit(day="2026-10-01")
    allocation = checkout.folder / "allocations/marketing.yaml"
    text = allocation.read_text()
    assert "    fallbacks: [" in text
    lines = [line for line in text.splitlines() if not line.startswith("    fallbacks: [")]
    allocation.write_text("\n".join(lines) + "\n")
    checkout.commit(day="2026-11-01")
    return checkout.folder


def test_every_command_has_calls_here() -> None:
    assert set(CALLS) == set(plugin_names("multillm_gov.cli"))


@pytest.mark.parametrize("name", [name for name in sorted(CALLS) if CALLS[name]])
def test_every_command_keeps_to_eighty_columns(name: str, starter: Path, govern: Govern) -> None:
    wide: dict[str, list[str]] = {}
    for call in CALLS[name]:
        words = call.split()
        done = govern(*words, cwd=starter, env={"COLUMNS": "80"})
        assert done.returncode in {0, 1, 2, 3}, (call, done.stderr)
        streams = (
            [done.stderr] if call.startswith(IS_TEXT_OF_A_FILE) else [done.stdout, done.stderr]
        )
        assert any(streams), call
        lines = b"".join(streams).decode().splitlines()
        if found := [line for line in lines if _too_wide(line, 80)]:
            wide[call] = found[:4]
    assert wide == {}


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from _commands(found, f"{name} {each}")


def test_the_help_of_every_command_keeps_to_eighty_columns() -> None:
    wide = {}
    for name, command in _commands(cli, "govern"):
        with click.Context(command, info_name=name) as context:
            lines = command.get_help(context).splitlines()
        if found := [line for line in lines if width(line) > 80]:
            wide[name] = found
    assert wide == {}


def test_every_page_keeps_to_eighty_columns_and_its_examples_keep_their_meaning() -> None:
    wide = {}
    names = [rule.id for rule in (*all_rules(), *all_lint_rules())]
    for name in (*names, *schema_names()):
        lines = fit_text(explain(name), 80).splitlines()
        if found := [line for line in lines if _too_wide(line, 80)]:
            wide[name] = found
    assert wide == {}
    for rule in (*all_rules(), *all_lint_rules()):
        for text in (rule.violating, rule.compliant):
            for part in text.split("\n# "):
                if all(width(line) <= 76 for line in part.splitlines()):
                    continue
                shown = fit_text("\n".join(f"    {line}" for line in part.splitlines()), 80)
                assert shown != part
                assert _loaded(shown) == _loaded(part), rule.id


def _loaded(text: str) -> object:
    """What a strict reader makes of it; an example that is no YAML on purpose is itself."""
    try:
        return list(yaml.compose_all(text, Loader=yaml.SafeLoader)) and list(
            yaml.load_all(text, Loader=yaml.BaseLoader)
        )
    except yaml.YAMLError:
        return " ".join(text.split())

"""The settings in docs/editors.md are what they say they are, and start the command there is."""

import json
import re
import tomllib
from pathlib import Path

from click.testing import CliRunner

from multillm_gov.cli.shared.group import cli

PAGE = (Path(__file__).parents[2] / "docs/editors.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_settings_name_the_command_and_the_language() -> None:
    code = json.loads(block("json"))
    assert [code["glspc.server.command"], *code["glspc.server.commandArguments"]] == [
        "govern",
        "lsp",
    ]
    assert code["glspc.server.languageId"] == ["yaml"]
    helix = tomllib.loads(block("toml"))
    server = helix["language-server"]["govern"]
    assert [server["command"], *server["args"]] == ["govern", "lsp"]
    assert "govern" in helix["language"][0]["language-servers"]
    assert "cmd = { 'govern', 'lsp' }" in block("lua")


def test_the_command_and_its_option_exist() -> None:
    told = CliRunner().invoke(cli, ["lsp", "--help"])
    assert told.exit_code == 0
    assert "--as-of" in told.output
    assert "docs/editors.md" in told.output

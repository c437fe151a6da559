"""No line of any text is wider than the terminal, but for a single name or path that is."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from multillm_gov.cli.shared.group import cli
from multillm_gov.rendering.plain.width import width
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

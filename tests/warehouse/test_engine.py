"""The engine: loaded by whoever asks about usage, and by nobody else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ENGINE = {"duckdb", "pyarrow", "pandas", "sqlglot", "psycopg"}
IMPORTED = (
    "actuals:\n"
    "  - {month: 2026-11, through: 2026-11-20, portfolio: true, spend: 12.50, requests: 9}\n"
)


def loaded(folder: Path, *arguments: str) -> tuple[set[str], int]:
    """Packages in memory after a command, and its exit code."""
    program = (
        "import sys\nfrom multillm_gov.__main__ import main\ncode = main(sys.argv[1:])\n"
        "print(code, *{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=folder, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    code, *names = done.stderr.splitlines()[-1].split()
    return set(names), int(code)


@pytest.mark.parametrize("imported", [False, True])
def test_check_does_not_load_the_engine(tmp_path: Path, imported: bool) -> None:
    """Neither without usage files nor with the actuals that an import wrote."""
    portfolio = tmp_path / "portfolio"
    shutil.copytree(Path(__file__).parents[1] / "data/first-framework", portfolio)
    if imported:
        (portfolio / "usage").mkdir(exist_ok=True)
        (portfolio / "usage/imported.yaml").write_text(IMPORTED)
    names, code = loaded(portfolio, "check")
    assert code in (0, 1)
    assert "multillm_gov" in names
    assert not names & ENGINE


def test_an_import_does_load_it(tmp_path: Path) -> None:
    """So that the test above can fail."""
    (tmp_path / "govern.yaml").write_text("organization: Acme\n")
    log = Path(__file__).parents[1] / "data/usage/litellm_spend_logs.jsonl"
    names, _ = loaded(tmp_path, "usage", "import", str(log))
    assert "duckdb" in names

"""What a plain installation can do, and which extra a command names when it misses one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from multillm_gov.sources.price_map import installed_price_map, shipped_price_map

EXTRAS = (
    *("litellm", "numpy", "networkx", "typst", "py3langid", "uvicorn", "cel_expr_python"),
    *("pygls", "lsprotocol", "xlsxwriter", "pptx"),
)
PLAIN = f"""
import sys
for name in {EXTRAS!r}:
    sys.modules[name] = None  # as if it were not installed
from multillm_gov.__main__ import main
sys.argv[0] = "govern"
sys.exit(main())
"""


@pytest.fixture(scope="module")
def starter(tmp_path_factory, govern):
    folder = tmp_path_factory.mktemp("starter")
    assert govern("init", ".", cwd=folder).returncode == 0
    for words in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "-m", "start")):
        subprocess.run(["git", *words], cwd=folder, check=True, timeout=60)
    return folder


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", PLAIN, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "--base", "HEAD"),
        ("diff", "HEAD"),
        ("report", "--format", "markdown"),
        ("report", "--format", "html"),
        ("stress", "--no-simulation"),
        ("graph",),
        ("catalog", "show", "gpt-5"),
        ("export", "litellm"),
        ("explain", "GOV201"),
    ],
    ids=" ".join,
)
def test_a_plain_installation_does_it(starter, arguments):
    done = run(starter, *arguments)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("report", "--format", "pdf"), "pdf"),
        (("report", "--output", "board.xlsx"), "office"),
        (("report", "--output", "board.pptx"), "office"),
        (("stress",), "risk"),
        (("dry-run", "--offline"), "offline"),
        (("lsp",), "lsp"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_missing_extra_is_named(starter, arguments, extra):
    done = run(starter, *arguments)
    assert done.returncode == 3, done.stderr
    assert f"pip install 'multillm-gov[{extra}]'" in done.stderr


def test_prices_without_litellm_are_those_of_the_snapshot(starter):
    with_it = subprocess.run(
        [sys.executable, "-m", "multillm_gov", "catalog", "show", "gpt-5", "--format", "json"],
        cwd=starter,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    without = run(starter, "catalog", "show", "gpt-5", "--format", "json")
    assert without.returncode == 0
    installed, shipped = installed_price_map(), shipped_price_map()
    if installed is not None and installed.version == shipped.version:
        assert without.stdout == with_it.stdout


def test_the_snapshot_is_the_map_itself():
    installed, shipped = installed_price_map(), shipped_price_map()
    assert installed is not None
    if installed.version != shipped.version:
        pytest.skip(
            f"the snapshot is of LiteLLM {shipped.version}, installed is {installed.version}"
        )
    assert shipped.data == installed.data
    assert shipped.sha256 == installed.sha256

"""The hooks offered to portfolios: their commands run, and they fire on governed files alone."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from multillm_gov import exits
from multillm_gov.documents.layout import kind_of

ROOT = Path(__file__).parents[2]
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
BROKEN = (
    "owner: sales\ntask_classes:\n  a:\n    route: [{model: custom/alpha}]\n    no_such_key: 1\n"
)
MODELS = """\
models:
  custom/alpha:
    mode: chat
    usd_per_million_tokens: {input: 5, output: 5}
    exposure: {family: a, vendor: a, provider: a, cloud: a, jurisdiction: US}
"""


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_is_complete_and_fires_on_governed_files(hook: dict[str, Any]) -> None:
    assert {"id", "name", "description", "entry", "language", "files"} <= set(hook)
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False, "the whole portfolio is judged, once"
    fires = re.compile(hook["files"]).search
    governed = [
        "govern.yaml",
        "allocations/a.yaml",
        "policies/x/y.yaml",
        "catalog/catalog.lock.json",
        "prompts/a.md",
    ]
    assert all(kind_of(path) and fires(path) for path in governed)
    assert not any(
        fires(path) for path in ("README.md", "src/policies/a.py", "xgovern.yaml", "govern_yaml")
    )


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_its_command_passes_and_fails(hook: dict[str, Any], govern, checkout) -> None:
    assert hook["entry"].startswith("govern ")
    words = hook["entry"].split()[1:]
    whole = BROKEN.replace("    no_such_key: 1\n", "")
    checkout.commit({"allocations/a.yaml": whole, "catalog/m.yaml": MODELS})
    assert govern(*words, cwd=checkout.folder).returncode == exits.CLEAN
    checkout.write({"allocations/a.yaml": BROKEN})
    assert govern(*words, cwd=checkout.folder).returncode == exits.FINDINGS


def test_pre_commit_takes_the_manifest(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"],
        check=True,
        timeout=60,
        env=os.environ | {"PRE_COMMIT_HOME": str(tmp_path)},
    )

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

ROOT = Path(__file__).parents[2]
OFFERED: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
HOOKS = [hook for hook in OFFERED if hook["id"] != "govern-lint"]
"""Those about a portfolio; `govern-lint` is about the files it is given."""
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
def test_a_hook_is_complete_and_runs_at_every_commit(hook: dict[str, Any]) -> None:
    assert {"id", "name", "description", "entry", "language"} <= set(hook)
    assert hook["always_run"] is True, "hooks that wait for files never see deletions"
    assert "files" not in hook
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False, "the whole portfolio is judged, once"


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_its_command_passes_and_fails(hook: dict[str, Any], govern, checkout) -> None:
    assert hook["entry"].startswith("govern ")
    words = hook["entry"].split()[1:]
    whole = BROKEN.replace("    no_such_key: 1\n", "")
    checkout.commit({"allocations/a.yaml": whole, "catalog/m.yaml": MODELS})
    assert govern(*words, cwd=checkout.folder).returncode == exits.CLEAN
    checkout.write({"allocations/a.yaml": BROKEN})
    assert govern(*words, cwd=checkout.folder).returncode == exits.FINDINGS


def test_lint_judges_the_files_it_is_given(govern, tmp_path: Path) -> None:
    (hook,) = (hook for hook in OFFERED if hook["id"] == "govern-lint")
    assert hook.get("pass_filenames", True) is True
    words = hook["entry"].split()[1:]
    for name in ("litellm_config.yaml", "litellm.yml", "deploy/proxy_config.yaml"):
        assert re.search(hook["files"], name)
    assert not re.search(hook["files"], "allocations/marketing.yaml")
    config = tmp_path / "litellm_config.yaml"
    config.write_text("model_list:\n  - {model_name: a, litellm_params: {model: mistral/x}}\n")
    assert govern(*words, config, cwd=tmp_path).returncode == exits.CLEAN
    config.write_text("model_list: {}\n")
    assert govern(*words, config, cwd=tmp_path).returncode == exits.FINDINGS


def test_pre_commit_takes_the_manifest(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"],
        check=True,
        timeout=60,
        env=os.environ | {"PRE_COMMIT_HOME": str(tmp_path)},
    )


def _staged(checkout: Any, path: str, deleted: bool) -> None:
    """A file at ``path`` that the next commit adds, or deletes."""
    checkout.commit({path: "x"} if deleted else {"README.md": "x"})
    (checkout.folder / path).parent.mkdir(exist_ok=True)
    if deleted:
        checkout.git("rm", "--quiet", path)
    else:
        checkout.write({path: "x: [1\n"})
        checkout.git("add", "--all")


@pytest.mark.parametrize("where", ["", "ai"])
def test_the_generated_hook_waits_for_no_file(where: str, govern, checkout) -> None:
    """So that every governed folder counts, and a deletion too."""
    assert govern("init", where or ".", cwd=checkout.folder).returncode == 0
    config = yaml.safe_load((checkout.folder / ".pre-commit-config.yaml").read_text())
    (hook,) = [hook for repo in config["repos"] for hook in repo["hooks"]]
    assert hook["always_run"] is True
    assert not {"files", "exclude", "types", "types_or", "exclude_types"} & set(hook)
    assert not {"files", "exclude"} & set(config)


@pytest.mark.parametrize("where", ["", "ai", "команда: #1"])
@pytest.mark.parametrize("deleted", [False, True])
def test_the_generated_hook_runs_at_a_real_commit(
    deleted: bool, where: str, govern, checkout, tmp_path: Path
) -> None:
    """pre-commit itself runs the hook that `govern init` wrote."""
    assert govern("init", where or ".", cwd=checkout.folder).returncode == 0
    _staged(checkout, f"{where}/evidence/e.yaml".lstrip("/"), deleted)
    shim = tmp_path / "bin" / "govern"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m multillm_gov "$@"\n')
    shim.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--verbose"],
        cwd=checkout.folder,
        capture_output=True,
        check=False,
        timeout=120,
        env={
            **os.environ,
            "PRE_COMMIT_HOME": str(tmp_path / "cache"),
            "PATH": f"{shim.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        },
    )
    assert b"Skipped" not in done.stdout
    assert b"Checked" in done.stdout

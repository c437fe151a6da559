"""The composite action: its shell steps run for real in a repository, with a `gh` that keeps
comments in a file."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: dict[str, dict[str, Any]] = {
    step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step
}
ALLOCATION = """\
owner: sales
task_classes:
  triage:
    route: [{model: custom/alpha}]
    demand: {requests: 1000, input_tokens: 100, output_tokens: 100}
    spend_cap: {monthly: 100}
"""
MODELS = """\
models:
  custom/alpha:
    mode: chat
    usd_per_million_tokens: {input: 5, output: 5}
    exposure: {family: a, vendor: a, provider: a, cloud: a, jurisdiction: US}
"""
GH = """\
#!{python}
import json, os, re, sys
state = os.environ["STATE"]
comments = json.load(open(state))
words = sys.argv[1:]
assert words.pop(0) == "api", words
if os.environ.get("GH_FORBIDDEN") in words:
    sys.exit("HTTP 403: Resource not accessible by integration")
if "--jq" in words:
    assert " ".join(words[words.index("--jq") + 1].split()) == (
        '.[] | select((.body | startswith(env.MARKER)) and (.user.type == "Bot" or '
        '((.author_association // "OWNER") | IN("OWNER", "MEMBER", "COLLABORATOR")))) | .url')
    writers = ("OWNER", "MEMBER", "COLLABORATOR")
    print(*[c["url"] for c in comments if c["body"].startswith(os.environ["MARKER"])
            and (c["type"] == "Bot" or c.get("author_association", "OWNER") in writers)], sep="\\n")
else:
    method, where = words[words.index("--method") + 1], words[words.index("--method") + 2]
    body = open(words[words.index("--field") + 1].removeprefix("body=@")).read()
    if method == "POST":
        assert where == "repos/org/repo/issues/7/comments", where
        comments.append({{"url": f"https://api.example/{{len(comments)}}", "type": os.environ.get("GH_USER", "Bot"),
                           "author_association": "MEMBER", "body": body}})
    else:
        next(c for c in comments if c["url"] == where)["body"] = body
    json.dump(comments, open(state, "w"))
"""  # noqa: E501


class Runner:
    """What the host gives a step: its environment, its files, and nothing else."""

    def __init__(self, folder: Path, place: Path) -> None:
        self.folder, self.place = folder, place
        self.outputs, self.summary, self.state = (
            place / "outputs",
            place / "summary",
            place / "comments.json",
        )
        for file in (self.outputs, self.summary):
            file.touch()
        self.state.write_text("[]")
        self._executable(
            place / "govern-venv/bin/govern",
            f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m multillm_gov "$@"\n',
        )
        self._executable(place / "bin/gh", GH.format(python=sys.executable))

    @staticmethod
    def _executable(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def step(
        self, name: str, base_ref: str = "main", env: dict[str, str] | None = None, **inputs: str
    ) -> Any:
        """Run one step's script as the host would: expressions only in its environment."""
        given = {key: str(one.get("default", "")) for key, one in ACTION["inputs"].items()}
        given |= {key.replace("_", "-"): value for key, value in inputs.items()}
        known = {f"${{{{ inputs.{key} }}}}": value for key, value in given.items()}
        known["${{ github.event.number }}"] = "7"
        for line in self.outputs.read_text().splitlines():
            key, _, value = line.partition("=")
            known[f"${{{{ steps.check.outputs.{key} }}}}"] = value
        step = STEPS[name]
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env={
                **{
                    key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")
                },
                "PATH": f"{self.place / 'bin'}:{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                "RUNNER_TEMP": str(self.place),
                "GITHUB_OUTPUT": str(self.outputs),
                "GITHUB_STEP_SUMMARY": str(self.summary),
                "GITHUB_REPOSITORY": "org/repo",
                "GITHUB_BASE_REF": base_ref,
                "STATE": str(self.state),
                **{key: known[value] for key, value in step["env"].items()},
                **(env or {}),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @property
    def comments(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads(self.state.read_text())
        return found


@pytest.fixture
def runner(checkout, tmp_path: Path) -> Runner:
    """A clone of a repository with a portfolio in a folder with a space, on a branch that loosens
    and uses a limit."""
    policy = "policies:\n  capped: {rule: cap-missing, enforcement: hard-mandatory}\n"
    files = {"allocations/a.yaml": ALLOCATION, "catalog/m.yaml": MODELS, "policies/p.yaml": policy}
    checkout.commit({f"my ai/{path}": text for path, text in files.items()})
    clone = checkout.clone(tmp_path / "clone")
    clone.git("switch", "--quiet", "--create", "topic")
    clone.commit(
        {
            "my ai/allocations/a.yaml": ALLOCATION.replace("    spend_cap: {monthly: 100}\n", ""),
            "my ai/policies/p.yaml": "policies: {}\n",
        }
    )
    place = tmp_path / "runner temp"
    place.mkdir()
    return Runner(clone.folder, place)


def test_no_expression_reaches_a_shell() -> None:
    assert [name for name, step in STEPS.items() if "${{" in step.get("run", "")] == []
    assert all(step["shell"] == "bash" for step in STEPS.values() if "run" in step)


def test_other_actions_are_pinned_to_commits() -> None:
    used = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert len(used) == 2
    assert all(len(each.partition("@")[2]) == 40 for each in used)


def test_the_change_is_judged_by_its_target_branch(runner: Runner) -> None:
    done = runner.step("Check", path="my ai")
    assert done.returncode == 0, done.stderr
    assert "::error file=my ai/allocations/a.yaml" in done.stdout
    assert "loosened in this change and used at once" in done.stdout
    outputs = dict(line.split("=", 1) for line in runner.outputs.read_text().splitlines())
    assert outputs["exit-code"] == "1"
    results = json.loads(Path(outputs["sarif-file"]).read_text())["runs"][0]["results"]
    places = {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].split("/")[0]
        for each in results
    }
    assert places == {"my%20ai"}
    assert runner.summary.read_text().startswith("<!-- govern -->")
    assert runner.step("Verdict").returncode == 1


def test_without_a_base_and_with_another_gate(runner: Runner) -> None:
    done = runner.step("Check", base_ref="", path="my ai", fail_on="never")
    assert (done.returncode, "loosened" in done.stdout) == (0, False)
    assert runner.step("Verdict").returncode == 0


@pytest.mark.parametrize(
    "inputs",
    [{"path": "nowhere"}, {"path": "my ai", "base": "nowhere"}, {"path": "my ai", "fail_on": "x"}],
)
def test_what_cannot_be_done_is_no_verdict(runner: Runner, inputs: dict[str, str]) -> None:
    done = runner.step("Check", **inputs)
    assert done.returncode in (2, 3)
    assert runner.outputs.read_text() == ""


@pytest.mark.parametrize(
    "hostile",
    ["$(touch pwned)", "; touch pwned", "`touch pwned`", "--upload-pack=touch pwned", "' \" \n"],
)
def test_inputs_are_words_not_commands(runner: Runner, hostile: str) -> None:
    for inputs in (
        {"path": hostile},
        {"path": "my ai", "base": hostile},
        {"path": "my ai", "fail_on": hostile},
    ):
        assert runner.step("Check", **inputs).returncode > 1
        assert runner.step("Comment", **inputs).returncode > 1 or "fail_on" in inputs
    assert not list(runner.folder.rglob("pwned"))


@pytest.mark.parametrize("user", ["Bot", "User"])
def test_one_comment_whoever_owns_the_token(runner: Runner, user: str) -> None:
    for _ in range(3):
        assert runner.step("Comment", path="my ai", env={"GH_USER": user}).returncode == 0
    assert len(runner.comments) == 1


def test_one_comment_is_kept_up_to_date(runner: Runner) -> None:
    """Whoever copies the marker into a comment of theirs does not get it rewritten; another
    portfolio has its own."""
    marker = "<!-- govern diff myai -->"
    theirs = {
        "url": "https://api.example/0",
        "type": "User",
        "author_association": "NONE",
        "body": f"{marker}\nmine",
    }
    runner.state.write_text(json.dumps([theirs]))
    done = runner.step("Comment", path="my ai")
    assert done.returncode == 0, done.stderr
    assert [each["body"].splitlines()[0] for each in runner.comments] == [marker, marker]
    first = runner.comments[1]["body"]
    assert "2 safeguards loosened (1 hard-mandatory)" in first.splitlines()[1]
    (runner.folder / "my ai/policies/p.yaml").write_text(
        "policies: {spread: {rule: concentration}}\n"
    )
    assert runner.step("Comment", path="my ai").returncode == 0
    assert runner.comments[0] == theirs
    assert len(runner.comments) == 2
    assert runner.comments[1]["body"] != first
    (runner.folder / "my ai").rename(runner.folder / "other")
    assert runner.step("Comment", path="other").returncode == 0
    assert [each["body"].splitlines()[0] for each in runner.comments] == [
        marker,
        marker,
        "<!-- govern diff other -->",
    ]


@pytest.mark.parametrize("forbidden", ["--jq", "--method"])
def test_a_token_that_may_not_comment_changes_no_verdict(runner: Runner, forbidden: str) -> None:
    done = runner.step("Comment", path="my ai", env={"GH_FORBIDDEN": forbidden})
    assert done.returncode == 0
    assert "::warning title=govern::" in done.stdout
    assert runner.comments == []


def test_the_description_fits_the_published_schema() -> None:
    done = subprocess.run(
        [
            Path(sys.executable).with_name("check-jsonschema"),
            "--builtin-schema",
            "vendor.github-actions",
            ROOT / "action.yml",
        ],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout

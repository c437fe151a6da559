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
if words[:2] == ["--method", "GET"]:
    assert words[2] == "repos/org/repo/pulls", words
    given = dict(words[n + 1].split("=", 1) for n, word in enumerate(words) if word == "-f")
    assert given == {{"state": "open", "head": os.environ["OWNER"] + ":" + os.environ["BRANCH"]}}
    assert words[-1] == ".[] | select(.head.sha == env.COMMIT) | .number"
    if os.environ["COMMIT"] == "c" * 40:
        print(7)
    sys.exit(0)
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
        return self.run(
            STEPS[name]["run"],
            {key: known[value] for key, value in STEPS[name]["env"].items()}
            | {"GITHUB_BASE_REF": base_ref}
            | (env or {}),
        )

    def run(self, script: str, env: dict[str, str]) -> Any:
        """Run a script with the host's environment and what is named."""
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
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
                "STATE": str(self.state),
                **env,
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
    assert len(used) == 3
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
    change, _, check = runner.summary.read_text().partition("<!-- govern my%20ai/ -->\n**Failed")
    assert change.startswith("<!-- govern my%20ai/ -->\n### govern `my ai`: 2 safeguards loosened")
    assert "not mergeable" in change
    assert "loosened in this change" in check
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
        assert runner.outputs.read_text() == ""
    assert not list(runner.folder.rglob("pwned"))


def test_what_diff_alone_finds_fails_too(runner: Runner) -> None:
    """A change is merged when both let it pass."""
    fake = runner.place / "govern-venv/bin/govern"
    for codes, expected in (((0, 0), 0), ((1, 0), 1), ((0, 1), 1), ((1, 1), 1)):
        diff, check = codes
        runner._executable(
            fake,
            '#!/bin/sh\ncase $1 in diff) touch "$RUNNER_TEMP/govern-results/diff.md"; '
            f"exit {diff};; *) exit {check};; esac\n",
        )
        runner.outputs.write_text("")
        assert runner.step("Check").returncode == 0
        assert runner.step("Verdict").returncode == expected


@pytest.fixture
def compared(runner: Runner) -> Runner:
    """A runner whose change is compared: the comment is there to be posted."""
    assert runner.step("Check", path="my ai").returncode == 0
    return runner


@pytest.mark.parametrize("user", ["Bot", "User"])
def test_one_comment_whoever_owns_the_token(compared: Runner, user: str) -> None:
    for _ in range(3):
        assert compared.step("Comment", env={"GH_USER": user}).returncode == 0
    assert len(compared.comments) == 1


def test_one_comment_is_kept_up_to_date(runner: Runner) -> None:
    """Whoever copies the marker into a comment of theirs does not get it rewritten; another
    portfolio has its own, whatever script its folder is named in."""
    marker = "<!-- govern my%20ai/ -->"
    theirs = {
        "url": "https://api.example/0",
        "type": "User",
        "author_association": "NONE",
        "body": f"{marker}\nmine",
    }
    runner.state.write_text(json.dumps([theirs]))
    runner.step("Check", path="my ai")
    done = runner.step("Comment")
    assert done.returncode == 0, done.stderr
    assert [each["body"].splitlines()[0] for each in runner.comments] == [marker, marker]
    first = runner.comments[1]["body"]
    assert "2 safeguards loosened (1 hard-mandatory)" in first.splitlines()[1]
    assert "not mergeable" in first.splitlines()[1]
    (runner.folder / "my ai/policies/p.yaml").write_text(
        "policies: {spread: {rule: concentration}}\n"
    )
    runner.step("Check", path="my ai")
    assert runner.step("Comment").returncode == 0
    assert runner.comments[0] == theirs
    assert len(runner.comments) == 2
    assert runner.comments[1]["body"] != first
    for name in ("команда", "команди"):
        (runner.folder / "my ai").rename(runner.folder / name)
        runner.step("Check", path=name)
        assert runner.step("Comment").returncode == 0
        (runner.folder / name).rename(runner.folder / "my ai")
    markers = [each["body"].splitlines()[0] for each in runner.comments]
    assert len(markers) == 4
    assert len(set(markers)) == 3


@pytest.mark.parametrize("forbidden", ["--jq", "--method"])
def test_a_token_that_may_not_comment_changes_no_verdict(compared: Runner, forbidden: str) -> None:
    done = compared.step("Comment", env={"GH_FORBIDDEN": forbidden})
    assert done.returncode == 0
    assert "::warning title=govern::" in done.stdout
    assert compared.comments == []
    assert compared.step("Verdict").returncode == 1


def test_nothing_ends_before_the_verdict_and_nothing_needs_a_right_to_write() -> None:
    """Uploads may fail where code scanning is off or the token is a fork's or Dependabot's."""
    steps = ACTION["runs"]["steps"]
    uploads = [step for step in steps if "upload" in step.get("uses", "")]
    assert len(uploads) == 2
    assert all(step["continue-on-error"] is True for step in uploads)
    assert steps[-1]["name"] == "Verdict"
    assert "category" not in STEPS["Code scanning"]["with"], "the file's own names the portfolio"
    assert {ACTION["inputs"][name]["default"] for name in ("comment", "sarif")} == {"false"}


def _silence(runner: Runner, text: str = "") -> None:
    comment = runner.place / "govern-results/diff.md"
    marker = comment.read_text().splitlines()[0]
    comment.write_text(f"{marker}\n<!-- govern: below the threshold of silence -->\n{text}")


def test_below_the_threshold_of_silence_no_comment_is_begun(compared: Runner) -> None:
    loud = (compared.place / "govern-results/diff.md").read_text()
    _silence(compared)
    assert compared.step("Comment").returncode == 0
    assert compared.comments == []
    (compared.place / "govern-results/diff.md").write_text(loud)
    assert compared.step("Comment").returncode == 0
    _silence(compared, "No changes.\n")
    assert compared.step("Comment").returncode == 0
    (only,) = compared.comments
    assert only["body"].endswith("No changes.\n")


RECIPE = yaml.safe_load((ROOT / "ci/github-comment.yml").read_text())
(RECIPE_JOB,) = RECIPE["jobs"].values()


def _second_workflow(runner: Runner, commit: str = "c" * 40, branch: str = "topic") -> Any:
    (script,) = [step["run"] for step in RECIPE_JOB["steps"] if "run" in step]
    assert "${{" not in script
    results = runner.folder / "results/govern-1"
    results.mkdir(parents=True, exist_ok=True)
    made = runner.place / "govern-results/diff.md"
    (results / "diff.md").write_bytes(made.read_bytes())
    return runner.run(script, {"OWNER": "someone", "BRANCH": branch, "COMMIT": commit})


def test_a_second_workflow_posts_the_comment(compared: Runner) -> None:
    for _ in range(2):
        done = _second_workflow(compared)
        assert done.returncode == 0, done.stderr
    (only,) = compared.comments
    assert only["body"] == (compared.place / "govern-results/diff.md").read_text()
    _silence(compared)
    assert _second_workflow(compared).returncode == 0
    assert "threshold of silence" in compared.comments[0]["body"]


def test_the_second_workflow_writes_to_no_other_pull_request(compared: Runner) -> None:
    """Which one it is comes from the event; a newer commit gets its own run."""
    assert _second_workflow(compared, commit="d" * 40).returncode == 0
    assert _second_workflow(compared, branch="x&state=all;$(touch pwned)").returncode == 0
    assert [each["url"] for each in compared.comments] == ["https://api.example/0"]
    assert not list(compared.folder.rglob("pwned"))


def test_what_a_pull_request_forges_is_posted_as_text_or_not_at_all(compared: Runner) -> None:
    forged = compared.place / "govern-results/diff.md"
    for first in ("@everyone", "<!-- govern $(touch pwned) -->", "<!-- govern x --> more", ""):
        forged.write_text(f"{first}\ntext\n")
        assert _second_workflow(compared).returncode == 0
    assert compared.comments == []
    forged.write_text("<!-- govern -->\n" + "x" * 1_000_000)
    assert _second_workflow(compared).returncode == 0
    assert len(compared.comments[0]["body"]) == 65_536
    assert not list(compared.folder.rglob("pwned"))


def test_the_second_workflow_may_write_comments_and_nothing_else() -> None:
    assert RECIPE["permissions"] == {}
    assert RECIPE_JOB["permissions"] == {"actions": "read", "pull-requests": "write"}
    used = [step["uses"] for step in RECIPE_JOB["steps"] if "uses" in step]
    assert all(len(each.partition("@")[2]) == 40 for each in used)
    assert not any("checkout" in each for each in used)


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

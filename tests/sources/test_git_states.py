"""The base of a change in every state that git can be in: the right one, or an error that says
so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from multillm_gov.errors import RevisionError, SourceError
from multillm_gov.sources.git import Repository
from multillm_gov.sources.sparse import read_working_tree

ALLOCATION = """owner: ops
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
    spend_cap: {monthly: 1000}
    review: {last: 2026-11-20, every_months: 3}
"""
POLICY = "policies:\n  capped: {rule: cap-missing, enforcement: hard-mandatory}\n"
PORTFOLIO = {"allocations/a.yaml": ALLOCATION, "policies/p.yaml": POLICY}
LOOSER = {
    "allocations/a.yaml": ALLOCATION.replace("    spend_cap: {monthly: 1000}\n", ""),
    "policies/p.yaml": POLICY.replace("hard-mandatory", "advisory"),
}
USED = "loosened in this change and used at once"


def below(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{path}": text for path, text in files.items()}


@pytest.fixture
def in_subfolder(checkout):
    checkout.commit(below("ai", PORTFOLIO))
    return checkout


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"GIT_DIR": ".git"},
        {"GIT_DIR": ".git", "GIT_INDEX_FILE": "nowhere"},
        {"GIT_DIR": ".git", "GIT_PREFIX": "ai/"},
        {"GIT_DIR": ".git", "GIT_WORK_TREE": "."},
        {"GIT_DIR": "/nonexistent", "GIT_OBJECT_DIRECTORY": "/nonexistent"},
    ],
    ids=lambda environment: "+".join(environment) or "none",
)
@pytest.mark.parametrize("linked", [False, True])
def test_what_git_tells_its_hooks_changes_nothing(
    in_subfolder, govern, tmp_path, environment, linked
):
    folder = in_subfolder.folder
    if linked:
        in_subfolder.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "feature")
        folder = tmp_path / "linked"
    for path, text in below("ai", LOOSER).items():
        (folder / path).write_text(text)
    absolute = {
        name: str(folder / value) if value == ".git" and not linked else value
        for name, value in environment.items()
    }
    if linked and "GIT_DIR" in environment:
        absolute["GIT_DIR"] = str(in_subfolder.folder / ".git" / "worktrees" / "linked")
    done = govern("check", "-C", "ai", "--base", "HEAD", cwd=folder, env=absolute)
    assert done.returncode == 1, done.stderr
    assert USED.encode() in done.stdout


def test_the_hook_of_a_real_commit_refuses_in_every_worktree(in_subfolder, tmp_path):
    hook = in_subfolder.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{sys.executable} -m multillm_gov check -C ai --base HEAD\n")
    hook.chmod(0o755)
    in_subfolder.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "feature")
    for folder in (in_subfolder.folder, tmp_path / "linked"):
        for path, text in below("ai", LOOSER).items():
            (folder / path).write_text(text)
        done = subprocess.run(
            ["git", "commit", "--all", "--message", "loosen"],
            cwd=folder,
            capture_output=True,
            timeout=60,
            check=False,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert done.returncode == 1
        assert USED in done.stdout.decode() + done.stderr.decode()


def test_rebase_runs_it_as_by_hand(in_subfolder):
    checkout = in_subfolder
    checkout.git("checkout", "--quiet", "-b", "feature")
    checkout.commit(below("ai", LOOSER))
    command = f"{sys.executable} -m multillm_gov check -C ai --base HEAD~1"
    done = subprocess.run(
        ["git", "rebase", "--force-rebase", "-x", command, "main"],
        cwd=checkout.folder,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 1
    assert USED in done.stdout.decode() + done.stderr.decode()


@pytest.mark.parametrize(("was", "now"), [("", "ai"), ("ai", ""), ("old/place", "new")])
def test_a_moved_folder_is_compared_with_where_it_was(checkout, govern, was, now):
    checkout.commit(below(was, PORTFOLIO) if was else PORTFOLIO)
    gone = dict.fromkeys(below(was, PORTFOLIO) if was else PORTFOLIO)
    checkout.commit({**gone, **(below(now, LOOSER) if now else LOOSER)})
    options = ("-C", now) if now else ()
    done = govern("check", *options, "--base", "HEAD~1", cwd=checkout.folder)
    assert done.returncode == 1
    assert USED.encode() in done.stdout
    compared = govern("diff", *options, "HEAD~1", cwd=checkout.folder)
    assert b"capped" in compared.stdout
    assert b"oosened" in compared.stdout
    assert b"policy added" not in compared.stdout


def test_a_moved_folder_that_nobody_can_recognize_stops_the_command(checkout, govern):
    checkout.commit(below("old", PORTFOLIO))
    other = {"ai/allocations/z.yaml": "owner: x\ntask_classes: {}\n"}
    checkout.commit({**dict.fromkeys(below("old", PORTFOLIO)), **other})
    for command in (("check", "--base", "HEAD~1"), ("diff", "HEAD~1")):
        done = govern(*command, "-C", "ai", cwd=checkout.folder)
        assert done.returncode == 3
        assert b"`old`" in done.stderr
    done = govern("diff", "HEAD~1:old", "-C", "ai", cwd=checkout.folder)
    assert done.returncode in {0, 1}
    assert b"triage" in done.stdout


def test_another_portfolio_of_the_base_is_never_taken_for_this_one(checkout, govern):
    checkout.commit(below("team-a", PORTFOLIO))
    checkout.commit(below("team-b", LOOSER))
    done = govern("diff", "-C", "team-b", "HEAD~1", "--fail-on", "never", cwd=checkout.folder)
    assert done.returncode == 0
    assert b"The base has no portfolio" in done.stdout


def test_the_first_pull_request_loosens_nothing(checkout, govern):
    checkout.commit({"README.md": "app"})
    checkout.git("checkout", "--quiet", "-b", "feature")
    settings = {"govern.yaml": "appetite: {max_price_shock_share: 0.2}\n"}
    checkout.commit({**PORTFOLIO, **settings})
    compared = govern("diff", "main", "--format", "json", "--fail-on", "never", cwd=checkout.folder)
    assert b'"loosened"' not in compared.stdout
    assert b"The base has no portfolio" in compared.stdout
    checked = govern("check", "--base", "main", cwd=checkout.folder)
    assert b"GOV708" not in checked.stdout
    assert b"loosened" not in checked.stdout


def test_a_diff_never_compares_a_commit_with_itself(checkout, govern):
    checkout.commit(PORTFOLIO)
    done = govern("diff", cwd=checkout.folder)
    assert done.returncode == 3
    assert b"`main`, the default branch" in done.stderr
    checkout.write({"policies/p.yaml": LOOSER["policies/p.yaml"]})
    done = govern("diff", cwd=checkout.folder)
    assert b"Compared with `main`, the default branch" in done.stdout


@pytest.mark.parametrize("option", ["--single-branch", "--depth=1"])
def test_a_clone_of_one_branch_asks_for_the_base(checkout, govern, tmp_path, option):
    checkout.commit(PORTFOLIO)
    checkout.git("checkout", "--quiet", "-b", "feature")
    checkout.commit(LOOSER)
    clone = checkout.clone(tmp_path / "clone", option, "--branch=feature")
    done = govern("diff", cwd=clone.folder)
    assert done.returncode == 3
    assert b"git fetch" in done.stderr
    clone.git("fetch", "--quiet", *(["--unshallow"] if "depth" in option else []))
    clone.git("fetch", "--quiet", "origin", "main:refs/remotes/origin/main")
    done = govern("diff", cwd=clone.folder)
    assert b"Compared with `origin/main`" in done.stdout
    assert b"oosened" in done.stdout


def test_a_renamed_default_branch_is_followed(checkout, govern, tmp_path):
    checkout.commit(PORTFOLIO)
    checkout.git("branch", "--move", "master")
    clone = checkout.clone(tmp_path / "clone")
    checkout.git("branch", "--move", "main")
    checkout.commit(LOOSER)
    clone.git("fetch", "--quiet")
    clone.git("checkout", "--quiet", "-b", "feature", "origin/main")
    clone.commit({"allocations/b.yaml": "owner: x\ntask_classes: {}\n"})
    done = govern("diff", "--fail-on", "never", cwd=clone.folder)
    assert b"Compared with `origin/main`" in done.stdout
    assert b"oosened" not in done.stdout


def test_the_order_of_a_range_is_checked(checkout, govern):
    checkout.commit(PORTFOLIO)
    checkout.commit(LOOSER)
    done = govern("diff", "HEAD..HEAD~1", cwd=checkout.folder)
    assert done.returncode == 2
    assert b"HEAD~1..HEAD" in done.stderr
    for command in (
        ("report", "--since", "HEAD", "--at", "HEAD~1"),
        ("stress", "--base", "HEAD", "--at", "HEAD~1"),
    ):
        done = govern(*command, cwd=checkout.folder)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"`HEAD~1` came before `HEAD`" in done.stderr


def test_a_checkout_behind_its_base_is_no_change_of_it(checkout, govern):
    """What the base has and the checkout does not yet would read as removed by the change."""
    checkout.commit(LOOSER)
    checkout.commit(PORTFOLIO)
    checkout.git("checkout", "--quiet", "-b", "behind", "HEAD~1")
    for command in (("diff", "main"), ("report", "--since", "main"), ("stress", "--base", "main")):
        done = govern(*command, cwd=checkout.folder)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"came before `main`" in done.stderr
    assert govern("diff", "main...HEAD", cwd=checkout.folder).returncode == 0


@pytest.mark.parametrize("space", ["tag", "branch"])
def test_a_tag_or_branch_never_hides_the_remote_branch(checkout, tmp_path, space):
    checkout.commit(PORTFOLIO)
    clone = checkout.clone(tmp_path / "clone")
    tip = clone.commit(LOOSER)
    clone.git(space, "origin/main", tip)
    repository = Repository.open(clone.folder)
    with pytest.raises(RevisionError, match="more than one commit") as caught:
        repository.resolve("origin/main")
    assert "`refs/remotes/origin/main`" in caught.value.hint
    assert repository.resolve(repository.default_branch()) != tip
    assert repository.resolve("refs/remotes/origin/main") != tip


def test_what_a_sparse_checkout_leaves_out_is_not_deleted(checkout, govern, tmp_path):
    checkout.commit(PORTFOLIO)
    whole = read_working_tree(checkout.folder)
    checkout.git("sparse-checkout", "set", "--no-cone", "/allocations/")
    assert not (checkout.folder / "policies").exists()
    assert read_working_tree(checkout.folder) == whole
    compared = govern("diff", "HEAD", cwd=checkout.folder)
    assert b"removed" not in compared.stdout
    checkout.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    assert [file.path for file in read_working_tree(tmp_path / "linked")[0]] == [
        "allocations/a.yaml",
        "policies/p.yaml",
    ]


def test_a_deleted_file_of_a_sparse_checkout_is_deleted(checkout):
    checkout.commit(PORTFOLIO)
    checkout.git("sparse-checkout", "set", "--no-cone", "/allocations/", "/policies/")
    (checkout.folder / "policies/p.yaml").unlink()
    assert [file.path for file in read_working_tree(checkout.folder)[0]] == ["allocations/a.yaml"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("govern.yml", "govern.yaml"),
        ("Govern.yaml", "govern.yaml"),
        (".govern.yaml", "govern.yaml"),
        ("goverm.yaml", "govern.yaml"),
        ("Policies/p.yaml", "policies/"),
        ("policy/p.yaml", "policies/"),
        ("polices/p.yaml", "policies/"),
        ("allocation/a.yaml", "allocations/"),
        ("evidense/e.yaml", "evidence/"),
    ],
)
def test_names_that_are_nearly_governed_fail_on_disk_and_in_a_commit(checkout, govern, name, meant):
    checkout.commit({"allocations/a.yaml": ALLOCATION, name: "policies: {}\n"})
    done = govern("check", cwd=checkout.folder)
    assert done.returncode == 1
    assert b"GOV015" in done.stdout
    assert f"its name must be `{meant}`".encode() in done.stdout
    repository = Repository.open(checkout.folder)
    _, flaws = repository.read_revision(repository.head_commit())
    assert [flaw.kind for flaw in flaws] == ["misnamed-file"]


@pytest.mark.parametrize(
    "name",
    [
        "policies.md",
        "schema/db.sql",
        "catalogue.txt",
        "src/a.yaml",
        "eval/run.py",
        "governance.yaml",
    ],
)
def test_other_names_are_nobodys_business(checkout, name):
    checkout.commit({**PORTFOLIO, name: "x"})
    assert read_working_tree(checkout.folder)[1] == ()


def test_digests_are_of_content_not_of_line_endings(checkout, govern, tmp_path):
    assert govern("init", ".", cwd=checkout.folder).returncode == 0
    assert b"eol=lf" in (checkout.folder / ".gitattributes").read_bytes()
    (checkout.folder / ".gitattributes").unlink()
    checkout.commit()
    clone = tmp_path / "windows"
    checkout.git("-c", "core.autocrlf=true", "clone", "--quiet", str(checkout.folder), str(clone))
    assert b"\r\n" in (clone / "prompts" / "extraction.md").read_bytes()
    here, there = (
        govern("check", "--format", "json", cwd=folder) for folder in (checkout.folder, clone)
    )
    assert there.returncode == 0
    assert there.stdout.count(b'"rule"') == here.stdout.count(b'"rule"')
    compared = govern("diff", "HEAD", cwd=clone)
    assert compared.returncode == 0
    assert b"othing changed" in compared.stdout or b"No changes" in compared.stdout


def test_no_temporary_folder_is_needed(checkout, govern, monkeypatch):
    checkout.commit(PORTFOLIO)

    def refuse(*_: object, **__: object) -> None:
        raise FileNotFoundError("No usable temporary directory")

    for name in ("TemporaryFile", "NamedTemporaryFile", "TemporaryDirectory", "mkstemp"):
        monkeypatch.setattr(f"tempfile.{name}", refuse)
    repository = Repository.open(checkout.folder)
    files, flaws = repository.read_revision(repository.head_commit())
    assert [file.path for file in files] == ["allocations/a.yaml", "policies/p.yaml"]
    assert flaws == ()


def test_a_folder_without_a_repository_is_still_an_error(tmp_path):
    with pytest.raises(SourceError):
        Repository.open(tmp_path)

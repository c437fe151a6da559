import os
import shlex
import subprocess
from datetime import date
from pathlib import Path

import pytest

from multillm_gov.errors import RevisionError, SourceError
from multillm_gov.sources.disk import read_folder
from multillm_gov.sources.git import Repository

A = {"allocations/a.yaml": "a: 1\n"}


def test_a_revision_reads_as_its_checkout_does(checkout) -> None:
    files = {
        "allocations/two words.yaml": "a: 1\n",
        "allocations/new\nline.yaml": "b: 1\n",
        "allocations/größe/模型.yaml": "c: 1\n",
        "allocations/notes.txt": "not governed",
        "policies/old.yaml.bak": "not governed, and told",
        "catalog/README.md": "harmless",
        "catalog/catalog.lock.json": "{}",
        "evidence/run.json": b"\xff\x00 binary \r\n",
        "govern.yaml": "",
        "policies/p.yml": "d: 1\n",
        "src/allocations/x.yaml": "not governed",
    }
    commit = checkout.commit(files)
    assert Repository.open(checkout.folder).read_revision(commit) == read_folder(checkout.folder)
    files_read, flaws = read_folder(checkout.folder)
    assert len(files_read) == 7
    assert [flaw.location.path for flaw in flaws] == [
        "allocations/notes.txt",
        "policies/old.yaml.bak",
    ]


def test_refusals_are_those_of_the_disk(checkout, tmp_path: Path) -> None:
    module = type(checkout)(tmp_path / "module")
    module.commit(A)
    checkout.write({**A, "allocations/big.yaml": b"#" * 6_000_000, "catalog/deep/x.yaml": "a: 1\n"})
    (checkout.folder / os.fsdecode(b"allocations/\xff.yaml")).write_bytes(b"a: 1\n")
    (checkout.folder / "allocations/out").symlink_to("/etc")
    (checkout.folder / "govern.yaml").symlink_to("../secret.yaml")
    checkout.write({"allocations" + "/d" * 40 + "/x.yaml": "a: 1\n"})
    checkout.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(module.folder),
        "policies/module",
    )
    commit = checkout.commit()
    files, flaws = Repository.open(checkout.folder).read_revision(commit)
    assert (files, flaws) == read_folder(checkout.folder)
    assert [file.path for file in files] == ["allocations/a.yaml", "catalog/deep/x.yaml"]
    assert len(flaws) == 6


def test_history_is_read_without_touching_the_working_tree(checkout) -> None:
    first = checkout.commit({**A, "policies/p.yaml": "p: 1\n"})
    second = checkout.commit({"allocations/a.yaml": "a: 2\n", "policies/q.yaml": ""})
    checkout.write({"allocations/a.yaml": "a: 3\n"})
    repository = Repository.open(checkout.folder)
    old, _ = repository.read_revision(first)
    new, _ = repository.read_revision(second)
    assert [(file.path, file.data) for file in old] == [
        ("allocations/a.yaml", b"a: 1\n"),
        ("policies/p.yaml", b"p: 1\n"),
    ]
    assert [file.path for file in new] == [
        "allocations/a.yaml",
        "policies/p.yaml",
        "policies/q.yaml",
    ]
    assert new[0].data == b"a: 2\n"
    assert new[1].data is old[1].data, "an unchanged blob is read once"


def test_a_portfolio_below_the_top(checkout) -> None:
    commit = checkout.commit(
        {"team/ai/allocations/a.yaml": "a: 1\n", "allocations/other.yaml": "a: 2\n"}
    )
    repository = Repository.open(checkout.folder / "team/ai")
    assert (repository.top, repository.prefix) == (checkout.folder, "team/ai")
    files, _ = repository.read_revision(commit)
    assert [(file.path, file.data) for file in files] == [("allocations/a.yaml", b"a: 1\n")]
    assert [file.path for file in repository.read_revision(commit, "")[0]] == [
        "allocations/other.yaml"
    ]
    assert repository.read_revision(commit, "elsewhere") == ((), ())


def test_resolves_what_people_type(checkout) -> None:
    first = checkout.commit(A, day="2026-03-31")
    checkout.git("tag", "--annotate", "--message", "release", "v1")
    second = checkout.commit({"govern.yaml": ""}, day="2026-06-30")
    checkout.git("branch", "2026-01-01", first)
    repository = Repository.open(checkout.folder)
    assert repository.head_commit() == second
    for revision in (
        "v1",
        "HEAD~1",
        "main^",
        first,
        first[:10],
        "2026-03-31",
        "2026-06-29",
        "2026-01-01",
    ):
        assert repository.resolve(revision) == first, revision
    assert repository.resolve("2026-06-30") == second
    assert repository.commit_day(first) == date(2026, 3, 31)


@pytest.mark.parametrize(
    "revision",
    [
        "--upload-pack=touch pwned",
        "-x",
        "--all",
        "",
        "main\n--all",
        "a\x00b",
        "\x1b[31m",
        "x" * 2000,
        "HEAD:allocations",
    ],
)
def test_hostile_revisions_are_refused(checkout, revision: str) -> None:
    checkout.commit(A)
    with pytest.raises(RevisionError) as caught:
        Repository.open(checkout.folder).resolve(revision)
    assert len(caught.value.message) < 200
    assert not (checkout.folder / "pwned").exists()


def test_an_unknown_revision_gets_near_misses(checkout) -> None:
    checkout.commit(A)
    checkout.git("branch", "release/2026-q3")
    checkout.git("tag", "v2026.3")
    repository = Repository.open(checkout.folder)
    for typed, meant in (
        ("mian", "`main`"),
        ("relase/2026-q3", "`release/2026-q3`"),
        ("v2026.4", "`v2026.3`"),
    ):
        with pytest.raises(RevisionError, match=f"`{typed}` is unknown") as caught:
            repository.resolve(typed)
        assert meant in caught.value.hint
    with pytest.raises(RevisionError) as caught:
        repository.resolve("zzzzzzzz")
    assert "git branch" in caught.value.hint


def test_a_day_before_history_is_told(checkout) -> None:
    checkout.commit(A, day="2026-06-01")
    with pytest.raises(RevisionError, match="no commit before 2026-05-31"):
        Repository.open(checkout.folder).resolve("2026-05-31")


def test_an_unborn_branch(checkout) -> None:
    checkout.write(A)
    repository = Repository.open(checkout.folder)
    for ask in (
        repository.head_commit,
        repository.default_branch,
        lambda: repository.resolve("main"),
    ):
        with pytest.raises(RevisionError, match="no commit yet") as caught:
            ask()
        assert "git commit" in caught.value.hint


def test_not_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(SourceError, match="not in a git working tree") as caught:
        Repository.open(tmp_path)
    assert "git init" in caught.value.hint


def test_git_itself_missing(checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(SourceError, match="git is not installed"):
        Repository.open(checkout.folder)


def test_a_repository_of_another_user(checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own switch for this
    with pytest.raises(SourceError, match="another user owns it") as caught:
        Repository.open(checkout.folder)
    assert "safe.directory" in caught.value.hint


def test_an_embedded_bare_repository_is_not_obeyed(checkout) -> None:
    """A pull request can carry files that look like a bare repository with a program in its
    configuration."""
    planted = checkout.folder / "planted"
    subprocess.run(["git", "init", "-q", "--bare", planted], check=True)
    with (planted / "config").open("a") as config:
        config.write(f"\tfsmonitor = touch {checkout.folder}/pwned\n\tworktree = .\n")
    checkout.commit(A)
    try:
        repository = Repository.open(planted)
        repository.is_dirty()
    except SourceError:
        pass
    assert not (checkout.folder / "pwned").exists()


def test_configured_programs_do_not_run(checkout) -> None:
    commit = checkout.commit(A)
    for key in ("core.fsmonitor", "core.pager", "gpg.program", "core.sshCommand"):
        checkout.git("config", key, f"touch {shlex.quote(str(checkout.folder / 'pwned'))}; true")
    checkout.git("config", "log.showSignature", "true")
    repository = Repository.open(checkout.folder)
    repository.is_dirty()
    repository.commit_day(commit)
    repository.resolve("2026-12-31")
    repository.commit_day(commit)
    repository.read_revision(commit)
    assert not (checkout.folder / "pwned").exists()


def test_shallow_clone_without_the_base_names_the_command_that_helps(
    checkout, tmp_path: Path
) -> None:
    base = checkout.commit(A)
    checkout.git("checkout", "--quiet", "-b", "feature")
    checkout.commit({"govern.yaml": ""})
    checkout.git("checkout", "--quiet", "main")
    clone = checkout.clone(tmp_path / "clone", "--depth=1", "--branch=feature")
    repository = Repository.open(clone.folder)
    for ask in (lambda: repository.resolve("origin/main"), repository.default_branch):
        with pytest.raises(RevisionError, match="shallow") as caught:
            ask()
        assert "fetch-depth: 0" in caught.value.hint
    command = caught.value.hint.split("`")[1]
    assert command.startswith("git fetch --unshallow origin ")
    clone.git(*shlex.split(command)[1:])
    assert repository.common_commit(repository.default_branch(), "HEAD") == base


def test_shallow_clone_without_an_older_commit(checkout, tmp_path: Path) -> None:
    first = checkout.commit(A)
    checkout.commit({"govern.yaml": ""})
    clone = checkout.clone(tmp_path / "clone", "--depth=1")
    repository = Repository.open(clone.folder)
    with pytest.raises(RevisionError, match="shallow") as caught:
        repository.resolve("HEAD~1")
    command = caught.value.hint.split("`")[1]
    clone.git(*shlex.split(command)[1:])
    assert repository.resolve("HEAD~1") == first


def test_partial_clone_fetches_nothing_and_says_what_to_do(checkout, tmp_path: Path) -> None:
    checkout.git("config", "uploadpack.allowFilter", "true")
    checkout.git("config", "uploadpack.allowAnySHA1InWant", "true")
    first = checkout.commit(A)
    checkout.commit({"allocations/a.yaml": "a: 2\n"})
    clone = checkout.clone(tmp_path / "clone", "--filter=blob:none")
    repository = Repository.open(clone.folder)
    with pytest.raises(SourceError, match="partial clone") as caught:
        repository.read_revision(first)
    command = caught.value.hint.split("`")[1]
    clone.git(*shlex.split(command)[1:])
    assert repository.read_revision(first)[0][0].data == b"a: 1\n"


def test_merge_base_is_where_the_branch_left(checkout) -> None:
    base = checkout.commit(A)
    checkout.git("checkout", "--quiet", "-b", "feature")
    tip = checkout.commit({"govern.yaml": ""})
    checkout.git("checkout", "--quiet", "main")
    main = checkout.commit({"policies/p.yaml": ""})
    repository = Repository.open(checkout.folder)
    assert repository.common_commit(repository.default_branch(), "feature") == base
    assert repository.common_commit(repository.default_branch(), "HEAD") == main
    assert repository.common_commit("feature", tip) == tip


def test_default_branch_by_declaration_then_origin_then_name(checkout, tmp_path: Path) -> None:
    checkout.commit(A)
    checkout.git("branch", "--move", "mainline")
    repository = Repository.open(checkout.folder)
    assert repository.default_branch("mainline") == "refs/heads/mainline"
    with pytest.raises(RevisionError, match="main or master") as caught:
        repository.default_branch()
    assert "default_branch" in caught.value.hint
    with pytest.raises(RevisionError, match="origin/trnk") as caught:
        repository.default_branch("trnk")
    clone = Repository.open(checkout.clone(tmp_path / "clone").folder)
    assert clone.default_branch() == "refs/remotes/origin/mainline"
    assert clone.default_branch("mainline") == "refs/remotes/origin/mainline"


def test_unrelated_histories_have_no_merge_base(checkout) -> None:
    checkout.commit(A)
    checkout.git("checkout", "--quiet", "--orphan", "other")
    checkout.commit({"govern.yaml": ""})
    with pytest.raises(RevisionError, match="no common commit"):
        Repository.open(checkout.folder).common_commit("main", "HEAD")


def test_dirty_means_governed_files_differ(checkout) -> None:
    checkout.commit({**A, ".gitignore": "ignored/\n"})
    repository = Repository.open(checkout.folder)
    checkout.write({"README.md": "x", "allocations/notes.txt": "x"})
    assert not repository.is_dirty()
    for path in ("allocations/new.yaml", "allocations/ignored/x.yaml", "govern.yaml"):
        checkout.write({path: "a: 1\n"})
        assert repository.is_dirty(), path
        checkout.write({path: None})
    checkout.write({"allocations/a.yaml": "a: 2\n"})
    assert repository.is_dirty()


def test_a_linked_worktree_is_a_checkout_too(checkout, tmp_path: Path) -> None:
    commit = checkout.commit(A)
    checkout.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    repository = Repository.open(tmp_path / "side")
    assert repository.top == tmp_path / "side"
    assert repository.head_commit() == commit


def test_a_damaged_object_is_an_error(checkout) -> None:
    commit = checkout.commit(A)
    blob = checkout.git("rev-parse", "HEAD:allocations/a.yaml")
    place = checkout.folder / ".git/objects" / blob[:2] / blob[2:]
    place.chmod(0o644)
    place.write_bytes(b"not zlib")
    with pytest.raises(SourceError, match="git"):
        Repository.open(checkout.folder).read_revision(commit)

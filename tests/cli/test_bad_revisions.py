"""``govern diff`` and ``govern report`` in repositories that cannot answer: exit 3 and a command
that helps."""

import json
import shlex
from pathlib import Path

import pytest

from multillm_gov import exits


@pytest.fixture
def governed(checkout, portfolio: Path):
    """A repository with the portfolio, nothing committed."""
    checkout.write({"allocations/good.yaml": (portfolio / "allocations/good.yaml").read_bytes()})
    return checkout


def refused(done, told: str) -> str:
    """Assert that a command could not do its job, and return what it said."""
    text = done.stderr.decode()
    assert (done.returncode, done.stdout) == (exits.UNABLE, b""), text
    assert told in text
    assert "hint: " in text
    assert "Traceback" not in text
    return text.partition("hint: ")[2]


def test_not_a_repository(govern, portfolio: Path) -> None:
    for arguments in (
        ["diff"],
        ["diff", "main"],
        ["report", "--since", "main"],
        ["report", "--at", "main"],
    ):
        hint = refused(
            govern(
                *arguments, cwd=portfolio, env={"GIT_CEILING_DIRECTORIES": str(portfolio.parent)}
            ),
            "not in a git",
        )
        assert "git init" in hint


def test_git_is_not_installed(govern, governed) -> None:
    governed.commit()
    assert "Install git" in refused(
        govern("diff", cwd=governed.folder, env={"PATH": "/nonexistent"}), "not installed"
    )


def test_an_unborn_branch(govern, governed) -> None:
    for arguments in (["diff"], ["diff", "HEAD"], ["report", "--since", "HEAD"]):
        assert "git commit" in refused(govern(*arguments, cwd=governed.folder), "no commit yet")
    assert govern("check", cwd=governed.folder).returncode == exits.FINDINGS
    assert govern("report", cwd=governed.folder).returncode == exits.CLEAN


def test_an_empty_repository_with_a_commit(govern, checkout) -> None:
    checkout.commit({"README.md": "hello"})
    assert "govern init" in refused(govern("diff", cwd=checkout.folder), "No portfolio")


def test_unknown_revisions(govern, governed) -> None:
    governed.commit()
    assert "`main`" in refused(govern("diff", "mian", cwd=governed.folder), "`mian` is unknown")
    for arguments in (
        ["diff", "nope..HEAD"],
        ["diff", "HEAD..nope"],
        ["report", "--since", "nope"],
    ):
        refused(govern(*arguments, cwd=governed.folder), "`nope` is unknown")


@pytest.mark.parametrize("revision", ["--upload-pack=touch pwned", "--output=pwned", "-x"])
def test_revisions_that_look_like_options(govern, governed, revision: str) -> None:
    governed.commit()
    assert govern(
        "diff", revision, cwd=governed.folder
    ).returncode == exits.USAGE or revision.startswith("--output")
    (governed.folder / "pwned").unlink(missing_ok=True)  # `--output` is an option of ours too
    for arguments in (
        ["diff", "--", revision],
        ["report", f"--since={revision}"],
        ["diff", "--", f"HEAD..{revision}"],
    ):
        refused(govern(*arguments, cwd=governed.folder), "is not a revision")
    assert not (governed.folder / "pwned").exists()


def test_a_shallow_clone_without_the_base(govern, governed, tmp_path: Path) -> None:
    governed.commit()
    governed.git("checkout", "--quiet", "-b", "feature")
    allocation = (governed.folder / "allocations/good.yaml").read_text()
    governed.commit(
        {"allocations/good.yaml": allocation.replace("requests: 1000", "requests: 2000")}
    )
    governed.git("checkout", "--quiet", "main")
    clone = governed.clone(tmp_path / "clone", "--depth=1", "--branch=feature")
    for arguments in (["diff"], ["diff", "origin/main"]):
        hint = refused(govern(*arguments, cwd=clone.folder), "shallow")
    clone.git(*shlex.split(hint.split("`")[1])[1:])
    done = govern("diff", "origin/main", "--fail-on", "never", cwd=clone.folder)
    assert done.returncode == exits.CLEAN, done.stderr
    assert b"2,000" in done.stdout


def test_hostile_files_in_a_revision(govern, governed, tmp_path: Path) -> None:
    """What is refused on the disk is refused in a revision: both states of the comparison say the
    same."""
    (tmp_path / "secret.yaml").write_text("password-of-another-user: [")
    (governed.folder / "allocations/link.yaml").symlink_to("../../secret.yaml")
    governed.write(
        {"allocations/big.yaml": b"#" * 6_000_000, "allocations/binary.yaml": bytes(range(256))}
    )
    governed.commit()
    for spec in ("HEAD", "HEAD..HEAD"):
        done = govern("diff", spec, "--format", "json", cwd=governed.folder)
        assert done.returncode == exits.CLEAN, done.stderr
        report = json.loads(done.stdout)
        assert report["findings"] == []
        assert report["resolved"] == []
        assert b"password-of" not in done.stdout


def test_a_single_commit_compared_with_itself(govern, governed) -> None:
    head = governed.commit()
    done = govern("diff", head, cwd=governed.folder)
    assert (done.returncode, done.stderr) == (exits.CLEAN, b"")
    assert b"No changes." in done.stdout

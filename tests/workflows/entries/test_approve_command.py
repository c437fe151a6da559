"""``govern approve`` and who, by git, gave the approval."""

import json
import subprocess

import pytest

TODAY = ("--as-of", "2026-11-24")


def unwrapped(done):
    """What was printed as one line: where a terminal's lines break is not what is tested here."""
    return b" ".join(done.stdout.split())


@pytest.fixture
def approve(govern, portfolio):
    def run(*arguments):
        return govern("approve", *arguments, *TODAY, cwd=portfolio.folder)

    return run


@pytest.fixture
def lacking(govern, portfolio):
    """What GOV706 says, nothing when consent is there."""

    def run(folder=None):
        done = govern("check", "--format", "json", *TODAY, cwd=folder or portfolio.folder)
        findings = json.loads(done.stdout)["findings"]
        return [
            finding["message"] for finding in findings if finding["rule"] in {"GOV706", "GOV707"}
        ]

    return run


def test_consent_committed_by_the_approver_counts_until_the_content_changes(
    approve, lacking, commit_as, portfolio, files
):
    assert lacking()[0].endswith("above 20,000 USD; none is given")
    done = approve("triage", "--by", "cfo", "--comment", "as discussed")
    assert unwrapped(done).startswith(
        b"policies/approvals.yaml:3: approved `task_class:triage` by `cfo`, sha256:"
    )
    assert lacking()[0].endswith("it is not committed yet")
    commit_as("cfo@example.com")
    assert lacking() == []
    same = (
        files["allocations/a.yaml"]
        .replace("# the desk", "# another remark")
        .replace("45000", "45000.00")
    )
    portfolio.write({"allocations/a.yaml": same})
    assert lacking() == []
    portfolio.write({"allocations/a.yaml": same.replace("monthly: 100", "monthly: 101")})
    stale = lacking()
    assert len(stale) == 2
    assert any("was given to other content" in said for said in stale)
    assert b"renewed" in approve("task_class:triage", "--by", "cfo").stdout
    commit_as("cfo@example.com")
    assert lacking() == []
    assert (portfolio.folder / "policies/approvals.yaml").read_text().count("digest:") == 1
    assert b"approved already" in approve("triage", "--by", "cfo").stderr


def test_an_approval_that_someone_else_committed_does_not_count(approve, lacking, commit_as):
    approve("triage", "--by", "cfo")
    commit = commit_as("mallory@example.com")
    (said,) = lacking()
    assert (
        f"commit {commit[:10]} that wrote it names `mallory@example.com` as author (unsigned)"
        in said
    )


def test_a_later_hand_on_one_line_is_seen(approve, lacking, commit_as, portfolio, files):
    approve("triage", "--by", "cto")
    commit_as("cto@example.com")
    assert "`cto` may not approve it" in lacking()[0]
    path = portfolio.folder / "policies/approvals.yaml"
    path.write_text(path.read_text().replace("approved_by: cto", "approved_by: cfo"))
    commit_as("cto@example.com")
    assert "`cto@example.com` as author" in lacking()[0]


def test_neither_mailmap_nor_ignored_commits_change_who_wrote_it(
    approve, lacking, commit_as, portfolio
):
    approve("triage", "--by", "cfo")
    commit = commit_as("mallory@example.com")
    portfolio.write(
        {".mailmap": "Cfo <cfo@example.com> <mallory@example.com>\n", ".ignored": f"{commit}\n"}
    )
    portfolio.git("config", "blame.ignoreRevsFile", ".ignored")
    portfolio.git("config", "log.mailmap", "true")
    commit_as("mallory@example.com")
    assert "`mallory@example.com` as author" in lacking()[0]


def test_a_shallow_clone_says_so_instead_of_guessing(
    approve, lacking, commit_as, portfolio, tmp_path
):
    approve("triage", "--by", "cfo")
    commit_as("mallory@example.com")
    portfolio.write({"allocations/b.yaml": "task_classes: {}\n"})
    commit_as("cfo@example.com")
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", portfolio.folder.as_uri(), str(clone)],
        check=True,
        timeout=60,
    )
    (said,) = lacking(clone)
    assert "this clone is shallow and may lack the commit that introduced it" in said


def test_the_name_behind_gits_address_is_the_default(govern, approve, portfolio):
    environment = {"GIT_AUTHOR_EMAIL": "cfo@example.com"}
    done = govern("approve", "triage", *TODAY, cwd=portfolio.folder, env=environment)
    assert b"by `cfo`" in done.stdout
    done = approve("triage")
    assert done.returncode == 2
    assert b"`author@example.org` is not one person in `people`" in done.stderr


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("triaje", "Did you mean"),
        ("policy:triage", "There is no task class or policy"),
        ("", "There is no"),
    ],
)
def test_unknown_subjects(approve, subject, said):
    done = approve(subject, "--by", "cfo")
    assert done.returncode == 2
    assert said in done.stderr.decode()


def test_outside_git_consent_cannot_be_proved_and_the_check_still_runs(govern, tmp_path, files):
    for path, text in files.items():
        (tmp_path / "x" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "x" / path).write_text(text)
    folder = tmp_path / "x"
    assert govern("approve", "triage", "--by", "cfo", *TODAY, cwd=folder).returncode == 0
    done = govern("check", *TODAY, cwd=folder)
    assert b"no commit that introduced it is known" in unwrapped(done)
    assert b"The author of a commit is self-declared" in unwrapped(done)


def test_the_base_keeps_its_own_people(govern, approve, commit_as, portfolio, files):
    """A change that makes its author the approver is judged by the addresses of the base too."""
    base = portfolio.git("rev-parse", "HEAD")
    approve("triage", "--by", "cfo")
    portfolio.write(
        {"govern.yaml": files["govern.yaml"].replace("CFO@example.com", "mallory@example.com")}
    )
    commit_as("mallory@example.com")
    done = govern(
        "diff", base, "--format", "json", "--fail-on", "never", *TODAY, cwd=portfolio.folder
    )
    assert b"names `mallory@example.com` as author" in done.stdout


def test_git_is_not_loaded_unless_a_policy_asks_for_it(portfolio, files):
    import sys

    program = (
        "import sys; from multillm_gov.__main__ import main; main(['check', '--as-of', "
        "'2026-11-24']); "
        "print('git' in sys.modules, 'multillm_gov.sources.git' in sys.modules)"
    )
    run = [sys.executable, "-c", program]
    asked = subprocess.run(
        run, cwd=portfolio.folder, capture_output=True, check=True, timeout=60
    ).stdout
    portfolio.write(
        {"policies/p.yaml": files["policies/p.yaml"].replace("    identity: git\n", "")}
    )
    idle = subprocess.run(
        run, cwd=portfolio.folder, capture_output=True, check=True, timeout=60
    ).stdout
    assert asked.endswith(
        b"False False\n"
    )  # nothing is approved yet: there is no line to ask about
    assert idle.endswith(b"False False\n")

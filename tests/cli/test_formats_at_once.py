"""Several formats of one result: where each goes, what is refused, and that none changes the
verdict."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from multillm_gov import exits
from multillm_gov.rendering.renderers import formats


def test_several_formats_each_to_its_place(govern, portfolio: Path) -> None:
    done = govern(
        "check",
        "--format",
        "text",
        "--format",
        "sarif=out/a.sarif",
        "-f",
        "junit=junit.xml",
        "-f",
        "gitlab=q.json",
        cwd=portfolio,
    )
    assert (done.returncode, done.stderr) == (exits.FINDINGS, b"")
    assert done.stdout == govern("check", cwd=portfolio).stdout
    results = json.loads((portfolio / "out/a.sarif").read_text())["runs"][0]["results"]
    issues = json.loads((portfolio / "q.json").read_text())
    cases = list(ET.parse(portfolio / "junit.xml").iter("testcase"))  # noqa: S314 - our own output
    assert len(results) == len(issues) == len(cases) > 0
    assert (portfolio / "out/a.sarif").read_bytes() == govern(
        "check", "--format", "sarif", cwd=portfolio
    ).stdout


def test_files_alone_leave_stdout_silent(govern, portfolio: Path) -> None:
    done = govern("check", "--format", "json=a=b.json", cwd=portfolio)
    assert (done.returncode, done.stdout, done.stderr) == (exits.FINDINGS, b"", b"")
    assert (
        json.loads((portfolio / "a=b.json").read_text())["verdict"]["exit_code"] == exits.FINDINGS
    )


@pytest.mark.parametrize("name", formats())
def test_the_format_never_changes_the_verdict(govern, portfolio: Path, name: str) -> None:
    for gate, code in (("error", exits.FINDINGS), ("never", exits.CLEAN)):
        done = govern("check", "--fail-on", gate, "--format", f"{name}=out", cwd=portfolio)
        assert (done.returncode, done.stdout) == (code, b""), done.stderr
        assert (portfolio / "out").stat().st_size


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "text", "--format", "json"], b"text and json would both go to stdout"),
        (["--format", "text", "--format", "json=-"], b"text and json would both go to stdout"),
        (
            ["--format", "json=a.json", "--format", "sarif=./x/../a.json"],
            b"json and sarif would both go to",
        ),
        (["--format", "text", "--format", "json", "--output", "a"], b"--format sarif=a.sarif"),
        (["--format", "json=a", "--output", "b"], b"--output takes one result"),
        (["--format", "markdown="], b"`markdown=` names no file"),
        (["--format", "xml=a"], b"no format `xml`"),
        (["--format", ""], b"no format ``"),
        (["--format", "TEXT"], b"github, gitlab"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(
    govern, portfolio: Path, arguments: list[str], said: bytes
) -> None:
    done = govern("check", *arguments, cwd=portfolio)
    assert (done.returncode, done.stdout) == (exits.USAGE, b"")
    assert said in done.stderr
    assert [entry.name for entry in portfolio.iterdir()] == ["allocations"]


def test_output_alone_still_takes_one_format(govern, portfolio: Path) -> None:
    for arguments in (
        ["--output", "a.sarif"],
        ["--format", "sarif", "--output", "b"],
        ["-f", "sarif=c"],
    ):
        assert govern("check", *arguments, cwd=portfolio).stdout == b""
    assert (
        (portfolio / "a.sarif").read_bytes()
        == (portfolio / "b").read_bytes()
        == (portfolio / "c").read_bytes()
    )
    assert govern("check", "--format", "json", "--output", "-", cwd=portfolio).stdout.startswith(
        b"{"
    )


def test_nothing_is_written_when_one_cannot_be_rendered(portfolio: Path) -> None:
    """Without the pdf extra the PDF fails, and the SARIF before it must not be there."""
    program = (
        "import sys\nsys.modules['typst'] = None\nfrom multillm_gov.__main__ import main\n"
        "sys.exit(main(['check', '--format', 'sarif=a.sarif', '--format', 'pdf=a.pdf']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=portfolio, capture_output=True, check=False
    )
    assert done.returncode == exits.UNABLE, done.stderr
    assert [entry.name for entry in portfolio.iterdir()] == ["allocations"]


def test_the_job_summary_is_appended_to(govern, portfolio: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    summary.write_text("# Of another tool\n")
    arguments = ["check", "--format", "github", "--format", f"markdown={summary}"]
    done = govern(*arguments, cwd=portfolio, env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert done.stdout.startswith(b"::error file=allocations/good.yaml")
    first = summary.read_text()
    assert first.startswith("# Of another tool\n<!-- govern -->\n**Failed")
    govern(*arguments, cwd=portfolio, env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text() == first + first.removeprefix("# Of another tool\n")
    govern(*arguments, cwd=portfolio, env={"GITHUB_STEP_SUMMARY": ""})
    assert summary.read_text() == first.removeprefix("# Of another tool\n")


def test_the_job_summary_is_not_written_through_a_link(
    govern, portfolio: Path, tmp_path: Path
) -> None:
    (tmp_path / "theirs").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    link = str(tmp_path / "link")
    done = govern(
        "check", "--format", f"markdown={link}", cwd=portfolio, env={"GITHUB_STEP_SUMMARY": link}
    )
    assert done.returncode == exits.UNABLE
    assert b"symbolic link" in done.stderr
    assert (tmp_path / "theirs").read_text() == "kept"


def test_diff_and_report_take_several_too(govern, checkout, portfolio: Path) -> None:
    checkout.commit({"allocations/good.yaml": (portfolio / "allocations/good.yaml").read_text()})
    done = govern(
        "diff", "HEAD", "--format", "markdown=c.md", "--format", "text", cwd=checkout.folder
    )
    assert done.stdout.startswith(b"Portfolio changes")
    assert (checkout.folder / "c.md").read_text().startswith("<!-- govern -->")
    done = govern(
        "report", "--format", "markdown=b.md", "--format", "json=b.json", cwd=checkout.folder
    )
    assert (done.returncode, done.stdout) == (exits.CLEAN, b"")
    assert json.loads((checkout.folder / "b.json").read_text())["kind"] == "board"


def test_paths_for_a_host_start_at_the_repository(govern, checkout, portfolio: Path) -> None:
    """Found by the folder `.git` alone, from wherever the command runs; people read paths from the
    portfolio."""
    text = (portfolio / "allocations/good.yaml").read_text()
    checkout.commit({"services/ai team/allocations/good.yaml": text})
    folder = checkout.folder / "services/ai team"
    told = {
        name: govern("check", "--format", name, "-C", folder, cwd=checkout.folder).stdout.decode()
        for name in ("sarif", "github", "gitlab", "junit", "json", "text")
    }
    result = json.loads(told["sarif"])["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "services/ai%20team/allocations/good.yaml",
        "uriBaseId": "%SRCROOT%",
    }
    assert "::error file=services/ai team/allocations/good.yaml," in told["github"]
    assert (
        json.loads(told["gitlab"])[0]["location"]["path"]
        == "services/ai team/allocations/good.yaml"
    )
    assert 'file="services/ai team/allocations/good.yaml"' in told["junit"]
    assert json.loads(told["json"])["path_prefix"] == "services/ai team/"
    assert json.loads(told["json"])["findings"][0]["location"]["path"] == "allocations/good.yaml"
    assert "--> services/ai team/allocations/good.yaml:" in told["text"], "seen from where we are"


def test_outside_a_repository_paths_start_at_the_portfolio(govern, portfolio: Path) -> None:
    assert not any(os.path.lexists(parent / ".git") for parent in portfolio.parents)
    assert (
        json.loads(govern("check", "--format", "json", cwd=portfolio).stdout)["path_prefix"] == ""
    )

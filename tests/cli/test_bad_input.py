"""Hostile and unlucky input through the real command: no crash, no hang, nothing told of what is
outside."""

import json
import os
import resource
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from multillm_gov import exits

CHECK = [sys.executable, "-m", "multillm_gov", "check"]


def findings(done: "subprocess.CompletedProcess[bytes]") -> dict[str, set[str]]:
    """Rules by path, from a JSON report."""
    found: dict[str, set[str]] = {}
    for finding in json.loads(done.stdout)["findings"]:
        found.setdefault(finding["location"]["path"], set()).add(finding["rule"])
    return found


@pytest.fixture
def check(govern, portfolio: Path):
    """Check the portfolio as JSON and answer rules by path; the finding of the good file is always
    there."""

    def run() -> dict[str, set[str]]:
        done = govern("check", "--format", "json", cwd=portfolio)
        assert (done.returncode, done.stderr) == (exits.FINDINGS, b"")
        found = findings(done)
        assert "GOV401" in found["allocations/good.yaml"], "one bad file hides no other's findings"
        return found

    return run


def test_empty_folder_and_empty_repository(govern, checkout, tmp_path: Path) -> None:
    for folder in (tmp_path, checkout.folder):
        done = govern("check", cwd=folder)
        assert (done.returncode, done.stdout) == (exits.UNABLE, b"")
        assert b"govern init" in done.stderr


def test_a_portfolio_without_any_task_class_says_so(govern, tmp_path: Path) -> None:
    (tmp_path / "allocations").mkdir()
    for form in ("text", "markdown", "github", "junit"):
        done = govern("check", "--format", form, cwd=tmp_path)
        assert done.returncode == exits.CLEAN
        assert b"0 task classes" in done.stdout
        words = b" ".join(done.stdout.split())
        assert b"No task class could be read, so nothing is judged" in words
    (tmp_path / "allocations/a.yaml").write_text(
        "owner: o\ntask_classes: {t: {route: [{model: m}]}}\n"
    )
    assert b"No task class" not in govern("check", cwd=tmp_path).stdout


def test_a_root_that_does_not_exist(govern, tmp_path: Path) -> None:
    for arguments in (["-C", "nowhere"], ["nowhere"]):
        done = govern("check", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (exits.UNABLE, b"")
        assert b"nowhere`" in done.stderr


def test_binary_file_named_yaml(check, portfolio: Path) -> None:
    (portfolio / "allocations/bad.yaml").write_bytes(bytes(range(256)) * 40)
    (portfolio / "policies").mkdir()
    (portfolio / "policies/null.yaml").write_bytes(b"\0" * 100)
    found = check()
    assert found["allocations/bad.yaml"]
    assert found["policies/null.yaml"]


def test_invalid_utf8(check, portfolio: Path) -> None:
    (portfolio / "allocations/bad.yaml").write_bytes(b"owner: caf\xe9\n")
    assert check()["allocations/bad.yaml"] == {"GOV009"}


def test_fifty_megabytes_are_not_read(govern, portfolio: Path) -> None:
    with (portfolio / "allocations/big.yaml").open("wb") as file:
        file.write(b"a: 1\n" * 1000)
        file.truncate(50 * 1024 * 1024)
    started = time.monotonic()
    done = subprocess.run(
        [*CHECK, "--format", "json"],
        cwd=portfolio,
        capture_output=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (300 * 1024 * 1024,) * 2),
    )
    assert time.monotonic() - started < 10
    assert findings(done)["allocations/big.yaml"] == {"GOV009"}


def test_a_link_out_of_the_root_tells_nothing_of_its_target(govern, check, portfolio: Path) -> None:
    (portfolio.parent / "secret.yaml").write_text("password-of-another-user: [")
    (portfolio / "allocations/link.yaml").symlink_to(portfolio.parent / "secret.yaml")
    (portfolio / "policies").symlink_to(portfolio.parent)
    found = check()
    assert found["allocations/link.yaml"] == {"GOV009"}
    assert found["policies"] == {"GOV009"}
    for name in ("text", "sarif", "github", "markdown", "html"):
        assert b"password-of" not in govern("check", "--format", name, cwd=portfolio).stdout


def test_a_submodule_is_told_not_entered(check, checkout, portfolio: Path) -> None:
    checkout.commit({"x.yaml": "a: ["})
    inner = checkout.clone(portfolio / "allocations/module")
    assert (inner.folder / "x.yaml").exists()
    assert check()["allocations/module"] == {"GOV009"}


def test_a_pipe_does_not_block(check, portfolio: Path) -> None:
    os.mkfifo(portfolio / "allocations/pipe.yaml")
    assert check()["allocations/pipe.yaml"] == {"GOV009"}


ODD = [
    "two words.yaml",
    "new\nline.yaml",
    "größe-模型.yaml",
    "\x1b[31mred.yaml",
    "a\r::error::b.yaml",
    "\u202egnp.yaml",
]


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_odd_names_are_judged_and_never_told_raw(govern, check, portfolio: Path, name: str) -> None:
    path = f"allocations/{name}"
    (portfolio / path).write_text("owner: 1\nnope: 2\n")
    assert "GOV003" in check()[path]
    for format_name in ("text", "github", "sarif", "markdown"):
        told = govern("check", "--format", format_name, cwd=portfolio).stdout.decode()
        for raw in ("\x1b", "\r", "\u202e", "new\nline"):
            assert raw not in told, (format_name, raw)
        assert not any(line.startswith("::error::b") for line in told.splitlines())
    filtered = govern("check", path, "--format", "json", cwd=portfolio)
    assert set(findings(filtered)) == {path}


def test_a_name_that_is_not_utf8(govern, check, portfolio: Path) -> None:
    (portfolio / os.fsdecode(b"allocations/\xff.yaml")).write_text("owner: x\n")
    assert check()["allocations/\\xff.yaml"] == {"GOV009"}


@pytest.mark.parametrize("format_name", ["text", "html", "sarif"])
def test_a_reader_that_closes_early(portfolio: Path, format_name: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [*CHECK, "--format", format_name],
        cwd=portfolio,
        stdout=write_end,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (exits.CLOSED_PIPE, b"")


def test_a_closed_stdout(portfolio: Path) -> None:
    command = " ".join(f"'{part}'" for part in CHECK)
    done = subprocess.run(
        ["sh", "-c", f"{command} >&-"], cwd=portfolio, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == exits.UNABLE
    assert b"stdout" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk(portfolio: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            CHECK, cwd=portfolio, stdout=full, stderr=subprocess.PIPE, check=False, timeout=120
        )
    assert done.returncode == exits.UNABLE
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "output", ["allocations/good.yaml/report.md", "allocations", "/proc/self/report.md"]
)
def test_an_output_that_cannot_be_written(govern, portfolio: Path, output: str) -> None:
    done = govern("check", "--format", "markdown", "--output", output, cwd=portfolio)
    assert (done.returncode, done.stdout) == (exits.UNABLE, b"")
    assert output.encode() in done.stderr
    assert b"--output" in done.stderr
    assert b"Traceback" not in done.stderr


def test_output_goes_to_the_file_alone_and_by_its_ending(govern, portfolio: Path) -> None:
    done = govern("check", "--output", "new/report.sarif", cwd=portfolio)
    assert (done.returncode, done.stdout, done.stderr) == (exits.FINDINGS, b"", b"")
    assert json.loads((portfolio / "new/report.sarif").read_bytes())["version"] == "2.1.0"
    done = govern("check", "--output", "/dev/stdout", "--format", "json", cwd=portfolio)
    assert "allocations/good.yaml" in findings(done)
    done = govern("check", "--output", "-", "--format", "json", cwd=portfolio)
    assert "allocations/good.yaml" in findings(done)


def test_a_device_stays_a_device_when_it_is_redirected_to_a_file(govern, portfolio: Path) -> None:
    before = Path("/dev/stdout").lstat()
    done = govern("check", "--output", "/dev/stdout", "--format", "json", cwd=portfolio)
    assert json.loads(done.stdout)
    assert Path("/dev/stdout").lstat() == before


def test_text_is_plain_unless_a_terminal_reads_it(govern, portfolio: Path) -> None:
    assert b"\x1b" not in govern("check", cwd=portfolio).stdout
    master, slave = os.openpty()
    for environment, colored in (
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
    ):
        process = subprocess.Popen(
            CHECK, cwd=portfolio, stdout=slave, env={**os.environ, **environment}
        )
        shown = b""
        while shown.count(b"fails on:") < 2:  # the verdict is the first line and the last
            assert select.select([master], [], [], 60)[0], shown
            shown += os.read(master, 4096)
        assert process.wait() == exits.FINDINGS
        assert (b"\x1b[" in shown) is colored
    os.close(slave)
    os.close(master)


def test_a_pdf_does_not_go_to_a_terminal(portfolio: Path) -> None:
    master, slave = os.openpty()
    done = subprocess.run(
        [*CHECK, "-f", "pdf"],
        cwd=portfolio,
        stdout=slave,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
    os.close(slave)
    os.close(master)
    assert done.returncode == exits.USAGE
    assert b"--output report.pdf" in done.stderr


def test_interrupted_on_the_way_the_old_report_stands(portfolio: Path) -> None:
    """SIGTERM as soon as the process runs: wherever it is then, the old report is whole and nothing
    lies beside it."""
    (portfolio / "reports").mkdir()
    report = portfolio / "reports/check.html"
    report.write_bytes(b"old")
    for delay in (0.05, 0.1, 0.2):
        process = subprocess.Popen(
            [*CHECK, "--output", str(report)], cwd=portfolio, stderr=subprocess.PIPE
        )
        time.sleep(delay)
        process.terminate()
        process.communicate(timeout=60)
        assert report.read_bytes() == b"old" or report.read_bytes().endswith(b"</html>\n")
        assert [entry.name for entry in report.parent.iterdir()] == ["check.html"]

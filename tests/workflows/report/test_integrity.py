"""A pack says when it is a draft, names the call that gives it again, and can be verified."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import json

from multillm_gov.rendering.renderers import formats

DAY = "2026-11-30"
VERIFIED = ["html", "json", "markdown", "pdf", "pptx", "text", "xlsx"]
"""Formats of a document; the others are lists of findings for machines."""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, govern: Callable[..., object]) -> Path:
    """A starter portfolio, committed on main."""
    folder = tmp_path_factory.mktemp("start")
    govern("init", ".", cwd=folder)
    for words in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        ("commit", "--quiet", "-m", "start"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, timeout=60)
    return folder


@pytest.fixture
def folder(start: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "portfolio"
    shutil.copytree(start, copied)
    return copied


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, check=True, timeout=60, capture_output=True)
    return done.stdout.decode().strip()


def pack(govern, folder: Path, *more: str) -> dict:  # type: ignore[no-untyped-def]
    done = govern("report", "--as-of", DAY, "--format", "json", *more, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.decode(done.stdout)


def test_what_is_committed_and_merged_is_no_draft(govern, start: Path) -> None:
    found = pack(govern, start)
    head = git(start, "rev-parse", "HEAD")
    assert found["draft"] == []
    assert found["command"] == f"govern report --at {head} --as-of {DAY}"


def test_uncommitted_unmerged_and_unversioned_are_drafts(govern, folder: Path) -> None:
    settings = folder / "govern.yaml"
    settings.write_text(settings.read_text() + "\n# later\n")
    found = pack(govern, folder)
    assert found["draft"] == ["contains changes that are not committed"]
    assert found["command"] == ""
    git(folder, "checkout", "--quiet", "-b", "change")
    git(folder, "commit", "--quiet", "--all", "-m", "change")
    assert pack(govern, folder)["draft"] == ["contains changes that are not merged into main"]
    assert pack(govern, folder, "--at", "main")["draft"] == []
    git(folder, "checkout", "--quiet", "main")
    git(folder, "merge", "--quiet", "change")
    assert pack(govern, folder)["draft"] == []
    shutil.rmtree(folder / ".git")
    (clause,) = pack(govern, folder)["draft"]
    assert clause == "is of no commit: nothing here is under version control"


MARKED = [name for name in formats() if name != "pdf"]


@pytest.fixture(scope="module")
def stub_runs(
    govern_with_litellm, start: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """One run against the stub, in every format."""
    files = {name: tmp_path_factory.mktemp("stub") / f"result.{name}" for name in MARKED}
    done = govern_with_litellm(
        *("dry-run", "lead-scoring", "--offline", "--samples", "1"),
        *(f"--format={name}={file}" for name, file in files.items()),
        cwd=start,
    )
    assert done.returncode == 0, done.stderr
    return {name: file.read_bytes() for name, file in files.items()}


@pytest.mark.parametrize("name", MARKED)
def test_every_format_bears_the_mark(name: str, stub_runs: dict[str, bytes]) -> None:
    """Here of answers by the stub; the list of findings for machines has no other place."""
    import io
    import zipfile

    data = stub_runs[name]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            pages = {
                part: archive.read(part).decode()
                for part in archive.namelist()
                if part.endswith((".xml", ".txt"))
            }
        slides = [text for part, text in pages.items() if part.startswith("ppt/slides/slide")]
        assert all("DRAFT" in text for text in slides)
        data = "".join(pages.values()).encode()
    assert b"the answers are those of a stub on this machine" in data
    if name not in {"gitlab", "sarif", "oscal"}:
        assert b"nswered by the stub" in data


def test_each_page_of_a_draft_says_so(govern, folder: Path) -> None:
    pdfplumber = pytest.importorskip("pdfplumber")
    pytest.importorskip("typst")
    (folder / "govern.yaml").write_text((folder / "govern.yaml").read_text() + "\n# later\n")
    done = govern("report", "--as-of", DAY, "--output", "board.pdf", cwd=folder)
    assert done.returncode == 0, done.stderr
    with pdfplumber.open(folder / "board.pdf") as pages:
        assert all(
            "DRAFT: contains changes that are not committed" in page.extract_text()
            for page in pages.pages
        )


@pytest.mark.parametrize("name", VERIFIED)
def test_a_pack_is_rendered_again_from_its_commit(name: str, govern, folder: Path) -> None:
    first = git(folder, "rev-parse", "HEAD")
    settings = folder / "govern.yaml"
    settings.write_text(settings.read_text() + "\nmigration_lead_days: 60\n")
    git(folder, "commit", "--quiet", "--all", "-m", "change")
    file = f"board.{name}"
    options = ("--as-of", DAY, "--since", first, "--format", name, "--output", file)
    assert govern("report", *options, cwd=folder).returncode == 0
    settings.write_text("# gone\n")  # what is on the disk does not matter
    file_named = {"markdown": "board.md", "text": "board.txt"}.get(name, file)
    (folder / file).rename(folder / file_named)
    done = govern("report", "--verify", file_named, cwd=folder)
    assert (done.returncode, b"byte for byte" in done.stdout) == (0, True), done.stdout
    data = (folder / file_named).read_bytes()
    (folder / file_named).write_bytes(data.replace(b"Spend", b"Spent", 1) + b" ")
    done = govern("report", "--verify", file_named, cwd=folder)
    assert done.returncode == 1
    assert b"is not what commit" in done.stdout


def test_a_draft_that_was_merged_since_is_still_recognized(govern, folder: Path) -> None:
    git(folder, "checkout", "--quiet", "-b", "change")
    settings = folder / "govern.yaml"
    settings.write_text(settings.read_text() + "\nmigration_lead_days: 60\n")
    git(folder, "commit", "--quiet", "--all", "-m", "change")
    govern("report", "--as-of", DAY, "--output", "board.html", cwd=folder)
    git(folder, "checkout", "--quiet", "main")
    git(folder, "merge", "--quiet", "change")
    done = govern("report", "--verify", "board.html", cwd=folder)
    assert done.returncode == 0, done.stdout
    assert b"its commit was not merged yet, and is now" in done.stdout


def test_what_records_no_commit_cannot_be_verified(govern, folder: Path) -> None:
    (folder / "board.md").write_text("# A report\n")
    done = govern("report", "--verify", "board.md", cwd=folder)
    assert done.returncode == 3
    assert b"records no commit" in done.stdout
    (folder / "board.md").write_text(f"<!-- govern report --at {'0' * 40} --as-of {DAY} -->\n")
    assert govern("report", "--verify", "board.md", cwd=folder).returncode == 3


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen is installed")
def test_a_signature_of_gits_own_key_is_checked(govern, folder: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "secretary", "-f", str(key)]
    subprocess.run(words, check=True, timeout=60)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"secretary@example.org {key.with_suffix('.pub').read_text()}")
    git(folder, "config", "gpg.format", "ssh")
    git(folder, "config", "user.signingkey", str(key))
    git(folder, "commit", "--quiet", "--allow-empty", "-S", "-m", "signed")
    done = govern("report", "--as-of", DAY, "--output", "board.md", "--sign", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = govern("report", "--verify", "board.md", cwd=folder)
    assert b"allowedSignersFile` names nobody" in done.stdout
    git(folder, "config", "gpg.ssh.allowedSignersFile", str(allowed))
    git(folder, "verify-commit", "HEAD")
    done = govern("report", "--verify", "board.md", cwd=folder)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        b"Signed by secretary@example.org.",
    )
    with (folder / "board.md").open("a") as stream:
        stream.write("\n")
    done = govern("report", "--verify", "board.md", cwd=folder)
    assert done.returncode == 1
    assert b"The signature proves nothing" in done.stdout


@pytest.mark.skipif(shutil.which("gpg") is None, reason="no gpg is installed")
def test_packs_of_a_signed_commit_are_signed_with_openpgp(
    govern, folder: Path, keyring: str
) -> None:
    """Every format: signed, rendered again from the commit, and refused once a byte is changed."""
    git(folder, "config", "user.signingkey", keyring)
    git(folder, "config", "gpg.format", "openpgp")
    git(folder, "commit", "--quiet", "--allow-empty", "-S", "-m", "signed")
    git(folder, "verify-commit", "HEAD")
    for name in ("md", "pdf", "html", "json", "xlsx", "pptx", "txt"):
        file = folder.parent / f"board.{name}"
        done = govern("report", "--as-of", DAY, "--output", file, "--sign", cwd=folder)
        assert done.returncode == 0, done.stderr
        done = govern("report", "--verify", file, cwd=folder)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (
            0,
            b"Signed by Board Secretary <secretary@example.org>.",
        )
        with file.open("ab") as stream:
            stream.write(b" ")
        done = govern("report", "--verify", file, cwd=folder)
        assert done.returncode == 1
        assert b"The signature proves nothing" in done.stdout


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A key without a passphrase in a keyring of its own; its path is short, as gpg requires."""
    with tempfile.TemporaryDirectory(prefix="gpg-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o700)
        monkeypatch.setenv("GNUPGHOME", home)
        person = "Board Secretary <secretary@example.org>"
        batch = ("gpg", "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback")
        words = [*batch, "--quick-generate-key", person, "ed25519", "sign", "never"]
        subprocess.run(words, check=True, timeout=60, capture_output=True)
        yield "secretary@example.org"
        subprocess.run(["gpgconf", "--kill", "all"], check=False, timeout=60, capture_output=True)


def test_signing_without_a_key_or_a_file_is_refused(govern, folder: Path) -> None:
    assert govern("report", "--sign", cwd=folder).returncode == 2
    git(folder, "config", "gpg.format", "ssh")
    done = govern("report", "--output", "board.md", "--sign", cwd=folder)
    assert done.returncode == 3
    assert b"no signing key" in done.stderr

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from multillm_gov import exits
from multillm_gov.errors import OutputError
from multillm_gov.sources.disk import read_folder
from multillm_gov.sources.output import write_bytes


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "new folder/report.md"
    write_bytes(path, b"one")
    write_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    assert names(path.parent) == ["report.md"]


def test_mode_follows_umask_then_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    old = os.umask(0o027)
    try:
        write_bytes(path, b"one")
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o640
    path.chmod(0o604)
    write_bytes(path, b"two")
    assert path.stat().st_mode & 0o777 == 0o604


def test_a_long_name_fits(tmp_path: Path) -> None:
    write_bytes(tmp_path / ("x" * 255), b"one")
    assert names(tmp_path) == ["x" * 255]


@pytest.mark.parametrize("name", ["report.md", "folder/report.md"])
def test_never_writes_through_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    (outside / "folder").mkdir(parents=True)
    inside.mkdir()
    (outside / name).write_bytes(b"theirs")
    link = inside / Path(name).parts[0]
    link.symlink_to(outside / link.name)
    monkeypatch.chdir(inside)
    with pytest.raises(OutputError, match="symbolic link"):
        write_bytes(Path(name), b"ours")
    assert (outside / name).read_bytes() == b"theirs"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        write_bytes(tmp_path, b"one")


def test_a_file_as_parent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="Cannot write") as caught:
        write_bytes(tmp_path / "file/report.md", b"one")
    assert "--output" in caught.value.hint


def test_a_read_only_file_system_is_refused() -> None:
    """The kernel's own tables refuse new files whoever asks, the administrator included."""
    with pytest.raises(OutputError, match="Cannot write"):
        write_bytes(Path("/proc/self/report.md"), b"one")


def test_devices_are_written_directly() -> None:
    write_bytes(Path("/dev/null"), b"one")
    assert Path("/dev/null").is_char_device()


def test_a_failure_midway_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.md"
    write_bytes(path, b"old")
    for error in (OSError(28, "No space left on device"), KeyboardInterrupt()):
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", lambda _, error=error: (_ for _ in ()).throw(error))
            with pytest.raises((OutputError, KeyboardInterrupt)):
                write_bytes(path, b"new")
        assert path.read_bytes() == b"old"
        assert names(tmp_path) == ["report.md"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_midway_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, number: signal.Signals
) -> None:
    """A real process is stopped while its bytes are on the disk but not yet in place."""
    (tmp_path / "report.md").write_bytes(b"old")
    program = textwrap.dedent("""
        import os, sys, time
        from pathlib import Path
        from multillm_gov import __main__ as guard
        from multillm_gov.sources.output import write_bytes

        def stall(descriptor):
            print("written", flush=True)
            time.sleep(60)

        os.fsync = stall
        guard._run = lambda _: write_bytes(Path("report.md"), b"new" * 100_000)
        sys.exit(guard.main())
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    assert len(names(tmp_path)) == 2
    process.send_signal(number)
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == exits.INTERRUPTED
    assert complaint == b"govern: interrupted\n"
    assert (tmp_path / "report.md").read_bytes() == b"old"
    assert names(tmp_path) == ["report.md"]


def test_a_killed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "report.md").write_bytes(b"old")
    program = (
        "import sys\nfrom pathlib import Path\nfrom multillm_gov.sources.output import "
        "write_bytes\n"
    )
    program += "while True: write_bytes(Path('report.md'), b'new' * 1_000_000)"
    process = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path)
    deadline = time.monotonic() + 20
    while (tmp_path / "report.md").stat().st_size == 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert (tmp_path / "report.md").read_bytes() == b"new" * 1_000_000


@pytest.mark.parametrize("folder", ["catalog", "prompts", "evidence"])
def test_what_a_killed_run_left_is_no_mistake_and_goes_with_the_next_write(tmp_path, folder):
    left = tmp_path / folder / ".govern-0123456789ab.tmp"
    fresh = tmp_path / folder / ".govern-ba9876543210.tmp"
    left.parent.mkdir()
    (tmp_path / "allocations").mkdir()
    for file in (left, fresh):
        file.write_bytes(b"half")
    os.utime(left, (0, 0))
    assert read_folder(tmp_path) == ((), ())
    write_bytes(tmp_path / folder / "whole.yaml", b"models: {}")
    assert not left.exists()
    assert fresh.exists(), "a command that is running may still write it"

import os
import socket
import subprocess
from pathlib import Path

import pytest

from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import SourceError
from multillm_gov.sources import refusals
from multillm_gov.sources.disk import read_folder


def write(root: Path, *paths: str, data: bytes = b"a: 1\n") -> None:
    for path in paths:
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def flaws_by_path(root: Path) -> dict[str, str]:
    _, flaws = read_folder(root)
    assert all(flaw.kind == "unreadable-file" and flaw.remedy for flaw in flaws)
    return {flaw.location.path: flaw.message for flaw in flaws}


def test_reads_governed_files_only_and_in_order(tmp_path: Path) -> None:
    governed = (
        "allocations/b/deep/x.yml",
        "allocations/b.yaml",
        "catalog/catalog.lock.json",
        "evidence/run.json",
        "govern.yaml",
        "policies/p.yaml",
    )
    write(
        tmp_path,
        *reversed(governed),
        "allocations/README.md",
        "usage/x.csv",
        "x.yaml",
        "src/allocations/y.yaml",
    )
    files, flaws = read_folder(tmp_path)
    assert [file.path for file in files] == sorted(governed)
    assert files[0] == SourceFile("allocations/b.yaml", b"a: 1\n")
    assert flaws == ()


def test_what_no_pattern_covers_is_told_and_not_read(tmp_path: Path) -> None:
    uncovered = (
        "allocations/b.json",
        "catalog/x.YAML",
        "evidence/e.csv",
        "policies/deep/p.yaml.bak",
    )
    write(tmp_path, "allocations/a.yaml", *uncovered)
    write(
        tmp_path,
        "allocations/.gitkeep",
        "policies/Readme.txt",
        "prompts/p.txt",
        "schemas/s.json",
        "usage/u.parquet",
    )
    files, flaws = read_folder(tmp_path)
    assert [file.path for file in files] == [
        "allocations/a.yaml",
        "prompts/p.txt",
        "schemas/s.json",
    ]
    assert [(flaw.kind, flaw.location.path) for flaw in flaws] == [
        ("uncovered-file", path) for path in uncovered
    ]
    assert "`.json` are read below `evidence/`" in flaws[2].message


def test_uncovered_files_are_named_up_to_a_bound(tmp_path: Path) -> None:
    write(tmp_path, *(f"policies/{number:03}.txt" for number in range(refusals.MOST_UNCOVERED + 7)))
    _, flaws = read_folder(tmp_path)
    assert len(flaws) == refusals.MOST_UNCOVERED + 1
    assert (flaws[-1].location.path, flaws[-1].message[:12]) == ("policies/100.txt", "7 more files")


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    assert read_folder(tmp_path) == ((), ())


def test_bytes_are_given_as_they_are(tmp_path: Path) -> None:
    data = b"\xff\xfe\x00binary\r\n"
    write(tmp_path, "allocations/a.yaml", data=data)
    (file,), flaws = read_folder(tmp_path)
    assert (file.data, flaws) == (data, ())


def test_odd_names_are_read(tmp_path: Path) -> None:
    names = [
        "allocations/two words.yaml",
        "allocations/new\nline.yaml",
        "allocations/größe-模型.yaml",
        "policies/-x.yaml",
    ]
    write(tmp_path, *names)
    files, flaws = read_folder(tmp_path)
    assert [file.path for file in files] == sorted(names)
    assert flaws == ()


def test_a_name_that_is_not_utf8_is_refused_and_spelled(tmp_path: Path) -> None:
    write(tmp_path, "allocations/a.yaml")
    place = os.fsencode(tmp_path) + b"/allocations/\xff.yaml"
    Path(os.fsdecode(place)).write_bytes(b"a: 1\n")
    files, (flaw,) = read_folder(tmp_path)
    assert [file.path for file in files] == ["allocations/a.yaml"]
    assert flaw.location.path == "allocations/\\xff.yaml"
    flaw.location.path.encode()


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "../../outside.yaml", "real.yaml", "nowhere.yaml"]
)
def test_links_to_files_are_refused_unread(tmp_path: Path, target: str) -> None:
    root = tmp_path / "root"
    write(tmp_path, "outside.yaml", "root/allocations/real.yaml")
    (root / "allocations/link.yaml").symlink_to(target)
    files, _ = read_folder(root)
    assert [file.path for file in files] == ["allocations/real.yaml"]
    assert "not followed" in flaws_by_path(root)["allocations/link.yaml"]


def test_links_to_folders_are_refused_at_any_depth(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(tmp_path, "outside/secret.yaml", "root/policies/p.yaml")
    (root / "allocations").symlink_to("../outside")
    (root / "policies/more").symlink_to("../../outside")
    (root / "govern.yaml").symlink_to("../outside/secret.yaml")
    files, _ = read_folder(root)
    assert [file.path for file in files] == ["policies/p.yaml"]
    assert set(flaws_by_path(root)) == {"allocations", "govern.yaml", "policies/more"}


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path, "allocations/a.yaml")
    (tmp_path / "allocations/loop").symlink_to(".")
    assert set(flaws_by_path(tmp_path)) == {"allocations/loop"}


def test_pipes_and_sockets_are_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "allocations/a.yaml")
    os.mkfifo(tmp_path / "allocations/pipe.yaml")
    os.mkfifo(tmp_path / "allocations/ignored.fifo")
    monkeypatch.chdir(tmp_path / "allocations")  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("socket.yaml")
        assert set(flaws_by_path(tmp_path)) == {"allocations/pipe.yaml", "allocations/socket.yaml"}


def test_a_nested_repository_is_not_entered(tmp_path: Path) -> None:
    write(tmp_path, "allocations/a.yaml", "allocations/vendored/x.yaml", "catalog/module/y.yaml")
    subprocess.run(["git", "init", "-q", tmp_path / "allocations/vendored"], check=True)
    (tmp_path / "catalog/module/.git").write_text(
        "gitdir: ../../.git/modules/module\n"
    )  # as a submodule has it
    files, _ = read_folder(tmp_path)
    assert [file.path for file in files] == ["allocations/a.yaml"]
    assert set(flaws_by_path(tmp_path)) == {"allocations/vendored", "catalog/module"}


def test_a_large_file_is_refused_with_both_sizes(tmp_path: Path) -> None:
    write(tmp_path, "allocations/a.yaml")
    with (tmp_path / "allocations/big.yaml").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    message = flaws_by_path(tmp_path)["allocations/big.yaml"]
    assert "52,428,800" in message
    assert "5,242,880" in message


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    write(tmp_path, "allocations/a.yaml", data=b"#" * refusals.LARGEST_FILE_BYTES)
    (file,), flaws = read_folder(tmp_path)
    assert len(file.data) == refusals.LARGEST_FILE_BYTES
    assert flaws == ()


def test_limits_on_all_files_together_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, *(f"allocations/{n}.yaml" for n in range(6)), data=b"0123456789")
    with monkeypatch.context() as patch:
        patch.setattr(refusals, "MOST_FILES", 4)
        files, (flaw,) = read_folder(tmp_path)
        assert (len(files), flaw.location.path) == (4, "allocations/4.yaml")
    with monkeypatch.context() as patch:
        patch.setattr(refusals, "MOST_BYTES", 25)
        files, (flaw,) = read_folder(tmp_path)
        assert (len(files), flaw.location.path) == (2, "allocations/2.yaml")
    with monkeypatch.context() as patch:
        patch.setattr(refusals, "MOST_ENTRIES", 5)
        files, (flaw,) = read_folder(tmp_path)
        assert (len(files), flaw.location.path) == (0, "allocations")


def test_a_chain_of_folders_is_cut(tmp_path: Path) -> None:
    chain = "/".join(["allocations", *["d"] * (refusals.DEEPEST_FOLDER - 1)])
    write(tmp_path, f"{chain}/kept.yaml", f"{chain}/d/cut.yaml")
    files, (flaw,) = read_folder(tmp_path)
    assert [file.path for file in files] == [f"{chain}/kept.yaml"]
    assert flaw.location.path == f"{chain}/d"


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_what_may_not_be_read_is_a_flaw(tmp_path: Path) -> None:
    """Root may read everything, so the reading happens in a process of another user's."""
    write(tmp_path, "allocations/a.yaml", "allocations/closed.yaml", "policies/p.yaml")
    (tmp_path / "allocations/closed.yaml").chmod(0)
    (tmp_path / "policies").chmod(0)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path(folder.anchor):
            folder.chmod(folder.stat().st_mode | 0o055)
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            files, flaws = read_folder(tmp_path)
            told = [file.path for file in files] + [
                f"{flaw.location.path}: {flaw.message}" for flaw in flaws
            ]
        except BaseException as error:  # noqa: BLE001
            told = [repr(error)]
        os.write(write_end, "\n".join(told).encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as told:
        lines = told.read().splitlines()
    os.waitpid(child, 0)
    (tmp_path / "policies").chmod(0o755)
    assert lines == [
        "allocations/a.yaml",
        "allocations/closed.yaml: it cannot be read: Permission denied",
        "policies: it cannot be read: Permission denied",
    ]


def test_a_missing_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no folder") as caught:
        read_folder(tmp_path / "nope")
    assert "govern init" in caught.value.hint


def test_a_file_as_root_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "file")
    with pytest.raises(SourceError, match="not a folder"):
        read_folder(tmp_path / "file")

"""What all tests share: a calm environment, the real command in its own process, real git
repositories."""

import json
import lzma
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

DATA = Path(__file__).parent / "data"

_CALM = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "Author",
    "GIT_COMMITTER_EMAIL": "author@example.org",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
}
_DISTURBING = (
    "COLUMNS",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "NO_COLOR",
    "FORCE_COLOR",
    "GOVERN_DEBUG",
)


@pytest.fixture(scope="session", autouse=True)
def _calm_environment() -> Iterator[None]:
    """No setting of the user's, and none of a git hook that runs the tests, reaches what is
    tested."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _CALM.items():
            patch.setenv(name, value)
        for name in _DISTURBING:
            patch.delenv(name, raising=False)
        yield


Govern = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="session")
def govern(tmp_path_factory: pytest.TempPathFactory, _calm_environment: None) -> Iterator[Govern]:
    """Run ``govern ARGUMENTS`` in a process: ``govern("check", cwd=folder)``; stdout and stderr are
    bytes."""
    with _warm_command(tmp_path_factory.mktemp("streams")) as run:
        yield run


@pytest.fixture(scope="session")
def govern_with_litellm(
    tmp_path_factory: pytest.TempPathFactory, _calm_environment: None
) -> Iterator[Govern]:
    """As ``govern``, in processes where LiteLLM is loaded already: for commands that send."""
    with _warm_command(tmp_path_factory.mktemp("streams"), "litellm") as run:
        yield run


@contextmanager
def _warm_command(folder: Path, *loaded: str) -> Iterator[Govern]:
    program = Path(__file__).with_name("warm_command.py")
    lock = threading.Lock()
    with subprocess.Popen(
        [sys.executable, program, *loaded], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as warm:
        assert warm.stdin is not None
        assert warm.stdout is not None

        def run(
            *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None
        ) -> "subprocess.CompletedProcess[bytes]":
            words = ["govern", *map(str, arguments)]
            streams = {"stdout": str(folder / "stdout"), "stderr": str(folder / "stderr")}
            request = {
                "arguments": words[1:],
                "cwd": str(cwd),
                "env": {**os.environ, **(env or {})},
                "timeout": 120,
                **streams,
            }
            with lock:
                warm.stdin.write(json.dumps(request) + "\n")
                warm.stdin.flush()
                code = json.loads(warm.stdout.readline())
                out, err = (Path(path).read_bytes() for path in streams.values())
            if code is None:
                raise subprocess.TimeoutExpired(words, 120, out, err)
            return subprocess.CompletedProcess(words, code, out, err)

        yield run
        warm.stdin.close()


class Checkout:
    """A real git repository with a working tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str | bytes, cwd: Path | None = None) -> str:
        """Run git and return what it printed."""
        done = subprocess.run(
            ["git", *arguments], cwd=cwd or self.folder, check=True, capture_output=True, timeout=60
        )
        return os.fsdecode(done.stdout).strip()

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files by path below the folder; ``None`` deletes."""
        for path, data in files.items():
            place = self.folder / path
            if data is None:
                place.unlink()
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data.encode() if isinstance(data, str) else data)

    def commit(
        self, files: Mapping[str, str | bytes | None] | None = None, day: str = "2026-06-01"
    ) -> str:
        """Write files, commit everything at noon UTC of a day, and return the commit's id."""
        self.write(files or {})
        self.git("add", "--all")
        stamp = f"{day}T12:00:00+00:00"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GIT_AUTHOR_DATE", stamp)
            patch.setenv("GIT_COMMITTER_DATE", stamp)
            self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def clone(self, folder: Path, *options: str) -> "Checkout":
        """Clone it as from a network, honoring ``--depth`` and ``--filter``."""
        self.git("clone", "--quiet", *options, f"file://{self.folder}", str(folder))
        return Checkout(folder)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """An empty repository on branch main, no commit yet."""
    return Checkout(tmp_path / "checkout")


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the real data of `tests/data/corpus`, unpacked; its README names the
    origins."""
    folder = tmp_path_factory.mktemp("corpus")
    for packed in sorted((DATA / "corpus").rglob("*")):
        target = folder / packed.relative_to(DATA / "corpus")
        if packed.name.endswith(".tar.xz"):
            with tarfile.open(packed) as archive:
                archive.extractall(folder, filter="data")
        elif packed.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            if packed.suffix == ".xz":
                target.with_suffix("").write_bytes(lzma.decompress(packed.read_bytes()))
            else:
                target.write_bytes(packed.read_bytes())
    return folder


@pytest.fixture(scope="session")
def oracles() -> dict[str, Any]:
    """Reference figures of `docs/method.md`, worked out twice by other code, to their printed
    digits."""
    read: dict[str, Any] = json.loads((DATA / "oracles.json").read_bytes())
    return read


@pytest.fixture
def lines_run() -> Callable[[Callable[[], object]], int]:
    """How many lines of the package a call runs: work that can be compared on a machine that is
    busy elsewhere."""

    def count(call: Callable[[], object]) -> int:
        lines = 0

        def trace(frame: FrameType, event: str, argument: object) -> object:
            nonlocal lines
            if "multillm_gov" not in frame.f_code.co_filename:
                return None
            lines += event == "line"
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            call()
        finally:
            sys.settrace(before)
        return lines

    return count

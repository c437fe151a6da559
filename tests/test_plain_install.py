"""The wheel, installed outside a checkout: small, enough for a gate, and with either end of the
supported LiteLLM range."""

import re
import resource
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.install
ROOT = Path(__file__).parents[1]
MOST_MIB = 80
MOST_CPU_SECONDS = 15
"""Of installation: what the processor works is the same on a busy machine."""
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input")


def _pythons() -> list[str]:
    """The Python that runs the tests, and the newest other one that really runs here."""
    for minor in range(20, sys.version_info.minor, -1):
        found = shutil.which(f"python3.{minor}")
        # A launcher may be there without the Python that it names.
        runs = found and subprocess.run([found, "-c", ""], capture_output=True, check=False)
        if found and runs and runs.returncode == 0:
            return [sys.executable, found]
    return [sys.executable]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, *PIP, "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT]
    subprocess.run(build, check=True, timeout=300)
    (built,) = folder.glob("*.whl")
    return built


def _install(python: str, folder: Path, *requirements: str) -> Path:
    subprocess.run([python, "-m", "venv", folder], check=True, timeout=120)
    install = [folder / "bin/python", *PIP, "install", "--quiet", *requirements]
    subprocess.run(install, check=True, timeout=900)
    return folder


class Plain:
    """An environment with the wheel alone."""

    def __init__(self, python: str, wheel: Path, folder: Path) -> None:
        subprocess.run([python, "-m", "venv", folder], check=True, timeout=120)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        install = [folder / "bin/python", *PIP, "install", "--quiet", "--no-cache-dir", wheel]
        subprocess.run(install, check=True, timeout=300)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.folder = folder
        self.cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.fixture(scope="module", params=_pythons(), ids=lambda python: Path(python).name)
def plain(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Plain:
    return Plain(request.param, wheel, tmp_path_factory.mktemp("plain") / "venv")


def _run(environment: Path, folder: Path, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(
        [environment / "bin/govern", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout


def test_it_is_small_and_quick(plain):
    packages = next((plain.folder / "lib").glob("python*/site-packages"))
    size = sum(file.stat().st_size for file in packages.rglob("*") if file.is_file())
    assert size <= MOST_MIB * 1024 * 1024
    assert plain.cpu_seconds <= MOST_CPU_SECONDS
    present = {entry.name for entry in packages.iterdir()}
    assert not {"litellm", "numpy", "networkx", "typst", "py3langid"} & present


def test_it_checks_compares_and_reports(plain, tmp_path):
    _run(plain.folder, tmp_path, "init", ".")
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "--quiet"), ("add", "--all"), (*author, "commit", "-qm", "start")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, timeout=60)
    assert "Checked" in _run(plain.folder, tmp_path, "check")
    _run(plain.folder, tmp_path, "diff", "HEAD")
    _run(plain.folder, tmp_path, "report", "--output", "board.md")
    _run(plain.folder, tmp_path, "report", "--output", "board.html")
    assert (tmp_path / "board.html").stat().st_size > 10_000


def _ends() -> dict[str, str]:
    """The oldest release that is supported, and the newest that the registry has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (needed,) = [
        each for each in project["optional-dependencies"]["providers"] if each.startswith("litellm")
    ]
    oldest = re.search(r">=([\d.]+)", needed)
    assert oldest is not None
    return {"oldest": f"litellm=={oldest[1]}", "newest": "litellm"}


@pytest.mark.parametrize("end", ["oldest", "newest"])
def test_either_end_of_the_supported_litellm_works(end, wheel, tmp_path):
    """Prices of the installed map, and calls through it to the server on this machine."""
    environment = _install(sys.executable, tmp_path / "venv", f"{wheel}[offline]", _ends()[end])
    folder = tmp_path / "portfolio"
    _run(environment, tmp_path, "init", "portfolio")
    assert "Passed" in _run(environment, folder, "check")
    assert "Answered by the stub" in _run(environment, folder, "drill", "--offline")
    _run(environment, folder, "dry-run", "--offline", codes=(0, 1))

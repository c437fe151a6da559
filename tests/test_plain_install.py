"""The wheel, installed without extras outside a checkout: small, and enough for a gate."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.install
ROOT = Path(__file__).parents[1]
MOST_MIB = 80


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", folder / "wheel", ROOT],
        check=True,
        timeout=300,
    )
    (wheel,) = (folder / "wheel").glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True, timeout=120)
    install = [folder / "venv/bin/pip", "--disable-pip-version-check", "install", "--quiet", wheel]
    subprocess.run(install, check=True, timeout=300)
    return folder / "venv"


def test_it_is_small(environment):
    packages = next((environment / "lib").glob("python*/site-packages"))
    size = sum(file.stat().st_size for file in packages.rglob("*") if file.is_file())
    assert size <= MOST_MIB * 1024 * 1024


def test_it_checks_compares_and_reports(environment, tmp_path):
    def govern(*arguments: str) -> str:
        done = subprocess.run(
            [environment / "bin/govern", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    govern("init", ".")
    for words in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "-m", "start")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, timeout=60)
    assert "Checked" in govern("check")
    govern("diff", "HEAD")
    govern("report", "--output", "board.md")
    govern("report", "--output", "board.html")
    assert (tmp_path / "board.html").stat().st_size > 10_000

"""The release that reports name is the one that is packaged."""

import tomllib
from pathlib import Path

from multillm_gov.report import TOOL_VERSION


def test_reports_name_the_packaged_release() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))[
        "project"
    ]
    assert project["version"] == TOOL_VERSION

"""Text as people read it."""

from collections.abc import Callable

import pytest

from multillm_gov.rendering.text import render
from multillm_gov.report import Report

Golden = Callable[[str, bytes], None]


@pytest.mark.parametrize("kind", ["check", "clean", "diff", "board"])
def test_golden(kind: str, golden: Golden, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(f"{kind}_report")
    golden(f"{kind}.txt", render(report))

"""The page in a real browser: nothing overflows a narrow window, in light or dark."""

from pathlib import Path

import pytest

from browser import in_browser, measured
from multillm_gov.rendering.formats.html import render
from multillm_gov.report import Report

pytestmark = [pytest.mark.browser, in_browser]


@pytest.mark.parametrize("which", ["report", "hostile_report"])
@pytest.mark.parametrize("width", [400, 1000])
def test_nothing_overflows(
    which: str, width: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    report: Report = request.getfixturevalue(which)
    seen = measured(render(report), tmp_path, width)
    assert int(seen["window"]) == width, "the page fills its window"
    assert int(seen["overflow"]) == 0
    assert set(seen["shown"].split()) == {"narrow" if width == 400 else "wide"}
    if width == 400:
        assert int(seen["late"]) == 0, "an element reaches past the right edge"

"""The page in a real browser: nothing overflows a narrow window, in light or dark."""

import re
from pathlib import Path

import msgspec
import pytest

from browser import in_browser, measured, opened
from multillm_gov.content import Cell, Column, Table
from multillm_gov.rendering.formats.html import render
from multillm_gov.report import Report, Section

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


def test_tables_are_sorted_by_number_under_the_policy_of_the_page(
    report: Report, tmp_path: Path
) -> None:
    """The buttons are there because the policy lets our script run; a total stays last."""
    amounts = ("9 USD", "1,200 USD", "not known", "−30 USD", "45 USD")
    rows = tuple((Cell(f"n{n}"), Cell(text)) for n, text in enumerate(amounts))
    table = Table(
        title="t",
        columns=(Column("Name"), Column("Amount", numeric=True)),
        rows=(*rows, (Cell("Total"), Cell("1,224 USD"))),
    )
    section = Section(id="a", title="A", blocks=(table,))
    page = render(msgspec.structs.replace(report, sections=(section,), headline=(), provenance=()))
    file = tmp_path / "page.html"
    file.write_bytes(page)
    assert opened(file).count("<button") == 2
    click = "<script>document.querySelectorAll('thead button')[1].click()</script></body>"
    free = re.sub(r"<meta http-equiv[^>]*>", "", page.decode()).replace("</body>", click)
    file.write_text(free, encoding="utf-8")
    body = re.search(r"<tbody.*?</tbody>", opened(file), re.DOTALL)
    assert body is not None
    shown = re.findall(r">(n\d|Total)<", body[0])
    assert shown == ["n3", "n0", "n4", "n1", "n2", "Total"]

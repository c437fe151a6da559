"""The PDF is tagged, embeds its fonts, is the same bytes everywhere, and takes hostile strings
literally."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from multillm_gov.content import Bar, BarChart, Column, Table
from multillm_gov.errors import MissingExtraError, UnableError
from multillm_gov.look import Look
from multillm_gov.rendering.formats.pdf import render
from multillm_gov.rendering.pages.document import breakable, document_of
from multillm_gov.report import Report, Section

pikepdf = pytest.importorskip("pikepdf", reason="the dev extra is not installed")
pytest.importorskip("typst", reason="the pdf extra is not installed")
pytestmark = pytest.mark.pdf


def opened(data: bytes):
    return pikepdf.open(BytesIO(data))


def structure(node) -> list:
    """All structure elements below a node, in order."""
    found = [node] if isinstance(node, pikepdf.Dictionary) and "/S" in node else []
    kids = node.get("/K", []) if isinstance(node, pikepdf.Dictionary) else []
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            found += structure(kid)
    return found


def tags(pdf) -> list[str]:
    return [str(element["/S"]) for element in structure(pdf.Root.StructTreeRoot)]


def test_is_tagged_and_claims_its_standards(report: Report) -> None:
    with opened(render(report)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
            assert metadata["dc:title"] == "Multi-LLM portfolio: board pack – Example Industries"
        found = tags(pdf)
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI", "/TOC"} <= set(found)
        assert found.count("/Figure") >= 3


def test_every_chart_has_its_summary_as_alternative_text(report: Report) -> None:
    with opened(render(report)) as pdf:
        alternatives = {str(e["/Alt"]) for e in structure(pdf.Root.StructTreeRoot) if "/Alt" in e}
    summaries = {
        block.summary
        for section in report.sections
        for block in section.blocks
        if hasattr(block, "summary")
    }
    assert len(summaries) == 3
    assert summaries <= alternatives


def test_fonts_are_embedded_and_ours(report: Report) -> None:
    with opened(render(report)) as pdf:
        names = set()
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                names.add(str(item.FontName).split("+")[-1])
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(item.keys())
    assert names >= {"Inter-Regular", "Inter-SemiBold"}
    assert all(name.startswith(("Inter", "DejaVuSansMono")) for name in names)


def test_pages_are_a4_and_as_many_as_expected(report: Report) -> None:
    with opened(render(report)) as pdf:
        assert 4 <= len(pdf.pages) <= 6
        for page in pdf.pages:
            assert [round(float(edge)) for edge in page.mediabox] == [0, 0, 595, 842]


def test_check_and_diff_have_no_cover(report: Report) -> None:
    for kind in ("check", "diff"):
        with opened(render(msgspec.structs.replace(report, kind=kind))) as pdf:
            assert "/TOC" not in tags(pdf)


def test_same_report_same_bytes_in_two_processes(report: Report, tmp_path: Path) -> None:
    program = (
        "import runpy, sys\n"
        "from multillm_gov.rendering.formats.pdf import render\n"
        "build = runpy.run_path(sys.argv[1])['build_report']\n"
        "sys.stdout.buffer.write(render(build('content-generation', 'Example Industries')))\n"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program, Path(__file__).with_name("conftest.py")],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed, "TZ": zone},
            cwd=tmp_path,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    assert outputs[0] == outputs[1] == render(report)


def test_dates_are_those_of_the_report(report: Report) -> None:
    with opened(render(report)) as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261124")


def test_hostile_strings_are_text(hostile_report: Report, hostile: str) -> None:
    with opened(render(hostile_report)) as pdf:
        shown = hostile.replace("`", "")
        with pdf.open_outline() as outline:
            titles = [item.title.replace("\u200b", "") for item in outline.root]
        assert f"First {shown}" in titles
        alternatives = {str(e["/Alt"]) for e in structure(pdf.Root.StructTreeRoot) if "/Alt" in e}
        assert any(hostile in text for text in alternatives)
        assert "/JavaScript" not in pdf.Root.get("/Names", pikepdf.Dictionary())
        assert "/OpenAction" not in pdf.Root
        assert hostile in str(pdf.docinfo["/Title"]).replace("\u200b", "")


@pytest.mark.parametrize(
    "name",
    [
        "עברית",
        "العربية",
        "Ελλάδα Россия",
        "a\x00b\x1b[31m",
        "\u202eevil",
        "\ue000\U0010ffff",
        "\ud800",
        "é" * 400,
        "W" * 400,
        "",
    ],
)
def test_any_name_can_be_typeset(report: Report, name: str) -> None:
    report = msgspec.structs.replace(report, organization=name, summary=name, revision="")
    with opened(render(report)) as pdf:
        assert 4 <= len(pdf.pages) <= 9


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("株式会社例", "Han"),
        ("ひらがな 한국", "Hangul, Hiragana"),
        ("🏦 Bank", "Emoji and symbols"),
        ("ภาษาไทย", "Thai"),
    ],
)
@pytest.mark.parametrize("place", ["organization", "chart"])
def test_a_script_that_no_font_has_is_named_and_never_boxes(
    report: Report, name: str, scripts: str, place: str
) -> None:
    if place == "organization":
        report = msgspec.structs.replace(report, organization=name)
    else:
        chart = BarChart(title="t", summary="s", bars=(Bar(label=name, value=1, text="1"),))
        section = Section(id="one", title="One", blocks=(chart,))
        report = msgspec.structs.replace(report, sections=(section,))
    with pytest.raises(UnableError) as raised:
        render(report)
    assert str(raised.value).endswith(f": {scripts}")
    assert "brand.fonts" in raised.value.hint


FONTS = {
    "株式会社例": "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "🏦 Bank": "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
    "ภาษาไทย": "/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf",
}


@pytest.mark.parametrize("name", FONTS)
def test_a_font_of_the_brand_shows_it(report: Report, name: str) -> None:
    file = Path(FONTS[name])
    if not file.is_file():
        pytest.skip(f"{file.name} is not installed")
    look = Look(fonts=(file.read_bytes(),))
    chart = BarChart(title=name, summary="s", bars=(Bar(label=name, value=1, text="1"),))
    section = Section(id="one", title="One", blocks=(chart,))
    report = msgspec.structs.replace(report, organization=name, sections=(section,), look=look)
    with opened(render(report)) as pdf:
        assert len(pdf.pages) >= 2


def test_paper_color_and_logo_are_the_brands(report: Report) -> None:
    shape = b'<rect width="9" height="9"/>'
    logo = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">' + shape + b"</svg>"
    look = Look(paper="us-letter", color="#7a1f2b", logo=logo, logo_kind="svg")
    data = render(msgspec.structs.replace(report, look=look))
    assert data == render(msgspec.structs.replace(report, look=look))
    with opened(data) as pdf:
        for page in pdf.pages:
            assert [round(float(edge)) for edge in page.mediabox] == [0, 0, 612, 792]
        assert tags(pdf).count("/Figure") == 4


def test_empty_report(report: Report) -> None:
    empty = msgspec.structs.replace(
        report, sections=(), headline=(), summary="", provenance=(), findings=()
    )
    with opened(render(empty)) as pdf:
        assert 1 <= len(pdf.pages) <= 2


def test_empty_tables_say_so_and_keep_their_title(report: Report) -> None:
    table = Table(
        title="Waivers", columns=(Column("A"), Column("B")), rows=(), empty="No waiver is in force."
    )
    document = document_of(
        msgspec.structs.replace(report, sections=(Section(id="x", title="X", blocks=(table,)),))
    )
    shown = document["sections"][0]["blocks"][0]
    assert shown["title"] == "Waivers"
    assert list(shown["empty"]) == [("No waiver is in force.", False)]


def test_long_words_may_break_after_separators() -> None:
    assert breakable("short words stay") == "short words stay"
    path = breakable("allocations/marketing-and-growth/main.yaml")
    assert path.replace("\u200b", "") == "allocations/marketing-and-growth/main.yaml"
    assert "allocations/\u200bmarketing-" in path
    assert max(map(len, breakable("x" * 200).split("\u200b"))) <= 22


def test_numbers_do_not_wrap(report: Report) -> None:
    document = document_of(report)
    cells = [row[1]["text"][0][0] for row in document["sections"][0]["blocks"][2]["rows"]]
    assert "12,345\u00a0USD" in cells
    assert not any(" " in cell for cell in cells)


def test_missing_extra_names_the_command(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtraError) as raised:
        render(report)
    assert "pip install 'multillm-gov[pdf]'" in raised.value.hint
    assert raised.value.exit_code == 3

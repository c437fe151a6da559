"""Workbooks and slides: real numbers, formulas that add up again, opened by another program."""

import csv
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from msgspec import json
from msgspec.structs import replace

from multillm_gov.content import Cell, Column, Table
from multillm_gov.rendering.formats.json import render as render_json
from multillm_gov.rendering.formats.pptx import render as render_pptx
from multillm_gov.rendering.formats.xlsx import render as render_xlsx
from multillm_gov.rendering.plain.figures import limit_of, read_figure
from multillm_gov.report import Metric, Report, Section

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="no LibreOffice is installed")


@pytest.mark.parametrize(
    ("text", "number", "decimals", "share", "unit"),
    [
        ("12,345", "12345", 0, False, ""),
        ("12,345.60 USD", "12345.60", 2, False, "USD"),
        ("33.5%", "0.335", 1, True, ""),
        ("−5,891", "-5891", 0, False, ""),
        ("+31.8%", "0.318", 1, True, ""),
        ("0.000138", "0.000138", 6, False, ""),
        ("10,690 USD a year", "10690", 0, False, "USD a year"),
    ],
)
def test_figures_are_read_as_they_are_shown(
    text: str, number: str, decimals: int, share: bool, unit: str
) -> None:
    figure = read_figure(text)
    assert figure is not None
    assert (figure.number, figure.decimals, figure.is_share, figure.unit) == (
        Decimal(number),
        decimals,
        share,
        unit,
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", "–", "not known", "2026-11-30", "1,23", "3 to 4 2", "5 of 14 8", "google 33.5%"),
        *("1e5", "9" * 16),
    ],
)
def test_words_ranges_and_dates_are_no_figures(text: str) -> None:
    assert read_figure(text) is None


def test_limits_have_a_side_and_a_number() -> None:
    def limit(text: str) -> object:
        found = limit_of(Metric(id="x", label="x", value="1", limit=text))
        return found and (found[0], found[1].number)

    assert limit("at most 50.0%") == ("at most", Decimal("0.5"))
    assert limit("at least 1.5") == ("at least", Decimal("1.5"))
    assert limit("none") is None
    assert limit("") is None


def opened(data: bytes, folder: Path, kind: str, target: str) -> list[Path]:
    """What LibreOffice makes of a file."""
    file = folder / f"report.{kind}"
    file.write_bytes(data)
    subprocess.run(
        [
            OFFICE,
            f"-env:UserInstallation=file://{folder / 'profile'}",
            *("--headless", "--convert-to", target, "--outdir", folder / "out", file),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return sorted((folder / "out").iterdir())


@pytest.fixture
def footed(board_report: Report) -> Report:
    """A report with a table whose last row adds up the others, and one that only says so."""
    money = Table(
        title="Spend (USD a month)",
        columns=(Column("Task class"), Column("Spend", numeric=True), Column("Part", numeric=True)),
        rows=(
            (Cell("claims"), Cell("1,200.25"), Cell("60.0%")),
            (Cell("others (3)"), Cell("800.50"), Cell("40.0%")),
            (Cell("Total", strong=True), Cell("2,000.75"), Cell("100.0%")),
        ),
    )
    wrong = replace(
        money, title="Elsewhere", rows=(*money.rows[:2], (Cell("Total"), Cell("9"), Cell("")))
    )
    section = Section(id="sums", title="Sums: a/b [c]", blocks=(money, wrong))
    return replace(board_report, sections=(*board_report.sections, section))


@pytest.mark.office
@needs_office
def test_a_workbook_opens_with_the_figures_of_the_json(footed: Report, tmp_path: Path) -> None:
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    sheets = {
        file.stem.removeprefix("report-"): list(
            csv.reader(file.read_text(encoding="utf-8").splitlines())
        )
        for file in opened(render_xlsx(footed), tmp_path, "xlsx", every_sheet)
    }
    public = json.decode(render_json(footed))
    rows = {row[0]: row for row in sheets["Summary"] if row}
    judged = 0
    for metric in public["headline"]:
        row = rows[metric["label"]]
        if metric["number"] is not None:
            assert _number(row[2]) == pytest.approx(metric["number"])
            if row[5]:
                left = abs(_number(row[5]) - _number(row[2]))
                assert abs(_number(row[6])) == pytest.approx(left)
                judged += 1
    assert judged, "headroom is worked out by a formula"
    seen = {cell for rows in sheets.values() for row in rows for cell in row}
    for section in public["sections"]:
        for block in section["blocks"]:
            if block["type"] != "table":
                continue
            for row in block["rows"]:
                for cell, column in zip(row, block["columns"], strict=True):
                    figure = read_figure(cell["text"]) if column["numeric"] else None
                    if figure is not None and not figure.unit:
                        assert any(_is(text, float(figure.number)) for text in seen), cell


def _number(text: str) -> float:
    """As LibreOffice writes it: shares keep their percent sign, with all their digits."""
    return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)


def _is(text: str, number: float) -> bool:
    try:
        return _number(text) == pytest.approx(number)
    except ValueError:
        return False


def test_a_total_is_a_formula_only_where_it_adds_up(footed: Report) -> None:
    with ZipFile(BytesIO(render_xlsx(footed))) as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
        place = names.index("Sums  a b  c") + 1
        sheet = book.read(f"xl/worksheets/sheet{place}.xml").decode()
    assert re.findall(r"<f>(SUM[^<]*)</f><v>([^<]*)", sheet) == [
        ("SUM(B4:B5)", "2000.75"),
        ("SUM(C4:C5)", "1.0"),
    ]


def test_no_text_becomes_a_formula_or_a_link(board_report: Report) -> None:
    for text in ("=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "https://example.org", "mailto:x@y.z"):
        report = replace(board_report, organization=text, summary=text, headline=())
        with ZipFile(BytesIO(render_xlsx(report))) as book:
            first = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in first
        assert "hyperlink" not in first


def test_sheets_have_names_that_a_workbook_takes(board_report: Report) -> None:
    titles = ["x" * 40, "X" * 40, "History", "a:b?*[/]\\", "''", "Summary", "文" * 40]
    parts = tuple(Section(id=f"s{n}", title=t, blocks=()) for n, t in enumerate(titles))
    with ZipFile(BytesIO(render_xlsx(replace(board_report, sections=parts)))) as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
    assert len({name.lower() for name in names}) == len(names) >= len(titles) + 1
    assert all(len(name) <= 31 for name in names)


@pytest.mark.office
@needs_office
def test_slides_open_with_the_figures_of_the_json(board_report: Report, tmp_path: Path) -> None:
    pdfplumber = pytest.importorskip("pdfplumber")
    (file,) = opened(render_pptx(board_report), tmp_path, "pptx", "pdf")
    with pdfplumber.open(file) as pages:
        seen = [re.sub(r"\s+", " ", page.extract_text()) for page in pages.pages]
    whole = " ".join(seen)
    public = json.decode(render_json(board_report))
    for metric in public["headline"]:
        assert metric["value"].partition(" (")[0] in seen[1]
        assert metric["limit"] in seen[1]
    charts = [b for s in public["sections"] for b in s["blocks"] if b["type"] in {"bars", "shares"}]
    assert charts
    for chart in charts:
        for bar in chart.get("bars", ()):
            assert bar["text"] in whole
        for row in chart.get("rows", ()):
            for part in row["segments"]:
                assert part["share"] < 0.09 or f"{part['share'] * 100:.1f}%" in whole
    assert all(board_report.as_of in page for page in seen)


@pytest.mark.parametrize("render", [render_xlsx, render_pptx])
def test_office_files_are_the_same_bytes_each_day(
    render: Callable[[Report], bytes], board_report: Report, tmp_path: Path
) -> None:
    program = (
        "import sys, importlib, pickle\n"
        "module = importlib.import_module(sys.argv[1])\n"
        "report = pickle.loads(open(sys.argv[2], 'rb').read())\n"
        "sys.stdout.buffer.write(module.render(report))\n"
    )
    (tmp_path / "report").write_bytes(pickle.dumps(board_report))
    done = subprocess.run(
        [sys.executable, "-c", program, render.__module__, tmp_path / "report"],
        check=True,
        capture_output=True,
        env={**os.environ, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"},
    )
    assert done.stdout == render(board_report)
    for name in ZipFile(BytesIO(done.stdout)).infolist():
        assert name.date_time[:3] == (1980, 1, 1)


def test_slides_count_what_they_do_not_show(board_report: Report) -> None:
    pptx = pytest.importorskip("pptx")
    many = tuple(
        Metric(id=f"m{n}", label=f"Figure {n}", value=str(n), limit="at most 5") for n in range(40)
    )
    show = pptx.Presentation(BytesIO(render_pptx(replace(board_report, headline=many))))
    texts = [shape.text_frame.text for shape in show.slides[1].shapes if shape.has_text_frame]
    assert "18 of 40 rows shown" in texts

"""Text as people read it."""

import re
import time
from collections.abc import Callable
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.content import Cell, Column, Paragraph, Table
from multillm_gov.finding import Finding, Severity
from multillm_gov.location import Location
from multillm_gov.rendering.formats.text import render
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.width import crop, pad, width, wrap
from multillm_gov.report import Metric, Report, Section, judge_counts

Golden = Callable[[str, bytes], None]
KINDS = ["check", "clean", "diff", "board"]
ESCAPE = re.compile("\x1b\\[[0-9;]*m")
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("kind", KINDS)
def test_golden(kind: str, golden: Golden, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(f"{kind}_report")
    golden(f"{kind}.txt", render(report))


@pytest.mark.parametrize("kind", KINDS)
def test_color_changes_nothing_but_color(kind: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(f"{kind}_report")
    colored = render(report, color=True).decode()
    assert colored != ESCAPE.sub("", colored) == render(report).decode()


def test_no_color_without_asking(check_report: Report) -> None:
    assert b"\x1b" not in render(check_report)


def test_the_source_line_shows_its_span(check_report: Report) -> None:
    lines = render(check_report).decode().splitlines()
    line = next(line for line in lines if line.startswith("12 |"))
    carets = lines[lines.index(line) + 1]
    assert line[carets.index("^") : carets.rindex("^") + 1] == "gemini/gemini-1.5-pro"


def test_each_finding_has_its_place_as_seen_from_where_the_reader_stands(
    check_report: Report,
) -> None:
    lines = render(check_report).decode().splitlines()
    places = [line.strip() for line in lines if line.lstrip().startswith("-->")]
    assert sorted(places) == sorted(f"--> {found.location}" for found in check_report.findings)
    below = render(check_report, folder="team-a/").decode()
    assert all(f"--> team-a/{found.location}" in below for found in check_report.findings)


def test_places_are_links_only_where_the_terminal_shows_them(check_report: Report) -> None:
    report = msgspec.structs.replace(check_report, findings=check_report.findings[:1])
    assert b"\x1b" not in render(report)
    linked = render(report, root="/srv/größe").decode()
    target = "file:///srv/gr%C3%B6%C3%9Fe/" + quote(report.findings[0].location.path)
    assert f"\x1b]8;;{target}\x1b\\{report.findings[0].location}\x1b]8;;\x1b\\" in linked


def test_errors_come_before_warnings_and_waived_findings_last(check_report: Report) -> None:
    starts = re.findall(
        r"^(waived |)(error|warning|note)\[", render(check_report).decode(), re.MULTILINE
    )
    ranks = [(waived != "", -("note", "warning", "error").index(label)) for waived, label in starts]
    assert len(ranks) == len(check_report.findings)
    assert ranks == sorted(ranks)


def test_one_fact_is_one_finding_with_all_its_places(check_report: Report) -> None:
    first = check_report.findings[0]
    same = [
        msgspec.structs.replace(first, location=Location(f"allocations/{number:02}.yaml", number))
        for number in range(1, 26)
    ]
    report = msgspec.structs.replace(check_report, findings=tuple(same))
    text = render(report).decode()
    assert text.count(f"[{first.rule}]") == 1
    assert "(25 places)" in text
    assert text.count("--> allocations/") == 25
    told_apart = [
        msgspec.structs.replace(finding, message=f"`m-{index}` is not locked")
        for index, finding in enumerate(same)
    ]
    text = render(msgspec.structs.replace(report, findings=tuple(told_apart))).decode()
    assert text.count(f"[{first.rule}]") == 1, "one remedy is one finding"
    assert all(f"`m-{index}` is not locked" in text for index in range(25))
    assert text.count("help:") == text.count("risk:") == 1


def test_past_fifty_findings_a_summary_by_rule_comes_first(check_report: Report) -> None:
    few = msgspec.structs.replace(check_report, findings=check_report.findings[:1] * 50)
    assert b"--all" not in render(few, every=False)
    spread = [
        msgspec.structs.replace(
            check_report.findings[0],
            severity=Severity.WARNING,
            message=f"m{index}",
            remedy=f"r{index}",
        )
        for index in range(60)
    ]
    findings = (*spread, check_report.findings[0])
    report = msgspec.structs.replace(
        check_report, findings=findings, verdict=judge_counts(findings, Severity.ERROR)
    )
    short, whole = (render(report, every=every).decode() for every in (False, True))
    assert "`govern check --all`" in short
    assert "govern check --all" not in whole
    assert " 60 " in short
    assert short.count("--> ") == 1, "what fails the gate is in full where it is little"
    assert whole.count("--> ") == 61
    assert short.splitlines()[0] == short.splitlines()[-1], "the verdict is first and last"


def test_a_short_document_has_rows_while_there_is_room(board_report: Report) -> None:
    """Then sections in a sentence each; nothing that needs a look is left out."""

    def part(number: int, rows: int) -> Section:
        cells = tuple((Cell(f"row {number}.{row}", "watch"), Cell("1")) for row in range(rows))
        table = Table(title="", columns=(Column("What"), Column("Figure")), rows=cells)
        warning = Paragraph(f"Part {number} has its warning. More of it.", "bad")
        return Section(id=f"p{number}", title=f"Part {number}", blocks=(warning, table))

    parts = tuple(part(number, 5) for number in range(8))
    report = msgspec.structs.replace(
        board_report, sections=parts, edition="", findings=(), kind="stress"
    )
    short = render(report, every=False).decode().splitlines()
    assert len(short) <= 60
    assert "… 2 more rows." in short, "the first sections with their worst rows"
    last = " ".join(map(str.strip, short)).partition("- Part 7: ")[2]
    assert last.startswith(
        "row 7.0, row 7.1, row 7.2 and 2 more outside a limit or near it. Part 7 has its warning."
    )
    assert all(f"Part {number}" in " ".join(short) for number in range(8))
    assert len(render(report, every=True).decode().splitlines()) > 80


def test_a_remedy_of_several_lines_keeps_its_indentation(check_report: Report) -> None:
    lines = render(check_report).decode().splitlines()
    at = lines.index(next(line for line in lines if line.endswith("  route:")))
    assert lines[at + 1] == lines[at].replace(
        "route:", "  - {model: gemini/gemini-2.5-pro, weight: 100}"
    )


def test_waived_findings_say_who_and_until_when(check_report: Report) -> None:
    text = render(check_report).decode()
    assert "waived error[GOV401]" in text
    words = " ".join(text.split())
    assert "until 2026-12-31 by cfo (would fail without it), FIN-12: migration under way" in words
    assert "Lower the demand" not in text, "a waived finding asks for nothing"


def test_the_verdict_is_the_last_line(check_report: Report, clean_report: Report) -> None:
    def last(report: Report) -> str:
        return render(report).decode().splitlines()[-1]

    assert (
        last(check_report)
        == "Failed with 1 error, 1 warning and 1 note (1 waived; fails on: error)"
    )
    assert last(clean_report) == "Passed with no findings"


def test_only_three_figures_below_a_check(check_report: Report, board_report: Report) -> None:
    assert "Effective vendors" not in render(check_report).decode()
    worse = msgspec.structs.replace(
        check_report,
        headline=tuple(
            msgspec.structs.replace(metric, status="bad" if index >= 3 else "good")
            for index, metric in enumerate(check_report.headline)
        ),
    )
    assert len(worse.headline) > 3
    text = render(worse).decode()
    for metric in worse.headline[3:]:
        assert metric.label.split()[0] in text, "whatever is outside its limit is shown"
    assert "Effective vendors" in render(board_report).decode()


@pytest.mark.parametrize("size", [40, 80, 100, 160])
def test_prose_and_tables_keep_to_the_width(size: int, board_report: Report) -> None:
    report = msgspec.structs.replace(board_report, findings=(), provenance=())
    assert max(map(width, render(report, width=size).decode().splitlines())) <= size


@given(st.text(st.characters(), max_size=60))
def test_nothing_reaches_the_terminal_raw(hostile: str) -> None:
    finding = Finding(
        rule=hostile,
        name=hostile,
        severity=Severity.ERROR,
        message=hostile,
        location=Location(hostile, 1, 1, 1, 3, hostile),
        subject=hostile,
        remedy=hostile,
        risk=hostile,
        policy=hostile,
        because=hostile,
    )
    table = Table(
        title=hostile,
        columns=(Column(hostile), Column("b")),
        rows=((Cell(hostile), Cell(hostile)),),
    )
    for kind in ("check", "diff", "board"):
        report = Report(
            kind=kind,
            title=hostile,
            organization=hostile,
            as_of="2026-11-24",
            summary=hostile,
            headline=(Metric(id="m", label=hostile, value=hostile, note=hostile),),
            findings=(finding,),
            resolved=(finding,),
            sections=(Section(id="s", title=hostile, blocks=(table, Paragraph(hostile))),),
            provenance=((hostile, hostile),),
            verdict=judge_counts((finding,), None),
        )
        assert not RAW.search(ESCAPE.sub("", render(report, color=True).decode()))


def test_a_message_starts_no_line_of_its_own(check_report: Report) -> None:
    finding = msgspec.structs.replace(
        check_report.findings[3], message="x\n  1:1 error[GOV999] forged", location=Location("a")
    )
    text = render(msgspec.structs.replace(check_report, findings=(finding,))).decode()
    assert not any(line.strip().startswith("1:1 error[GOV999]") for line in text.splitlines())


def test_ten_thousand_findings_take_seconds_at_most(check_report: Report) -> None:
    findings = check_report.findings * 2500
    start = time.perf_counter()
    render(msgspec.structs.replace(check_report, findings=findings))
    assert time.perf_counter() - start < 10


def test_a_cell_of_megabytes_is_laid_out_at_once(board_report: Report) -> None:
    table = Table(
        title="",
        columns=(Column("a"), Column("b")),
        rows=((Cell("x " * 1_000_000), Cell("y" * 1_000_000)),),
    )
    section = Section(id="s", title="s", blocks=(table,))
    start = time.perf_counter()
    render(msgspec.structs.replace(board_report, sections=(section,)))
    assert time.perf_counter() - start < 10


def test_a_table_too_wide_becomes_records(board_report: Report) -> None:
    columns = (Column("Subject"), Column("Path"), Column("Nothing"), Column("USD", numeric=True))
    rows = ((Cell("first", "bad"), Cell("p" * 60), Cell(""), Cell("+5")),)
    section = Section(id="s", title="s", blocks=(Table(title="", columns=columns, rows=rows),))
    lines = (
        render(msgspec.structs.replace(board_report, sections=(section,)), width=60)
        .decode()
        .splitlines()
    )
    at = lines.index("! first")
    assert lines[at + 1 : at + 4] == ["  Path", f"    {'p' * 60}", "  USD   +5"], (
        "whole words, empty cells left out"
    )


def test_a_line_of_megabytes_is_cropped_at_once(check_report: Report) -> None:
    location = Location("a.yaml", 1, 2_000_000, 1, 2_000_010, "x" * 5_000_000)
    report = msgspec.structs.replace(
        check_report,
        findings=(msgspec.structs.replace(check_report.findings[0], location=location),),
    )
    assert len(render(report)) < 5000


@given(st.text(max_size=60), st.integers(1, 40))
def test_cropping_and_padding_keep_the_measure(text: str, size: int) -> None:
    cropped = crop(text, size)
    assert width(cropped) <= size
    assert cropped == text or cropped.endswith("…")
    assert width(pad(cropped, size)) == size


@given(st.text("ab `字", max_size=60), st.integers(4, 30))
def test_wrapping_loses_no_word_and_breaks_no_code(text: str, size: int) -> None:
    lines = wrap(text, size)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert width(line) <= size or line.count(" ") == 0 or "`" in line


def test_painting_without_color_is_nothing() -> None:
    assert Painter(color=False)("x", "red", "bold") == "x"
    assert Painter(color=True)("x", "red", "bold") == "\x1b[31;1mx\x1b[0m"

"""Markdown, read back by a parser: content stays content, structure stays ours."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from multillm_gov.content import Cell, Column, Items, Paragraph, Table
from multillm_gov.finding import Finding, Severity
from multillm_gov.location import Location
from multillm_gov.rendering.formats.markdown import COMMENT_LIMIT, marker, render
from multillm_gov.rendering.markup.blocks import block
from multillm_gov.rendering.markup.escaping import code, inline, paragraph
from multillm_gov.report import Report, Section, judge_counts

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = re.compile(r"<details><summary>[^<>]*</summary>\n|</details>\n|<!-- govern -->\n|<br>")
LINKED = re.compile(r"@\w|#\d|://|\bwww\.", re.IGNORECASE)
KINDS = ["check", "clean", "diff", "board"]
HOSTILE = [
    "a | b",
    "\\| x |",
    "`|`",
    "``` x",
    "`a``b` <b>",
    "@``everyone #``12",
    "`|@`everyone",
    "<img src=x onerror=y>",
    "</details>",
    "<!-- x -->",
    "[x](http://e.example)",
    "![x](http://e.example/p.png)",
    "@everyone see #12 and www.e.example or https://e.example",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "---",
    "x\n\n# y",
    "```\n\n<b>x</b>",
    "*a* _b_ ~~c~~",
    "&lt;b&gt;",
    "[x]: http://e.example",
    "\u202egnp",
    "\\",
    "`",
]
ANY = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(), max_size=40),
    st.text("`|\\<>[]()!*_#@:/w.-~&\n x1", max_size=30),
)


def _leaves(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def _harmless(text: str) -> None:
    """No HTML but ours, no link or image, nothing the host would link by itself."""
    for token in _leaves(text):
        assert token.type not in {"link_open", "image"}, text
        if token.type in {"html_block", "html_inline"}:
            assert not OURS.sub("", token.content).strip(), text
        if token.type == "text":
            assert not LINKED.search(token.content), text


@pytest.mark.parametrize("kind", KINDS)
def test_golden(
    kind: str, golden: Callable[[str, bytes], None], request: pytest.FixtureRequest
) -> None:
    golden(f"{kind}.md", render(request.getfixturevalue(f"{kind}_report")))


@pytest.mark.parametrize("kind", ["check", "diff", "clean"])
def test_comments_start_with_the_marker(kind: str, request: pytest.FixtureRequest) -> None:
    assert (
        render(request.getfixturevalue(f"{kind}_report")).decode().startswith("<!-- govern -->\n")
    )


def test_a_document_has_no_marker_and_each_section_a_heading(board_report: Report) -> None:
    text = render(board_report).decode()
    assert "<!-- govern" not in text
    headings = [
        token.content
        for before, token in _pairs(PARSER.parse(text))
        if before.type == "heading_open"
    ]
    assert headings == [
        "Model portfolio: board pack",
        "Exposure",
        "Cost against caps",
        "Lifecycle",
        "Findings",
    ]


def _pairs(tokens: list[Token]) -> Iterator[tuple[Token, Token]]:
    return pairwise(tokens)


def test_a_document_that_tells_its_findings_itself_does_not_list_them_again(
    board_report: Report,
) -> None:
    own = Section(id="findings", title="Findings and waivers", blocks=(Paragraph("Four."),))
    text = render(msgspec.structs.replace(board_report, sections=(own,))).decode()
    assert "GOV102" not in text


def test_a_diff_has_what_a_reviewer_must_see_above_one_fold(
    diff_report: Report,
) -> None:
    text = render(diff_report).decode()
    order = [
        text.index(part)
        for part in (
            "### govern: 1 safeguard loosened",
            "| Before | After | Limit |",
            "**Look at first**",
            "**Must approve:**",
            "<details>",
            "#### Changes",
            "#### New findings",
            "#### Exposure",
            "#### Resolved findings",
        )
    ]
    assert order == sorted(order)
    assert text.count("<details>") == 1, "everything else in one fold"
    assert "Value with an independent fallback | 91.0%" not in text, "it did not move"


def test_what_fails_the_gate_is_in_full_view(check_report: Report) -> None:
    text = render(check_report).decode()
    view = text[: text.index("<details>")]
    assert "GOV102" in view
    assert "GOV202" not in view
    strict = msgspec.structs.replace(
        check_report, verdict=judge_counts(check_report.findings, Severity.WARNING)
    )
    text = render(strict).decode()
    assert "GOV202" in text[: text.index("<details>")]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_content_stays_text_everywhere(
    hostile: str, check_report: Report, board_report: Report
) -> None:
    finding = Finding(
        rule="GOV001",
        name="syntax",
        severity=Severity.ERROR,
        message=hostile,
        location=Location(hostile),
        subject=hostile,
        remedy=f"{hostile}\n{hostile}",
        risk=hostile,
        policy=hostile,
        because=hostile,
    )
    part = Section(
        id="x", title=hostile, blocks=(Paragraph(hostile), Items((hostile,))), folded=True
    )
    for report in (check_report, board_report):
        spoilt = msgspec.structs.replace(
            report,
            title=hostile,
            organization=hostile,
            summary=hostile,
            findings=(finding,),
            sections=(part,),
        )
        _harmless(render(spoilt).decode())


@given(st.lists(ANY, min_size=3, max_size=3), ANY)
def test_tables_keep_their_shape(texts: list[str], title: str) -> None:
    columns = (Column(title), Column("b", numeric=True), Column("c"))
    row = (*(Cell(text) for text in texts[:2]), Cell("END"))
    text = block(Table(title="", columns=columns, rows=(row, row)))
    tokens = PARSER.parse(text)
    types = [token.type for token in tokens]
    assert [token.content for token in tokens if token.type == "inline"][5::3] == ["END", "END"]
    assert types.count("th_open") == 3
    assert types.count("td_open") == 6
    assert types[0] == "table_open"
    assert types[-1] == "table_close"
    _harmless(text)


@given(ANY)
def test_lists_and_paragraphs_keep_their_shape(text: str) -> None:
    told = block(Paragraph(text)) + block(Items((text,))) + "end\n"
    types = [token.type for token in PARSER.parse(told) if token.level == 0]
    opened = [kind for kind in types if kind.endswith("_open")]
    assert set(opened) <= {"paragraph_open", "bullet_list_open"}, told
    assert opened.count("bullet_list_open") == 1
    assert not set(types) - {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "bullet_list_open",
        "bullet_list_close",
    }
    _harmless(told)


@given(ANY)
def test_findings_stay_one_item(text: str) -> None:
    finding = Finding(
        rule="GOV001", name="syntax", severity=Severity.ERROR, message=text, location=Location(text or "a"),  # noqa: E501
        subject=text, remedy=f"x\n{text}", risk=text,
    )  # fmt: skip
    report = Report(
        kind="check", title="t", organization="o", as_of="2026-11-24", findings=(finding, finding),
        verdict=judge_counts((finding,), Severity.ERROR),
    )  # fmt: skip
    tokens = PARSER.parse(render(report).decode())
    assert sum(token.type == "list_item_open" and token.level == 1 for token in tokens) == 1
    _harmless(render(report).decode())


@given(st.text("abc `x", max_size=30))
@example("``````    a")
def test_words_survive(text: str) -> None:
    told = "".join(
        token.content for token in _leaves(paragraph(text)) if token.type in {"text", "code_inline"}
    )
    assert re.sub(r"[\s`]", "", told) == re.sub(r"[\s`]", "", text)


def test_code_between_backticks_is_code() -> None:
    tokens = [
        token for token in _leaves(inline("`a.b` may spend 5")) if token.type == "code_inline"
    ]
    assert [token.content for token in tokens] == ["a.b"]
    assert code("x") == "`x`"


class TestLimit:
    """A comment too long for its host is refused as a whole: better to leave out and say so."""

    def _many(self, report: Report, count: int, message: str = "m") -> Report:
        findings = tuple(
            msgspec.structs.replace(
                report.findings[0],
                message=f"{message} {number}",
                location=Location("a.yaml", number),
                remedy=f"Fix {number}.",
            )
            for number in range(1, count + 1)
        )
        return msgspec.structs.replace(
            report, findings=findings, verdict=judge_counts(findings, Severity.ERROR)
        )

    def test_what_fits_is_whole(self, check_report: Report) -> None:
        text = render(self._many(check_report, 100)).decode()
        assert text.count("**error**") == 100
        assert "Left out" not in text

    def test_the_rest_is_counted(self, check_report: Report) -> None:
        text = render(self._many(check_report, 1000)).decode()
        assert len(text) <= COMMENT_LIMIT
        shown = text.count("**error**")
        assert shown > 100
        assert f"Left out to stay within 65,400 characters: {1000 - shown} findings." in text
        assert "`govern check --format json` has everything." in text
        assert text.count("<details>") == text.count("</details>")
        assert "**Failed with 1,000 errors" in text

    def test_one_endless_finding_hides_no_other(self, check_report: Report) -> None:
        long = msgspec.structs.replace(check_report.findings[0], message="x" * 70_000)
        report = msgspec.structs.replace(check_report, findings=(long, *check_report.findings))
        text = render(report).decode()
        assert "GOV202" in text
        assert "Left out to stay within 65,400 characters: 1 finding." in text

    def test_sections_are_left_out_whole(self, diff_report: Report) -> None:
        part = Section(id="s", title="Long", blocks=(Paragraph("word " * 8000),))
        text = render(
            msgspec.structs.replace(diff_report, sections=(part, part, *diff_report.sections))
        ).decode()
        assert len(text) <= COMMENT_LIMIT
        assert text.count("#### Long") == 1
        assert "#### Changes" in text
        assert (
            "Left out to stay within 65,400 characters: 1 section. `govern diff --format json`"
            in text
        )

    def test_a_document_has_no_limit(self, board_report: Report) -> None:
        assert render(self._many(board_report, 1000)).decode().count("**error**") == 1000


def test_the_marker_tells_folders_of_any_script_apart():
    folders = [
        "",
        "ai/",
        "команда-а/",
        "команда-б/",
        "my ai/",
        "a--b/",
        "a-b/",
        "-->/",
        "数据/",
        "...",
    ]
    folders += ["x" * 400 + "/", "x" * 401 + "/", "\udcff/"]
    markers = [marker(folder) for folder in folders]
    assert len(set(markers)) == len(folders)
    for text in markers:
        inner = text.removeprefix("<!--").removesuffix("-->\n")
        assert text.isascii()
        assert len(text) < 400
        assert "--" not in inner
        assert ">" not in inner

"""The HTML page stands alone, escapes what it shows, and can be read by everyone."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files

import msgspec
import pytest

from multillm_gov.content import Bar, BarChart
from multillm_gov.look import Look
from multillm_gov.rendering.formats.html import render
from multillm_gov.report import Report, Section

VOID = {"meta", "br", "hr", "line", "circle", "polygon"}
DRAWN = {"svg", "title", "desc", "text", "line", "rect", "circle", "polygon"}
WRITTEN = {
    "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "footer", "figure",  # noqa: E501
    "figcaption",
    "h1", "h2", "h3", "p", "ul", "li", "a", "dl", "dt", "dd", "div", "span", "code", "details", "summary",  # noqa: E501
    "table", "caption", "thead", "tbody", "tr", "th", "td", "script",
}  # fmt: skip


class Page(HTMLParser):
    """Elements in order, with text; fails on unbalanced tags."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.headings: list[str] = []
        self._open: list[str] = []
        self.feed(data.decode())
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page(report: Report) -> Page:
    return Page(render(report))


def test_nothing_is_fetched_and_only_our_script_runs(report: Report) -> None:
    data = render(report).decode()
    (script,) = re.findall(r"<script>(.*?)</script>", data, re.DOTALL)
    assert script == (files("multillm_gov.rendering") / "templates" / "report.js").read_text()
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in data
    assert not re.search(r"innerHTML|eval|Function|document\.write|fetch|XMLHttp|import\(", script)
    for tag, attributes in Page(data.encode()).elements:
        assert tag in WRITTEN | DRAWN
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {"src", "srcset", "xlink:href", "style", "action"}
            assert name != "href" or (value or "").startswith("#")
    bare = re.sub(r"base64,[A-Za-z0-9+/=]+", "", data)
    outside = re.findall(r"(?:https?:)?//[^\s\"'<]+", bare)
    assert set(outside) <= {"http://www.w3.org/2000/svg"}, "a namespace is a name, not an address"
    assert "@import" not in data
    assert set(re.findall(r"url\(([^,)]{0,30})", data)) == {"data:font/woff2;base64"}
    assert "default-src 'none'" in data


def test_hostile_strings_are_text(hostile_report: Report, hostile: str) -> None:
    data = render(hostile_report)
    assert data.count(b"<script") == 1, "ours"
    page = Page(data)
    assert {tag for tag, _ in page.elements} <= WRITTEN | DRAWN
    assert hostile.replace("`", "") in page.text.replace("\u00a0", " ")
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name == "src" for name in attributes)


def test_control_characters_are_spelt_out(report: Report) -> None:
    data = render(
        msgspec.structs.replace(
            report, organization="a\x00\x1b[31m\u202eb\ud800", summary="\u2066c"
        )
    ).decode()
    assert r"a\x00\x1b[31m\u202eb\ud800" in data
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", data)


def test_is_semantic(page: Page) -> None:
    by_tag = dict(page.elements)
    assert by_tag["html"]["lang"] == "en"
    assert page.headings.count("h1") == 1
    for previous, heading in zip(page.headings, page.headings[1:], strict=False):
        assert int(heading[1]) <= int(previous[1]) + 1
    headers = [attributes for tag, attributes in page.elements if tag == "th"]
    assert headers
    assert all(attributes["scope"] in {"col", "row"} for attributes in headers)
    identifiers = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    links = {attributes["href"] for tag, attributes in page.elements if tag == "a"}
    assert links <= {f"#{identifier}" for identifier in identifiers}
    for tag, attributes in page.elements:
        for reference in (attributes.get("aria-labelledby") or "").split():
            assert reference in identifiers, tag


def test_each_chart_is_drawn_for_a_page_and_a_telephone(page: Page) -> None:
    drawn = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert [attributes["class"] for attributes in drawn] == ["wide", "narrow"] * 3
    assert all(attributes["role"] == "img" for attributes in drawn)


def test_status_is_never_said_by_color_alone(page: Page) -> None:
    assert "▲ Outside appetite" in page.text
    assert "△ Near the limit" in page.text


def test_empty_sections_and_tables_say_so(page: Page) -> None:
    assert "There is nothing to report here." in page.text
    assert "No waiver is in force." in page.text


@pytest.mark.parametrize("kind", ["check", "diff"])
def test_check_and_diff_show_their_findings(report: Report, kind: str) -> None:
    page = Page(
        render(
            msgspec.structs.replace(report, kind=kind, sections=(), resolved=report.findings[:1])
        )
    )
    assert "content-generation exceeds its cap" in page.text
    assert "Raise content-generation" in page.text
    assert "allocations/main.yaml:3:5 GOV401 monthly-cap" in page.text
    assert "Waived" in page.text
    assert "Resolved" in page.text


def test_folded_sections_can_be_opened(report: Report) -> None:
    folded = Section(id="a", title="More", blocks=(), folded=True)
    tags = [
        tag for tag, _ in Page(render(msgspec.structs.replace(report, sections=(folded,)))).elements
    ]
    assert tags.index("details") < tags.index("summary")


def test_same_report_same_bytes(report: Report) -> None:
    assert render(report) == render(report)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two colors."""

    def luminance(color: str) -> float:
        parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_stands_out_in_light_and_dark(mode: int) -> None:
    css = (files("multillm_gov.rendering") / "templates" / "report.css").read_text()
    block = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[mode]
    colors = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))
    grounds = [colors["ground"], colors["panel"]]
    texts = [
        colors[name] for name in ("ink", "muted", "accent", "good-text", "watch-text", "bad-text")
    ]
    pairs = [(ground, text) for ground in grounds for text in texts]
    pairs += [(colors[f"rank{n}"], colors[f"on-rank{n}"]) for n in range(6)] + [
        (colors["unknown"], colors["on-unknown"])
    ]
    assert min(contrast(*pair) for pair in pairs) >= 4.5
    marks = [colors[name] for name in ("good", "watch", "bad", "neutral")]
    assert min(contrast(colors["track"], mark) for mark in marks) >= 2, (
        "bars stand out from their track"
    )


def test_the_face_of_the_pdf_is_part_of_the_page_and_a_brand_cannot_end_its_name(
    report: Report,
) -> None:
    data = render(report).decode()
    for name in ("Inter-Regular", "Inter-SemiBold"):
        font = (files("multillm_gov.rendering") / "fonts" / f"{name}.woff2").read_bytes()
        assert font.startswith(b"wOF2")
        assert b64encode(font).decode() in data
    look = Look(typeface='Own"; } </style><script>x()</script>', fonts=(b"OTTO" + bytes(9),))
    branded = render(msgspec.structs.replace(report, look=look)).decode()
    assert branded.count("<script") == 1
    assert branded.count("</style>") == 1
    assert b64encode(b"OTTO" + bytes(9)).decode() in branded
    assert '--face: "Own' in branded
    large = msgspec.structs.replace(look, fonts=(b"OTTO" + bytes(300_000),))
    assert len(render(msgspec.structs.replace(report, look=large))) < len(data) + 2_000


def test_what_is_cut_in_a_drawing_is_there_as_a_tip(report: Report) -> None:
    name = "a-supplier-with-a-name-that-no-column-of-any-drawing-has-room-for-" + "x" * 40
    bars = BarChart(title="t", summary="s", bars=(Bar(label=name, value=1, text="1 USD"),))
    section = Section(id="a", title="A", blocks=(bars,))
    data = render(msgspec.structs.replace(report, sections=(section,))).decode()
    assert data.count(f"<title>{name}</title>") == 2, "of the wide and of the narrow drawing"
    assert f"<title>{name}: 1 USD</title>" in data

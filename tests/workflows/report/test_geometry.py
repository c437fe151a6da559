"""Pages by geometry: no two words meet, no heading stands alone, no page is half empty; in a
browser nothing meets, is clipped or breaks a rule of accessibility."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.rendering.formats.html import render as render_html
from multillm_gov.rendering.formats.pdf import render as render_pdf
from multillm_gov.report import Report
from multillm_gov.workflows.report import PackOptions, report

pdfplumber = pytest.importorskip("pdfplumber", reason="the dev extra is not installed")
pytest.importorskip("typst", reason="the pdf extra is not installed")
pytestmark = pytest.mark.pdf
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
AXE = next(
    (
        path
        for folder in (Path("/usr/lib/node_modules"), Path("/usr/local/lib/node_modules"))
        if (path := folder / "axe-core" / "axe.min.js").is_file()
    ),
    None,
)
TOP, BOTTOM = 68, 62
"""Points above and below the text of a page: running header and footer."""
LEAST_FILLED = 0.6


@pytest.fixture(scope="module")
def pack(hard: Path) -> Report:
    return report(PackOptions(), as_of=date(2026, 11, 30), root=hard)


@pytest.fixture(scope="module")
def pages(pack: Report) -> Iterator[list[Any]]:
    with pdfplumber.open(BytesIO(render_pdf(pack))) as pdf:
        yield pdf.pages


def words_that_meet(words: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of words whose boxes share more than the rim of their letters."""
    found = []
    words = sorted(words, key=lambda word: word["top"])
    for index, one in enumerate(words):
        for other in words[index + 1 :]:
            if other["top"] > one["bottom"] - 1:
                break
            across = min(one["x1"], other["x1"]) - max(one["x0"], other["x0"])
            down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            if across > 0.8 and down > 2.5:
                found.append((one["text"], other["text"]))
    return found


def test_no_two_words_meet_on_any_page(pages: list[Any]) -> None:
    for page in pages:
        words = page.extract_words(use_text_flow=True, x_tolerance=1.5)
        assert words
        assert words_that_meet(words) == [], page.page_number


def test_words_that_do_meet_are_seen() -> None:
    import typst

    source = '#set document(title: "x")\n#place(dx: 5mm)[claims]#place(dx: 9mm)[12,345]'
    with pdfplumber.open(BytesIO(typst.compile(source.encode()))) as pdf:
        words = pdf.pages[0].extract_words(use_text_flow=True, x_tolerance=1.5)
    assert words_that_meet(words)


def test_no_page_but_the_last_is_less_than_two_thirds_filled(pages: list[Any]) -> None:
    for page in pages[1:-1]:
        last = max(
            word["bottom"]
            for word in page.extract_words()
            if word["bottom"] < page.height - BOTTOM + 6
        )
        assert (last - TOP) / (page.height - TOP - BOTTOM) >= LEAST_FILLED, page.page_number


def test_no_heading_ends_a_page(pages: list[Any]) -> None:
    for page in pages[1:]:
        lines = page.extract_text_lines(return_chars=True)
        body = [line for line in lines if line["bottom"] < page.height - BOTTOM + 6]
        sizes = {round(char["size"], 1) for char in body[-1]["chars"]}
        bold = all("SemiBold" in char["fontname"] for char in body[-1]["chars"])
        assert not (bold and max(sizes) >= 9.9), (page.page_number, body[-1]["text"])


def test_no_page_shows_a_box_for_a_letter(pages: list[Any]) -> None:
    assert all("□" not in page.extract_text() for page in pages)


MEASURE = """
const meet = [], clipped = [];
const inside = document;
const boxes = [];
const walker = inside.createTreeWalker(inside.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode, holder = node.parentElement;
  if (!node.data.trim() || !holder.checkVisibility || !holder.checkVisibility()) continue;
  if (holder.closest("title, desc, style, script, thead")) continue;
  const range = inside.createRange();
  range.selectNodeContents(node);
  for (const box of range.getClientRects())
    if (box.width > 1 && box.height > 1)
      boxes.push([box.left, box.top, box.right, box.bottom, node.data.trim().slice(0, 30)]);
}
boxes.sort((a, b) => a[1] - b[1]);
for (let i = 0; i < boxes.length; i++)
  for (let j = i + 1; j < boxes.length && boxes[j][1] < boxes[i][3] - 1; j++) {
    const [a, b] = [boxes[i], boxes[j]];
    const across = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
    const down = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
    if (across > 1.5 && down > 6) meet.push(`${a[4]} | ${b[4]}`);
  }
const root = inside.documentElement;
return {meet, count: boxes.length, overflow: root.scrollWidth - root.clientWidth};
"""
FRAME = """<!DOCTYPE html><html><body style="margin:0">
<iframe style="border:0;width:{width}px;height:900px" srcdoc="{page}"></iframe>
<pre id="out"></pre><script>
document.querySelector("iframe").onload = event => {{
  const document_ = event.target.contentDocument;
  const result = new Function("document", "NodeFilter", {program})(document_, NodeFilter);
  document.querySelector("#out").textContent = JSON.stringify(result);
}};
</script></body></html>"""
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--window-size=1500,900"),
)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


def browse(file: Path, *options: str) -> str:
    done = subprocess.run(
        [CHROMIUM, *OPTIONS, f"--user-data-dir={file.parent / 'profile'}", *options, file.as_uri()],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return done.stdout.decode()


def page_of(pack: Report) -> str:
    return re.sub(r"<meta http-equiv[^>]*>", "", render_html(pack).decode())


@pytest.mark.browser
@needs_browser
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_two_texts_meet_in_a_browser(width: int, pack: Report, tmp_path: Path) -> None:
    file = tmp_path / "frame.html"
    page, program = escape(page_of(pack)), json.dumps(MEASURE)
    file.write_text(FRAME.format(width=width, page=page, program=program), encoding="utf-8")
    found = re.search(r'<pre id="out">(.*?)</pre>', browse(file, "--dump-dom"), re.DOTALL)
    assert found is not None
    seen = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert seen["count"] > 50
    assert seen["meet"] == []
    assert seen["overflow"] == 0


@pytest.mark.browser
@needs_browser
def test_printed_html_is_not_clipped(pack: Report, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page_of(pack), encoding="utf-8")
    browse(file, "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'page.pdf'}")
    with pdfplumber.open(tmp_path / "page.pdf") as pdf:
        text = " ".join(page.extract_text() for page in pdf.pages)
        for page in pdf.pages:
            for word in page.extract_words():
                assert word["x0"] >= 20, word["text"]
                assert word["x1"] <= page.width - 20, word["text"]
    for section in pack.sections:
        assert section.title in text, "folded sections are printed, too"


@pytest.mark.browser
@needs_browser
@pytest.mark.skipif(AXE is None, reason="axe-core is not installed (npm install --global axe-core)")
def test_axe_finds_no_violation(pack: Report, tmp_path: Path) -> None:
    """All of its rules, those of best practice included."""
    file = tmp_path / "axe.html"
    assert AXE is not None
    script = (
        f"<script>{AXE.read_text(encoding='utf-8')}</script><script>addEventListener('load', () =>"
        "axe.run(document).then(found => { const out = document.createElement('pre'); "
        "out.id = 'out';"
        "out.textContent = JSON.stringify(found.violations.map(v => [v.id, v.nodes.length, "
        "v.nodes[0].html.slice(0, 200)])); document.body.append(out); }))</script>"
    )
    file.write_text(page_of(pack).replace("</body>", f"{script}</body>"), encoding="utf-8")
    dumped = browse(file, "--virtual-time-budget=20000", "--dump-dom")
    found = re.search(r'<pre id="out">(.*?)</pre>', dumped, re.DOTALL)
    assert found is not None
    assert json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">")) == []

"""A folder of pages that link to each other: names, links, and a search that needs no server."""

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from msgspec import Struct, json

from multillm_gov.content import Chart, Items, Paragraph, Table
from multillm_gov.rendering.formats.html import render
from multillm_gov.rendering.pages.layout import plain
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.report import Report

_NOT_A_NAME = re.compile(r"[^A-Za-z0-9._-]+|\.\.+")
_MOST_TEXT = 20_000
"""Characters of a page that the search looks through."""
SEARCH = "search.html"
INDEX = "index.html"
_GROUPS = (("Packs of past quarters", "packs/"), ("Task classes", "tasks/"), ("Rules", "rules/"))
_STYLE = (
    "body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; "
    "font: 16px/1.5 system-ui, sans-serif; } nav ul { display: flex; flex-wrap: wrap; gap: 1rem; "
    "padding: 0; list-style: none; } input { font: inherit; width: 100%; padding: .4rem; }"
)
_SCRIPT = """\
const pages = JSON.parse(document.getElementById("pages").textContent);
const field = document.getElementById("words"), list = document.getElementById("found");
const count = document.getElementById("count");
function search() {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  list.replaceChildren();
  const found = words.length ? pages.filter(p => words.every(w => p[2].includes(w))) : pages;
  count.textContent = `${found.length} of ${pages.length} pages`;
  for (const [title, address] of found.slice(0, 200)) {
    const item = document.createElement("li"), link = document.createElement("a");
    link.textContent = title;
    link.href = address;
    item.append(link);
    list.append(item);
  }
}
field.addEventListener("input", search);
field.value = decodeURIComponent(location.hash.slice(1));
search();
"""


class Page(Struct, frozen=True, kw_only=True):
    """One page: where it lies below the site's folder, what it says, and a picture."""

    path: str
    report: Report
    picture: bytes = b""
    """An SVG."""
    described: str = ""
    """What the picture shows."""


def page_name(name: str) -> str:
    """A file's name for any name: readable, unlike every other, safe on every host."""
    clean = _NOT_A_NAME.sub("-", name).strip("-.")[:60] or "page"
    mark = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return clean if clean == name else f"{clean}-{mark}"


def render_site(pages: Sequence[Page], menu: Sequence[tuple[str, str]]) -> dict[str, bytes]:
    """Every file by its path below the folder; the same pages give the same bytes.

    Args:
        pages: All of them; the search finds each by its title, names and texts.
        menu: Title and path of the pages that every page links to.
    """
    files = {}
    for page in pages:
        up = "../" * page.path.count("/")
        links = [(title, up + path) for title, path in (*menu, ("Search", SEARCH))]
        picture = b64encode(page.picture).decode()
        files[page.path] = render(
            page.report,
            links=tuple(links),
            groups=_groups(pages) if page.path == INDEX else (),
            picture=picture,
            described=page.described,
        )
    files[SEARCH] = _search_page(pages, menu)
    return files


def _groups(pages: Sequence[Page]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """What the index lists: pages by the folder they lie in."""
    result = (
        (title, tuple((_title(page), page.path) for page in pages if page.path.startswith(folder)))
        for title, folder in _GROUPS
    )
    return tuple((title, listed) for title, listed in result if listed)


def _title(page: Page) -> str:
    """Packs are told apart by their day."""
    day = f", {page.report.as_of}" if page.report.kind == "board" else ""
    return visible(page.report.title) + day


def _search_page(pages: Sequence[Page], menu: Sequence[tuple[str, str]]) -> bytes:
    from markupsafe import escape

    index = [(_title(page), page.path, _words(page.report)) for page in pages]
    data = json.encode(index).decode().replace("<", "\\u003c").replace("&", "\\u0026")
    digest = b64encode(sha256(_SCRIPT.encode()).digest()).decode()
    links = "".join(f'<li><a href="{escape(path)}">{escape(name)}</a></li>' for name, path in menu)
    listed = "".join(
        f'<li><a href="{escape(path)}">{escape(title)}</a></li>' for title, path, _ in index
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'unsafe-inline'; script-src 'sha256-{digest}'\">\n"
        f"<title>Search</title>\n<style>{_STYLE}</style>\n"
        f'</head>\n<body>\n<header><nav aria-label="Pages"><ul>{links}</ul></nav></header>\n'
        '<main>\n<h1>Search</h1>\n<label for="words">Words that a page must have</label>\n'
        '<input id="words" type="search" autocomplete="off">\n<p id="count" role="status"></p>\n'
        f'<ul id="found">{listed}</ul>\n</main>\n'
        f'<script type="application/json" id="pages">{data}</script>\n'
        f"<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    ).encode()


def _words(report: Report) -> str:
    """What a page says, in small letters."""
    texts = [report.title, report.summary, *(metric.label for metric in report.headline)]
    for section in report.sections:
        texts.append(section.title)
        for block in section.blocks:
            if isinstance(block, Paragraph):
                texts.append(block.text)
            elif isinstance(block, Items):
                texts.extend(block.items)
            elif isinstance(block, Table):
                texts += [block.title, *(cell.text for row in block.rows for cell in row)]
            elif isinstance(block, Chart):
                texts += [block.title, block.summary]
    return visible(plain(" ".join(texts)))[:_MOST_TEXT].lower()

"""The report as one HTML file: nothing fetched, charts for pages and phones.

Its one script is named by its digest in the page's policy, so that no other can run; without it
everything is there to read.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from multillm_gov.content import Block, Cell, Chart, Column, Items, Paragraph, Table
from multillm_gov.languages.language import find_language
from multillm_gov.look import Look
from multillm_gov.rendering.charts.drawing import NARROW, WIDE, draw
from multillm_gov.rendering.charts.theme import MARKS, SCREEN
from multillm_gov.rendering.pages.layout import code_runs, facts, headline_table, sections
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.wording import draft_sentence
from multillm_gov.report import Report

ENDINGS = (".htm",)
_LONG_WORD = 30
"""Characters from which a word may be broken anywhere."""
_MOST_FONT = 256 * 1024
"""Bytes of a brand's font that a page carries; a larger one is named only."""
_SHORT_CELL = 18
"""Characters up to which a cell keeps to one line."""

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment
    from markupsafe import Markup


def render(
    report: Report,
    *,
    links: tuple[tuple[str, str], ...] = (),
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (),
    picture: str = "",
    described: str = "",
) -> bytes:
    """The page in UTF-8; every string is escaped where it is printed.

    Args:
        report: What is rendered.
        links: Of a site: title and address of its other pages.
        groups: Of a site's index: headings, each with title and address of pages.
        picture: An SVG in base64, shown before the sections; as an image it can run nothing.
        described: What the picture shows, for those who do not see it.
    """
    environment = _environment()
    language = find_language(report.language)
    page = environment.get_template("report.html.j2").render(
        report=report,
        **_machinery(environment, report.look),
        language=language,
        facts=facts(report),
        draft=draft_sentence(report),
        links=links,
        groups=groups,
        picture=picture,
        described=described,
        accent=report.look.color,
        logo=_logo(report.look),
        say=language.say,
        headline=headline_table(report),
        sections=sections(report),
        marks=MARKS,
        code_runs=code_runs,
        classes=_classes,
        kind_of=_kind,
        drawing=_drawing,
    )
    return page.lstrip().encode()


def _machinery(environment: "SandboxedEnvironment", look: Look) -> dict[str, str]:
    """Style, typefaces and script of a page, and the digest that its policy names."""
    from markupsafe import Markup

    source = environment.loader
    css, script = (
        source.get_source(environment, name)[0] if source else ""
        for name in ("report.css", "report.js")
    )
    return {
        "css": Markup(css),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "digest": b64encode(sha256(script.encode()).digest()).decode(),
        "faces": Markup(_faces(look)),  # noqa: S704 - our own fonts, and a quoted name
    }


def _faces(look: Look) -> str:
    """The typeface of the PDF as part of the page: ours, and the brand's where it is small."""
    rules = [
        _face("Inter", weight, _shipped(name), "woff2")
        for name, weight in (("Inter-Regular", 400), ("Inter-SemiBold", 600))
    ]
    if look.typeface:
        rules += [
            _face(look.typeface, 400, b64encode(data).decode(), "opentype")
            for data in look.fonts
            if len(data) <= _MOST_FONT
        ]
        rules.append(f":root {{ --face: {_quoted(look.typeface)}, Inter; }}")
    return "\n".join(rules)


@cache
def _shipped(name: str) -> str:
    from importlib.resources import files

    return b64encode(
        (files("multillm_gov.rendering") / "fonts" / f"{name}.woff2").read_bytes()
    ).decode()


def _face(name: str, weight: int, data: str, kind: str) -> str:
    source = f"url(data:font/{kind};base64,{data})"
    return f"@font-face {{ font-family: {_quoted(name)}; font-weight: {weight}; src: {source}; }}"


def _quoted(name: str) -> str:
    """A name as a string of CSS that nothing in it can end."""
    return '"' + "".join(c if c.isalnum() or c in " -_" else f"\\{ord(c):x} " for c in name) + '"'


def _logo(look: Look) -> str:
    """The picture as an address that holds it; as an image, not even an SVG can run a script."""
    if not look.logo:
        return ""
    kind = {"png": "png", "jpg": "jpeg", "svg": "svg+xml"}[look.logo_kind]
    return f"data:image/{kind};base64,{b64encode(look.logo).decode()}"


def _environment() -> "SandboxedEnvironment":
    from jinja2 import PackageLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=PackageLoader("multillm_gov.rendering", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        keep_trailing_newline=True,
    )


def _shown(value: object) -> object:
    """What could hide or reorder text is spelt out; markup is ours and stays."""
    return visible(value) if type(value) is str else value


def _classes(cell: Cell, column: Column) -> str:
    """How the cell may wrap, and what its text color says again."""
    longest = max(map(len, cell.text.split()), default=0)
    wrap = (
        "breaks"
        if longest > _LONG_WORD
        else "short"
        if len(cell.text) <= _SHORT_CELL or column.numeric
        else ""
    )
    names = (wrap, "numeric" if column.numeric else "", "strong" if cell.strong else "")
    return " ".join([name for name in names if name] + [cell.status])


def _kind(block: Block) -> str:
    if isinstance(block, Table):
        return "table"
    if isinstance(block, Paragraph):
        return "paragraph"
    return "items" if isinstance(block, Items) else "chart"


def _drawing(chart: Chart, key: str, size: str) -> "Markup":
    from markupsafe import Markup

    drawn = draw(chart, width=WIDE if size == "wide" else NARROW, key=f"{key}-{size}", theme=SCREEN)
    return Markup(drawn.replace("<svg ", f'<svg class="{size}" ', 1))  # noqa: S704 - escaped by the drawing itself

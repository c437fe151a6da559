"""The few SVG elements the charts are made of: escaped, rounded, attributes in a fixed order."""

from html import escape

from multillm_gov.content import Chart
from multillm_gov.rendering.charts.theme import Theme
from multillm_gov.rendering.plain.escaping import visible

Point = tuple[float, float]
_NARROW = frozenset("iljI.,:;'|!")
_SLIM = frozenset('frt()[]{}/\\ -"*')
_WIDE = frozenset("mwMW@%—…→")
SIZE = 12.0
"""Text size of every label, in the drawing's own units."""


def coordinate(value: float) -> str:
    """At most one decimal, so that the bytes do not depend on rounding noise."""
    spelt = f"{value:.1f}".removesuffix(".0")
    return "0" if spelt == "-0" else spelt


def text_width(text: str, size: float = SIZE) -> float:
    """An upper estimate of a line's width in any common sans-serif font."""
    return size * sum(_advance(char) for char in text)


def _advance(char: str) -> float:
    if char in _NARROW:
        return 0.34
    if char in _SLIM:
        return 0.45
    if char in _WIDE or ord(char) > 0x2E7F:
        return 1.02
    return 0.74 if char.isupper() else 0.65


def clip(text: str, width: float, size: float = SIZE) -> str:
    """The text, or as much of it as fits with an ellipsis at its end."""
    if text_width(text, size) <= width:
        return text
    room = width - text_width("…", size)
    kept = 0
    for char in text:
        room -= size * _advance(char)
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "…"


def shorten(text: str, width: float, size: float = SIZE) -> str:
    """A name, or its beginning and end with an ellipsis between: names alike differ at the end."""
    if text_width(text, size) <= width:
        return text
    room = width - text_width("…", size)
    tail = _fitting(text[::-1], 0.4 * room, size)
    head = clip(text, width - sum(size * _advance(char) for char in text[len(text) - tail :]), size)
    return head + text[len(text) - tail :].lstrip()


def _fitting(text: str, room: float, size: float) -> int:
    """How many first characters fit."""
    for count, char in enumerate(text):
        room -= size * _advance(char)
        if room < 0:
            return count
    return len(text)


def element(name: str, content: str = "", **attributes: str | float) -> str:
    """One element; ``_`` in attribute names stands for ``-``; ``content`` is escaped markup."""
    opening = name + "".join(
        f' {key.replace("_", "-")}="{_attribute(value)}"' for key, value in attributes.items()
    )
    return f"<{opening}>{content}</{name}>" if content else f"<{opening}/>"


def _attribute(value: str | float) -> str:
    return escape(value if isinstance(value, str) else coordinate(value))


def label(
    at: Point, text: str, fill: str, *, anchor: str = "start", strong: bool = False, tip: str = ""
) -> str:
    """A line of text; ``at`` lies on its baseline; ``tip`` is the whole of what was cut."""
    weight = {"font_weight": "600"} if strong else {}
    content = escape(text) + (_tip(tip) if tip != text else "")
    return element("text", content, x=at[0], y=at[1], fill=fill, text_anchor=anchor, **weight)


def _tip(text: str) -> str:
    """What a browser shows where the pointer rests."""
    return element("title", escape(text)) if text else ""


def line(start: Point, end: Point, stroke: str, *, width: float = 1, dashes: str = "") -> str:
    """A straight line."""
    style = {"stroke_dasharray": dashes} if dashes else {}
    (x1, y1), (x2, y2) = start, end
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, **style)


def box(corner: Point, width: float, height: float, fill: str, *, tip: str = "") -> str:
    """A filled rectangle, from its upper left corner; ``tip`` says what it stands for."""
    x, y = corner
    width = max(width, 0.0)
    return element("rect", _tip(tip), x=x, y=y, width=width, height=height, fill=fill)


def frame(parts: list[str], size: Point, chart: Chart, *, key: str, theme: Theme) -> str:
    """The whole drawing, named and described for those who do not see it."""
    named = element("title", escape(visible(chart.title)) or " ", id=f"{key}-title")
    described = element("desc", escape(visible(chart.summary)) or " ", id=f"{key}-desc")
    return element(
        "svg",
        "\n".join([named, described, *parts]),
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        viewBox=f"0 0 {coordinate(size[0])} {coordinate(size[1])}",
        width=size[0],
        height=size[1],
        font_family=theme.font,
        font_size=SIZE,
    )

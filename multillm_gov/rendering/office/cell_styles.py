"""How cells of a workbook look, and the names of its sheets and columns."""

import re
from typing import Any

from multillm_gov.content import Status
from multillm_gov.rendering.charts.theme import PRINT
from multillm_gov.rendering.pages.layout import plain
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.figures import Figure

_REFUSED = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31


def sheet_names(titles: list[str]) -> list[str]:
    """Names that a workbook takes: unlike each other, short, without the signs it refuses."""
    names: list[str] = []
    taken = {"history"}  # reserved
    for title in titles:
        clean = _REFUSED.sub(" ", visible(plain(title))).strip(" '")[:_LONGEST_NAME].rstrip(" '")
        name, number = clean or "Sheet", 2
        while name.lower() in taken:
            name, number = f"{clean[: _LONGEST_NAME - 5]} ({number})".strip(), number + 1
        taken.add(name.lower())
        names.append(name)
    return names


_STYLES: dict[str, dict[str, Any]] = {
    "line": {},
    "text": {"valign": "top", "text_wrap": True},
    "draft": {"bold": True, "font_color": PRINT.status["bad"]},
    "muted": {"font_color": PRINT.muted},
    "title": {"bold": True},
    "strong": {"bold": True, "valign": "top", "text_wrap": True},
    "heading": {"bold": True, "font_size": 16, "font_color": "#1d4468"},
    "head": {"bold": True, "bottom": 1, "font_color": PRINT.muted},
    "number head": {"bold": True, "bottom": 1, "font_color": PRINT.muted, "align": "right"},
}


def cell_properties(style: str, status: Status, *, strong: bool) -> dict[str, Any]:
    """Properties of a format, by the name of a style or by a number format."""
    properties: dict[str, Any] = {"font_name": "Calibri", "font_size": 10}
    properties |= _STYLES.get(style) or {"num_format": style, "valign": "top"}
    if status != "neutral":
        properties["bg_color"] = PRINT.grounds[status]
    return properties | ({"bold": True, "top": 1} if strong else {})


def number_style(figure: Figure) -> str:
    """The number format that shows a figure as it was shown."""
    digits = f".{'0' * figure.decimals}" if figure.decimals else ""
    style = f"0{digits}%" if figure.is_share else f"#,##0{digits}"
    return f"+{style};−{style};{style}" if figure.is_signed else style


def column_letters(index: int) -> str:
    """The column's name: ``A`` to ``Z``, then ``AA``."""
    left, right = divmod(index, 26)
    return (column_letters(left - 1) if left else "") + chr(ord("A") + right)

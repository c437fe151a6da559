"""A report as the plain data that the PDF template reads."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from multillm_gov.content import Block, Cell, HeatMap, Items, Paragraph, Table
from multillm_gov.languages.language import find_language
from multillm_gov.rendering.charts.drawing import WIDE, draw
from multillm_gov.rendering.charts.heat import bands
from multillm_gov.rendering.charts.theme import ACCENT, MARKS, PRINT
from multillm_gov.rendering.pages.layout import code_runs, facts, headline_table, sections
from multillm_gov.rendering.pages.scripts import displayable
from multillm_gov.rendering.plain.width import crop
from multillm_gov.rendering.plain.wording import draft_sentence, short_revision
from multillm_gov.report import Report

_BREAK = "\u200b"
_LONG = re.compile(r"\S{16,}")
_SEAMS = re.compile(r"[/_.:@=,-]+(?=.)")
_PLAIN = re.compile(r"[^/_.:@=,\-\u200b]{16,}")
_KEPT = 4
"""Letters at either end of a long word between which it is not broken."""
_ROOM = 60
"""Characters of the organization's name that fit the running header."""

Clean = Callable[[str], str]


def document_of(report: Report) -> dict[str, Any]:
    """Strings made visible and breakable, charts drawn."""
    clean: Clean = displayable
    pairs, say = facts(report), find_language(report.language).say
    day = date.fromisoformat(report.as_of) if report.edition else report.as_of
    return {
        "cover": report.kind == "board",
        "title": clean(report.title),
        "organization": breakable(clean(report.organization)),
        "running": clean(crop(report.organization, _ROOM)),
        "date": [int(part) for part in report.as_of.split("-")],
        "foot": clean(" · ".join([say("page.as-of", day=day), *_revision(report)])),
        "labels": {
            "contents": say("page.contents"),
            "summary": report.sections[0].title if report.edition else say("page.summary"),
            "page": say("page.number", page="\0", pages="\0").split("\0"),
            "nothing": say("page.nothing"),
        },
        "language": report.language,
        "edition": report.edition,
        "command": clean(report.command),
        "draft": clean(draft_sentence(report)),
        "summary": _runs(report.summary, clean),
        "facts": [[label, _runs(value, clean)] for label, value in pairs],
        "headline": {"rows": []} if report.edition else _table(headline_table(report), clean),
        "sections": _sections(report, clean),
        "paper": report.look.paper,
        "color": report.look.color or ACCENT,
        "logo": f"/logo.{report.look.logo_kind}" if report.look.logo else "",
        "typeface": report.look.typeface,
    }


def breakable(text: str) -> str:
    """The text with break opportunities inside its long words."""
    return _LONG.sub(_with_breaks, text)


def _with_breaks(word: re.Match[str]) -> str:
    """After separators; where none is near, anywhere but next to the ends."""
    seamed = _SEAMS.sub(lambda seam: seam[0] + _BREAK, word[0])
    return _PLAIN.sub(
        lambda part: (
            part[0][:_KEPT] + _BREAK.join(["", *part[0][_KEPT:-_KEPT], ""]) + part[0][-_KEPT:]
        ),
        seamed,
    )


def _revision(report: Report) -> list[str]:
    say = find_language(report.language).say
    revision = short_revision(report.revision)
    return [say("page.revision", revision=revision)] if revision else []


def _plain(text: str, clean: Clean) -> str:
    return breakable(clean(text.replace("`", "")))


def _runs(text: str, clean: Clean) -> list[tuple[str, bool]]:
    return [(breakable(clean(part)), code) for part, code in code_runs(text)]


def _parted(block: Block) -> tuple[Block, ...]:
    return bands(block, WIDE) if isinstance(block, HeatMap) else (block,)


def _block(block: Block, key: str, clean: Clean) -> dict[str, Any]:
    if isinstance(block, Table):
        return {"kind": "table", **_table(block, clean)}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": _runs(block.text, clean), "status": block.status}
    if isinstance(block, Items):
        return {"kind": "items", "items": [_runs(item, clean) for item in block.items]}
    drawn = draw(block, width=WIDE, key=key, theme=PRINT)
    return {
        "kind": "chart",
        "title": _plain(block.title, clean),
        "summary": clean(block.summary),
        "svg": clean(drawn.replace("\n", "")),
    }


def _table(table: Table, clean: Clean) -> dict[str, Any]:
    return {
        "title": _plain(table.title, clean),
        "empty": _runs(table.empty, clean),
        "columns": [
            {"title": clean(column.title), "numeric": column.numeric} for column in table.columns
        ],
        "widths": _widths(table),
        "whole": sum(_lines(row) for row in table.rows) <= _MOST_LINES,
        "rows": [
            [
                _cell(cell, clean, numeric=column.numeric)
                for cell, column in zip(row, table.columns, strict=True)
            ]
            for row in table.rows
        ],
    }


def _cell(cell: Cell, clean: Clean, *, numeric: bool) -> dict[str, Any]:
    text = MARKS[cell.status] + cell.text
    runs = _runs(text, clean)
    if numeric and len(text) <= _MOST_NUMBER:
        runs = [(part.replace(" ", "\u00a0"), code) for part, code in runs]
    return {
        "text": runs,
        "status": cell.status,
        "strong": cell.strong,
        "whole": len(text) <= _MOST_WHOLE,
    }


_MOST_NUMBER = 24
_MOST_WHOLE = 900
"""Characters of a cell that is not broken across pages."""
_MOST_SHORT = 24
_MOST_LINES = 14
"""Lines of a table that is not broken across pages."""
_PAGE_WIDE = 92
_LEAST_WIDE = 13
"""Characters that fit a line of a table, and that each column of running text keeps at least."""


def _widths(table: Table) -> list[float]:
    """0 for a column as wide as its content, else its part of what remains."""
    lengths = [
        sorted(len(row[index].text) + len(MARKS[row[index].status]) for row in table.rows)
        for index in range(len(table.columns))
    ]
    longest = [
        max([*of_cells, len(column.title)])
        for of_cells, column in zip(lengths, table.columns, strict=True)
    ]
    fixed: set[int] = set()
    used = 0
    for index in sorted(
        range(len(longest)), key=lambda n: (not table.columns[n].numeric, longest[n], n)
    ):
        numeric = table.columns[index].numeric
        rest = _LEAST_WIDE * (len(longest) - len(fixed) - 1)
        fits = longest[index] <= _MOST_SHORT and used + longest[index] + rest <= _PAGE_WIDE
        if fits or (numeric and longest[index] <= _MOST_NUMBER):
            fixed.add(index)
            used += longest[index]
    if len(fixed) == len(longest):
        fixed.discard(0)
    return [0.0 if n in fixed else _weight(lengths[n]) for n in range(len(longest))]


def _lines(row: tuple[Cell, ...]) -> int:
    """About how many lines the row takes."""
    return 1 + max((len(cell.text) for cell in row), default=0) // 26


def _weight(lengths: list[int]) -> float:
    typical = (lengths[len(lengths) * 3 // 4] + lengths[-1]) / 2 if lengths else 0
    return round(float(min(max(typical, 14), 70) ** 0.7), 2)


def _sections(report: Report, clean: Clean) -> list[dict[str, Any]]:
    return [
        {
            "title": _plain(section.title, clean),
            "blocks": [
                _block(part, f"chart-{number}-{index}-{place}", clean)
                for index, block in enumerate(section.blocks)
                for place, part in enumerate(_parted(block))
            ],
        }
        for number, section in enumerate(sections(report))
    ]

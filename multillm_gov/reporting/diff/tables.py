"""Changes as rows of tables: who, what, before, after, and the effect where there is one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from multillm_gov.changes.change import Change, Kind, SharePoint
from multillm_gov.content import Cell, Column, Table
from multillm_gov.dimensions import Level
from multillm_gov.documents.document import Document, locate
from multillm_gov.units import format_money, signed
from multillm_gov.words import count_of

MOST_ROWS = 25
"""Rows of a table for people; the JSON of a diff lists every change."""
LONGEST = 160
"""Characters of a value that a table repeats."""
_VERBS = {
    Kind.TASK_CLASS_ADDED: "added",
    Kind.TASK_CLASS_REMOVED: "removed",
    Kind.TASK_CLASS_RENAMED: "renamed",
    Kind.POLICY_ADDED: "added",
    Kind.POLICY_REMOVED: "removed",
    Kind.POLICY_RENAMED: "renamed",
    Kind.WAIVER_ADDED: "granted",
    Kind.WAIVER_REMOVED: "withdrawn",
    Kind.APPROVAL_GIVEN: "given",
    Kind.APPROVAL_WITHDRAWN: "withdrawn",
    Kind.FALLBACK_ADDED: "added",
    Kind.FALLBACK_REMOVED: "removed",
}

Row = tuple[str, ...]
Places = tuple[Mapping[str, Document], Mapping[str, Document]]
"""Documents of both states, for lines."""


def change_table(
    title: str,
    changes: Sequence[Change],
    currency: str,
    places: Places | None = None,
    noun: str = "change",
) -> Table:
    """One row per change, without empty columns; with ``places`` it ends with file and line."""
    columns: list[tuple[Column, Callable[[Change], str]]] = [
        (Column("Subject"), lambda change: change.subject),
        (Column("Change"), what),
        (Column("Before"), lambda change: shorten(change.before)),
        (Column("After"), lambda change: shorten(change.after)),
        (
            Column(f"{currency} a month", numeric=True),
            lambda change: (
                signed_amount(change.spend_effect, currency) if change.spend_effect else ""
            ),
        ),
        (Column("Share of spend"), lambda change: _format_points(change.exposure)),
        (Column("Note"), lambda change: shorten(change.note)),
    ]
    if places is not None:
        columns.append((Column("Where"), lambda change: where(change, places)))
    shown = changes[:MOST_ROWS]
    texts = [[read(change) for _, read in columns] for change in shown]
    kept = [index for index in range(len(columns)) if any(row[index] for row in texts)]
    rows = [tuple(row[index] for index in kept) for row in texts]
    return table(title, tuple(columns[index][0] for index in kept), rows, len(changes), noun)


def table(
    title: str, columns: tuple[Column, ...], rows: Iterable[Row], total: int, noun: str
) -> Table:
    """A table whose last row counts those of ``total`` not shown; first cells are strong."""
    shown = list(rows)[:MOST_ROWS]
    cells = [tuple(Cell(text, strong=not index) for index, text in enumerate(row)) for row in shown]
    if total > len(shown):
        rest = (
            Cell(f"… and {count_of(total - len(shown), f'more {noun}')}"),
            *(Cell("") for _ in columns[1:]),
        )
        cells.append(rest)
    return Table(title=title, columns=columns, rows=tuple(cells))


def what(change: Change) -> str:
    """``monthly spend cap``, ``fallback removed``, ``waiver granted``."""
    verb = _VERBS.get(change.kind)
    if verb == "renamed":
        return verb
    return f"{change.label} {verb}" if verb else change.label


def where(change: Change, places: Places) -> str:
    """File and line after the change; of the base where nothing is left."""
    if change.place_after is not None:
        location = locate(change.place_after, dict(places[1]))
        return f"{location.path}:{location.line}"
    if change.place_before is None:
        return ""
    location = locate(change.place_before, dict(places[0]))
    return f"{location.path}:{location.line} of the base"


def shorten(text: str) -> str:
    """At most `LONGEST` characters."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def signed_amount(amount: Decimal, currency: str) -> str:
    """``+384``, ``−96``: a change of money, without the currency that the column names."""
    return signed(format_money(amount, currency).removesuffix(f" {currency}"))


def _format_points(points: Iterable[SharePoint]) -> str:
    """``alpha +3.1, beta −3.1 points``; a provider only where it differs from its vendor."""
    listed = list(points)
    vendors = {
        (point.entity, round(point.points, 3)) for point in listed if point.level is Level.VENDOR
    }
    words = []
    for point in listed:
        if point.level is Level.VENDOR:
            words.append(f"{point.entity} {signed(f'{point.points * 100:.1f}')}")
        elif (point.entity, round(point.points, 3)) not in vendors:
            change = signed(f"{point.points * 100:.1f}")
            words.append(f"{point.entity} ({point.level.value}) {change}")
    return f"{', '.join(words)} points" if words else ""

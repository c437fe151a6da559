"""Changes as rows of tables: who, what, before, after, and the effect where there is one."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from multillm_gov.changes.change import Change
from multillm_gov.content import Cell, Column, Table
from multillm_gov.documents.document import Document, locate
from multillm_gov.reporting.diff.wording import format_points, shorten, signed_amount
from multillm_gov.reporting.diff.wording import title as title_of
from multillm_gov.words import count_of

MOST_ROWS = 25
"""Rows of a table for people; the JSON of a diff lists every change."""
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
        (Column("Change"), title_of),
        (
            Column(f"{currency} a month", numeric=True),
            lambda change: (
                signed_amount(change.spend_effect, currency) if change.spend_effect else ""
            ),
        ),
        (Column("Share of spend"), format_points),
        (Column("Note"), lambda change: shorten(change.note)),
    ]
    if places is not None:
        columns.append((Column("Where"), lambda change: where(change, places)))
    shown = changes[:MOST_ROWS]
    texts = [[read(change) for _, read in columns] for change in shown]
    kept_values = [index for index in range(len(columns)) if any(row[index] for row in texts)]
    rows = [tuple(row[index] for index in kept_values) for row in texts]
    return table(title, tuple(columns[index][0] for index in kept_values), rows, len(changes), noun)


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


def where(change: Change, places: Places) -> str:
    """File and line after the change; of the base where nothing is left."""
    if change.place_after is not None:
        location = locate(change.place_after, dict(places[1]))
        return f"{location.path}:{location.line}"
    if change.place_before is None:
        return ""
    location = locate(change.place_before, dict(places[0]))
    return f"{location.path}:{location.line} of the base"

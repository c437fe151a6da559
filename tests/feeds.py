"""Imports of test files into a store of their own, and what they hold then."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from multillm_gov.usage.row import COLUMNS
from multillm_gov.warehouse.engine import identifier, open_engine
from multillm_gov.warehouse.importing import Import, import_file
from multillm_gov.warehouse.store import Store, stored_rows

FEEDS = Path(__file__).parent / "data/usage"


def imported(folder: Path, *files: Path, **options: Any) -> tuple[Import, ...]:
    """Import files into the store of a folder."""
    return tuple(import_file(file, Store(folder=folder / "store"), **options) for file in files)


def rows_of(folder: Path, columns: Iterable[str] = COLUMNS) -> list[dict[str, Any]]:
    """The rows that count, in order of their producer, source and line; unknown cells left out."""
    query = stored_rows(Store(folder=folder / "store"))
    if query is None:
        return []
    listed = ", ".join(map(identifier, columns))
    with open_engine() as engine:
        done = engine.execute(
            f"SELECT {listed} FROM ({query}) AS every ORDER BY producer, source, line"
        )
        names = [column[0] for column in done.description]
        return [
            {name: value for name, value in zip(names, row, strict=True) if value is not None}
            for row in done.fetchall()
        ]

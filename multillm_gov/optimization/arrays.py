"""Growing a linear program as arrays, column by column and row by row."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.optimization.problem import Flags, Floats, Integers

INFINITE = float("inf")


class Program(Struct, frozen=True, kw_only=True):
    """min c'x, row_lower <= A x <= row_upper, lower <= x <= upper; A in rows."""

    costs: Floats
    lower: Floats
    upper: Floats
    whole: Flags
    """By column: whether it must be a whole number."""
    row_lower: Floats
    row_upper: Floats
    starts: Integers
    indices: Integers
    values: Floats

    def restricted(self, columns: Flags) -> "Program":
        """The program with some columns only; the others are at their lower bounds, which are 0.

        Raises:
            ValueError: a column that is left out has another lower bound.
        """
        if np.any(self.lower[~columns] > 0):
            raise ValueError("only columns that may be 0 can be left out")
        entries = columns[self.indices]
        place = np.cumsum(columns) - 1
        remaining = np.concatenate(([0], np.cumsum(entries)))
        return Program(
            costs=self.costs[columns],
            lower=self.lower[columns],
            upper=self.upper[columns],
            whole=self.whole[columns],
            row_lower=self.row_lower,
            row_upper=self.row_upper,
            starts=remaining[self.starts],
            indices=place[self.indices[entries]],
            values=self.values[entries],
        )

    def relaxed(self) -> "Program":
        """The program without whole numbers: what it cannot do, the program cannot."""
        return replace(self, whole=np.zeros_like(self.whole))

    def minimizing(self, rows: Integers, values: Floats) -> "Program":
        """The program with one more column, at least 0, which alone is minimized.

        Args:
            rows: Where the column stands, ascending.
            values: Its entries there.
        """
        ends = self.starts[rows + 1]
        added = np.zeros(len(self.starts), dtype=np.int64)
        added[rows + 1] = 1
        return Program(
            costs=np.append(np.zeros(len(self.costs)), 1.0),
            lower=np.append(self.lower, 0.0),
            upper=np.append(self.upper, INFINITE),
            whole=np.append(self.whole, False),
            row_lower=self.row_lower,
            row_upper=self.row_upper,
            starts=self.starts + np.cumsum(added),
            indices=np.insert(self.indices, ends, len(self.costs)),
            values=np.insert(self.values, ends, values),
        )


class Builder:
    """Collects blocks of columns and rows; nothing is copied until `finish`."""

    def __init__(self) -> None:
        self._columns: list[tuple[Floats, Floats, Floats, Flags]] = []
        self._width = 0
        self._height = 0
        self._entries: list[tuple[Integers, Integers, Floats]] = []
        self._bounds: list[tuple[Floats, Floats]] = []

    def add_columns(
        self, costs: Floats, upper: Floats | float, *, lower: Floats | float = 0.0, whole: bool
    ) -> Integers:
        """Add a block of columns; the result is their numbers."""
        count = len(costs)
        ones = np.ones(count)
        self._columns.append((costs, lower * ones, upper * ones, np.full(count, whole)))
        first = self._width
        self._width += count
        return np.arange(first, self._width)

    def add_rows(
        self,
        blocks: Sequence[tuple[Integers, Floats | float]],
        upper: Floats | float,
        *,
        lower: Floats | float = -INFINITE,
    ) -> Integers:
        """Add rows with one entry of every block each: ``sum of value * column``."""
        count = len(blocks[0][0])
        rows = np.arange(self._height, self._height + count)
        for columns, values in blocks:
            self._entries.append((rows, columns, values * np.ones(count)))
        self._bounds.append((lower * np.ones(count), upper * np.ones(count)))
        self._height += count
        return rows

    def add_row(
        self, columns: Integers, values: Floats, upper: float, *, lower: float = -INFINITE
    ) -> int:
        """Add one row of any width."""
        row = self._height
        self._entries.append((np.full(len(columns), row), columns, values))
        self._bounds.append((np.array([lower]), np.array([upper])))
        self._height += 1
        return row

    def add_sums(
        self, groups: Integers, count: int, columns: Integers, values: Floats | float
    ) -> Integers:
        """Add ``count`` rows without bounds yet: row g sums the columns whose group is g."""
        rows = np.arange(self._height, self._height + count)
        self._entries.append((rows[groups], columns, values * np.ones(len(columns))))
        self._bounds.append((np.full(count, -INFINITE), np.full(count, INFINITE)))
        self._height += count
        return rows

    def bound(self, rows: Integers, *, lower: float = -INFINITE, upper: float = INFINITE) -> None:
        """Bound rows of the last block added."""
        block = self._bounds[-1]
        if len(block[0]) != len(rows):
            raise ValueError("only the last block of rows can be bounded")
        self._bounds[-1] = (np.full(len(rows), lower), np.full(len(rows), upper))

    def finish(self) -> Program:
        """The whole program, its matrix in rows."""
        rows, columns, values = (
            np.concatenate([entry[part] for entry in self._entries]) for part in range(3)
        )
        order = np.argsort(rows, kind="stable")
        starts = np.zeros(self._height + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=self._height), out=starts[1:])
        costs, lower, upper, whole = (
            np.concatenate([column[part] for column in self._columns]) for part in range(4)
        )
        row_lower, row_upper = (
            np.concatenate([bounds[part] for bounds in self._bounds]) for part in range(2)
        )
        return Program(
            costs=costs,
            lower=lower,
            upper=upper,
            whole=whole,
            row_lower=row_lower,
            row_upper=row_upper,
            starts=starts,
            indices=columns[order],
            values=values[order],
        )

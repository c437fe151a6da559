"""A reader as SQL: from the producer's columns over typed fields to the columns of a usage row.

Two ways in: `strict_rows` reads straight from files or tables and fails at the first malformed
value; `checked_rows` names the problem of each row instead, so that it can be put aside.
"""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from multillm_gov.usage.reader import Field, Reader
from multillm_gov.usage.row import COLUMNS, MONEY, SQL_TYPES
from multillm_gov.warehouse.engine import identifier, literal

_CASTS = {"count": "BIGINT", "number": MONEY, "moment": "TIMESTAMP", "day": "DATE"}
_NOUNS = {"count": "a number", "number": "a number", "moment": "a time", "day": "a day"}
_NESTED = ("STRUCT", "MAP", "LIST", "[]")
_WORD = re.compile(r"[A-Za-z_]\w*")
_PRIVATE = (
    ("@", r"""[^\s@"',;:<>{}\[\]]+@[^\s@"',;:<>{}\[\]]+\.[A-Za-z]{2,}""", "[e-mail]"),
    (".", r"\b(\d{1,3}\.){3}\d{1,3}\b", "[address]"),
    ("sk-", r"\bsk-[A-Za-z0-9_-]{8,}", "[key]"),
)
"""What a text must hold at all, the pattern, and what stands for it."""
_FREE_TEXT = ("row_id", "team", "team_id", "project", "workspace", "key_alias", "key_id",
              "prompt_name", "tags", "labels", "task_class_given")  # fmt: skip
"""Columns that people write into."""


class Source(Struct, frozen=True, kw_only=True):
    """Where rows come from: a FROM clause, and the columns there with their types."""

    sql: str
    columns: Mapping[str, str]
    """SQL type by name, upper case; `TEXT` where a table's own type is not known."""
    line: str = "CAST(NULL AS BIGINT)"
    """Expression for the line of a row."""
    absent: frozenset[str] = frozenset()
    """Conditions of `key_conditions` that no row meets."""


def key_conditions(reader: Reader, source: Source, columns: Iterable[str]) -> tuple[str, ...]:
    """What JSON texts must hold for some columns of a usage row to be known at all, as SQL."""
    sql = " ".join(reader.row.get(name, "") for name in columns)
    words = set(_WORD.findall(sql))
    for name, derived in reversed(tuple(reader.derived.items())):
        if name in words:
            words.update(_WORD.findall(derived))
    return tuple(dict.fromkeys(
        _held(field) for name, field in reader.fields.items()
        if name in words and field.path and source.columns.get(field.column) == "VARCHAR"
    ))  # fmt: skip


def strict_rows(reader: Reader, source: Source, producer: str) -> str:
    """SELECT of usage rows that fails at a malformed value; rows that are no usage are left out."""
    fields = [
        f"{_cast(_plain(field, source), field)} AS {identifier(name)}"
        for name, field in reader.fields.items()
    ]
    typed = f"SELECT {', '.join(fields)}, {source.line} AS line FROM {source.sql}"
    unwanted = [f"COALESCE({sql}, FALSE)" for sql in reader.left_out.values()]
    where = f" WHERE NOT ({' OR '.join(unwanted)})" if unwanted else ""
    cells = [_cell(name, reader, producer) for name in COLUMNS]
    return f"SELECT {', '.join(cells)} FROM {_derived(reader, typed)}{where}"


def checked_rows(reader: Reader, source: Source, producer: str) -> str:
    """SELECT of usage rows without personal data, with ``problem`` and ``left_out``.

    Both are null where nothing is wrong. Whole columns of the source never pass through: only the
    reader's fields are selected.
    """
    parsed = {field.column for field in reader.fields.values() if field.path}
    parsed &= source.columns.keys()
    opened = [identifier(name) for name in source.columns]
    opened += [
        f"{_json(name, source)} AS {identifier(f'json of {name}')}" for name in sorted(parsed)
    ]
    raw = [f"{_text(field, source)} AS {identifier(name)}" for name, field in reader.fields.items()]
    broken = [
        f"WHEN {identifier(name)} IS NOT NULL AND {identifier(f'json of {name}')} IS NULL "
        f"THEN '`{name}` is not JSON'"
        for name in sorted(parsed)
    ]
    flaw = f"CASE {' '.join(broken)} END" if broken else "CAST(NULL AS VARCHAR)"
    level = (
        f"SELECT {', '.join(raw)}, line, {flaw} AS flaw FROM "
        f"(SELECT {', '.join(opened)}, {source.line} AS line FROM {source.sql}) AS opened"
    )
    fields = [
        f"{_cast(identifier(name), field, 'TRY_CAST')} AS {identifier(name)}"
        for name, field in reader.fields.items()
    ]
    typed = (
        f"SELECT {', '.join(fields)}, line, COALESCE(flaw, {_problem(reader)}) AS problem "
        f"FROM ({level}) AS raw"
    )
    cells = [_cell(name, reader, producer, private=False) for name in COLUMNS]
    return (
        f"SELECT {', '.join(cells)}, problem, {_left_out(reader)} AS left_out "
        f"FROM {_derived(reader, typed)}"
    )


def _derived(reader: Reader, typed: str) -> str:
    if not reader.derived:
        return f"({typed}) AS typed"
    more = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in reader.derived.items())
    return f"(SELECT *, {more} FROM ({typed}) AS typed) AS derived"


def _json(name: str, source: Source) -> str:
    if any(word in source.columns[name] for word in _NESTED):
        return f"TO_JSON({identifier(name)})"
    return f"TRY_CAST({identifier(name)} AS JSON)"


def _text(field: Field, source: Source) -> str:
    """The text of a field, null where it is empty."""
    if field.column not in source.columns:
        return "CAST(NULL AS VARCHAR)"
    if field.path:
        return f"NULLIF({identifier(f'json of {field.column}')} ->> {literal(field.path)}, '')"
    column, kind = identifier(field.column), source.columns[field.column]
    if any(word in kind for word in _NESTED):
        return f"CAST(TO_JSON({column}) AS VARCHAR)"
    return f"NULLIF({column if kind == 'VARCHAR' else f'CAST({column} AS VARCHAR)'}, '')"


def _plain(field: Field, source: Source) -> str:
    """A field as the source types it."""
    if field.column not in source.columns:
        return "NULL"
    column, kind = identifier(field.column), source.columns[field.column]
    if any(word in kind for word in _NESTED):
        column = f"TO_JSON({column})"
        return f"{column} ->> {literal(field.path)}" if field.path else f"CAST({column} AS VARCHAR)"
    if _held(field) in source.absent:
        return "NULL"
    value = _guarded(column, field) if field.path else column
    return f"NULLIF({value}, '')" if kind == "VARCHAR" and field.kind != "text" else value


def _guarded(column: str, field: Field) -> str:
    """A path into JSON text, parsed only where the text holds the key at all: ten times as fast."""
    return f"CASE WHEN {_held(field)} THEN {column} ->> {literal(field.path)} END"


def _held(field: Field) -> str:
    """Whether a JSON text holds the last key of a path."""
    key = field.path.rpartition(".")[2]
    return f"CAST({identifier(field.column)} AS VARCHAR) LIKE {literal(f'%{key}%')}"


def _cast(value: str, field: Field, cast: str = "CAST") -> str:
    if field.kind == "text":
        return f"CAST({value} AS VARCHAR)" if cast == "CAST" else value
    if field.kind == "count" and cast == "TRY_CAST":  # `12.0` is twelve, `3.7` a problem
        return f"TRY_CAST(TRY_CAST({value} AS {MONEY}) AS BIGINT)"
    return f"{cast}({value} AS {_CASTS[field.kind]})"


def _problem(reader: Reader) -> str:
    """The first thing wrong with a row's raw texts, in words; null where nothing is."""
    cases = []
    for name, field in reader.fields.items():
        raw, shown = identifier(name), f"`{field.column}`".replace("'", "''")
        if field.path:
            shown = f"`{field.column}{field.path[1:]}`"
        if field.required:
            cases.append(f"WHEN {raw} IS NULL THEN '{shown} is missing'")
        if field.kind == "text":
            continue
        cast = MONEY if field.kind == "count" else _CASTS[field.kind]
        value = f"TRY_CAST({raw} AS {cast})"
        cases.append(
            f"WHEN {raw} IS NOT NULL AND {value} IS NULL THEN '{shown} is not {_NOUNS[field.kind]}'"
        )
        if field.kind == "count":
            cases.append(f"WHEN {value} < 0 THEN '{shown} is negative'")
            cases.append(f"WHEN {value} <> TRUNC({value}) THEN '{shown} is no whole number'")
        if field.kind in {"count", "number"}:
            cases.append(f"WHEN ABS({value}) > 1e15 THEN '{shown} is out of range'")
        if field.kind in {"moment", "day"}:
            cases.append(
                f"WHEN EXTRACT(year FROM {value}) NOT BETWEEN 2015 AND 2100 "
                f"THEN '{shown} is outside of 2015 to 2100'"
            )
    return f"CASE {' '.join(cases)} END"


def _left_out(reader: Reader) -> str:
    cases = [f"WHEN {sql} THEN {literal(reason)}" for reason, sql in reader.left_out.items()]
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _cell(name: str, reader: Reader, producer: str, *, private: bool = True) -> str:
    """One column of a usage row."""
    if name == "line":
        return "line"
    if name == "day":
        return f"CAST({reader.row['started_at']} AS DATE) AS day"
    value = reader.row.get(name, literal(producer) if name == "producer" else "NULL")
    if not private and name in _FREE_TEXT and name in reader.row:
        value = _masked(value)
    return f"CAST({value} AS {SQL_TYPES[name]}) AS {identifier(name)}"


def _masked(value: str) -> str:
    """The text without addresses of people and machines, and without keys."""
    masked = value
    for _, pattern, mask in _PRIVATE:
        masked = f"REGEXP_REPLACE({masked}, {literal(pattern)}, {literal(mask)}, 'g')"
    held = " OR ".join(f"CONTAINS({value}, {literal(part)})" for part, _, _ in _PRIVATE)
    return f"CASE WHEN {held} THEN {masked} ELSE {value} END"

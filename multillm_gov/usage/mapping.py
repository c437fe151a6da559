"""A table of anyone's: the user says which column means what, and what is included."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from multillm_gov.errors import UsageError
from multillm_gov.usage.reader import FeedContract, Field, FieldKind, Reader
from multillm_gov.usage.row import AMOUNTS, COUNTS, MEASURES, SQL_TYPES
from multillm_gov.words import code, did_you_mean

Code = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
ColumnName = Annotated[str, Meta(min_length=1, max_length=200)]
_MAPPABLE = tuple(name for name in SQL_TYPES if name not in {"line", "failover"})


class ColumnMapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which column of a table is which of ours."""

    columns: Annotated[
        dict[ColumnName, ColumnName],
        Meta(description="Our column (`day`, `model`, `effective_cost` …) and the table's"),
    ]
    currency: Annotated[
        Code | None,
        Meta(description="Currency of the amounts, where no column says it"),
    ] = None
    cache_in_input: Annotated[
        Literal["included", "excluded"],
        Meta(description="Whether the table's input tokens hold cache reads and writes"),
    ] = "included"


def mapped_reader(mapping: ColumnMapping) -> Reader:
    """A reader for a table with columns of any names.

    Raises:
        UsageError: an unknown column of ours, no time, or money without a currency.
    """
    columns = mapping.columns
    for name in columns:
        if name not in _MAPPABLE:
            raise UsageError(
                f"There is no column {code(name)} to map to{did_you_mean(name, _MAPPABLE)}",
                f"Use one of: {', '.join(_MAPPABLE)}.",
            )
    if not {"day", "started_at"} & set(columns):
        raise UsageError("The mapping names no time", "Map `day` or `started_at`.")
    if set(AMOUNTS) & set(columns) and mapping.currency is None and "currency" not in columns:
        raise UsageError("The mapping has amounts without a currency", "Name it: `--currency USD`.")
    return Reader(
        contract=_contract(mapping),
        recognize=lambda _: True,
        fields={name: Field(column, _kind(name), "", name in {"day", "started_at"})
                for name, column in columns.items()},
        row=_row(mapping),
        newest_wins="row_id" not in columns,
    )  # fmt: skip


def _kind(name: str) -> FieldKind:
    if name in {"day", "started_at"}:
        return "day" if name == "day" else "moment"
    if name in COUNTS:
        return "count"
    return "number" if name in AMOUNTS or name == "other_quantity" else "text"


def _row(mapping: ColumnMapping) -> Mapping[str, str]:
    columns = mapping.columns
    row = {name: name for name in columns if name != "day"}
    if "started_at" not in columns:
        row["started_at"] = "CAST(day AS TIMESTAMP)"
    row.setdefault("grain", "'request'" if "row_id" in columns else "'period'")
    row.setdefault("charge", "'usage'")
    # Without ids of its own, a later file replaces the rows that are for the same.
    what = [name for name in columns if name not in MEASURES]
    row.setdefault("row_id", f"MD5(CONCAT_WS('|', {', '.join(what)}))")
    if mapping.currency is not None:
        row.setdefault("currency", f"'{mapping.currency}'")
    if mapping.cache_in_input == "excluded" and "input_tokens_with_cache" in columns:
        cached = [
            f"COALESCE({name}, 0)"
            for name in ("cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens")
            if name in columns
        ]
        row["input_tokens_with_cache"] = " + ".join(["input_tokens_with_cache", *cached])
    if row["grain"] == "'request'":
        row.setdefault("requests", "1")
    return row


def _contract(mapping: ColumnMapping) -> FeedContract:
    return FeedContract(
        title="Mapped table",
        role="any",
        precedence=6,
        cache_reads_in_input=mapping.cache_in_input,
        cache_writes_in_input=mapping.cache_in_input,
        money=f"{mapping.currency or 'as its column says'}, of the kind its column is mapped to",
        grain="as mapped",
        model_name="as the table says",
        joins_by=("task_class_given", "team", "project", "model"),
        covers="what the table covers",
        never_contains=(),
        source="the mapping given",
    )

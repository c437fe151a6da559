"""What a reader of one producer declares: its contract, its fields and how they become a row."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.plugins import load_plugin, plugin_names

FAMILY = "multillm_gov.usage.readers"
Inclusion = Literal["included", "excluded", "by-row", "not known", "no tokens"]
"""Whether input tokens hold cache tokens; ``by-row``: each row's own figures decide."""
Role = Literal["gateway", "provider", "application", "any"]
"""Who counts: a gateway its own traffic, a provider all of the organization's, an application what
it traces."""
FieldKind = Literal["text", "count", "number", "moment", "day"]


class FeedContract(Struct, frozen=True, kw_only=True):
    """What a producer's figures mean; shown by ``govern usage readers``."""

    title: str
    role: Role
    precedence: int
    """Lower first: of several producers that count the same money, the first is counted."""
    cache_reads_in_input: Inclusion
    cache_writes_in_input: Inclusion
    money: str
    """Unit and kind: ``USD, computed by the gateway from its price map``."""
    grain: str
    model_name: str
    """What it means: the model called, the group requested, the seller's spelling."""
    joins_by: tuple[str, ...]
    """Columns by which its rows find a task class."""
    covers: str
    never_contains: tuple[str, ...]
    source: str
    """Where this can be read: repository and path."""


class Field(Struct, frozen=True):
    """One value of a source row: a column, or a JSON path inside of it."""

    column: str
    kind: FieldKind = "text"
    path: str = ""
    """``$.a.b`` inside of a JSON column."""
    required: bool = False


class Sample(Struct, frozen=True, kw_only=True):
    """The beginning of a file: enough to know who wrote it."""

    columns: tuple[str, ...] = ()
    """Of a table, or the keys of the first records of JSON lines."""
    rows: tuple[Mapping[str, Any], ...] = ()
    """First rows; empty where the document is one nested value."""
    document: Any = None
    """A whole JSON document that is no list of rows."""

    def has(self, *names: str) -> bool:
        """Whether all these columns are there."""
        return set(names) <= set(self.columns)

    def values(self, column: str) -> set[str]:
        """The distinct texts of a column in the first rows."""
        return {str(row[column]) for row in self.rows if row.get(column) not in (None, "")}


class FeedRefusal(Struct, frozen=True):
    """A file that looks like a producer's and must not be read as such: the reason."""

    reason: str


Recognition = bool | FeedRefusal


class Reader(Struct, frozen=True, kw_only=True):
    """How to read one producer."""

    contract: FeedContract
    recognize: Callable[[Sample], Recognition]
    fields: Mapping[str, Field]
    row: Mapping[str, str]
    """SQL (DuckDB) over fields and ``derived`` by name of a `UsageRow` column; what is left out is
    not known."""
    derived: Mapping[str, str] = {}
    """SQL over fields for values that several columns need."""
    left_out: Mapping[str, str] = {}
    """Rows that are no consumption: an SQL condition by its reason."""
    records: Callable[[Any], Iterator[Mapping[str, Any]]] | None = None
    """Turns a nested document, or a nested line, into flat rows of the fields' columns."""
    newest_wins: bool = False
    """Whether a later export of the same bucket (``row_id``) replaces the earlier one."""
    tables: tuple[str, ...] = ()
    """Names of the producer's tables in its own database."""


def reader_names() -> tuple[str, ...]:
    """Names of all producers that can be read."""
    return plugin_names(FAMILY)


def load_reader(name: str) -> Reader:
    """The reader of a producer.

    Raises:
        UsageError: there is none of that name.
    """
    reader: Reader = load_plugin(FAMILY, name, "reader").READER
    return reader

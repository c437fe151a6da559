"""DuckDB, embedded: opened with bounds, without extensions from the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from multillm_gov.errors import missing_extra

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_MIB = 1_536
"""Of the engine's buffers; the whole process stays within 2 GiB, and what is larger spills."""


@contextmanager
def open_engine(
    scratch: Path | None = None, memory_mib: int = MEMORY_MIB
) -> Iterator["DuckDBPyConnection"]:
    """A connection to an engine in memory; ``scratch`` holds what spills.

    Raises:
        MissingExtraError: the engine is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise missing_extra("Reading usage", "DuckDB", "usage") from error
    connection = duckdb.connect(
        config={
            "memory_limit": f"{memory_mib}MiB",
            "autoinstall_known_extensions": False,
            "allow_community_extensions": False,
            "allow_unsigned_extensions": False,
            "TimeZone": "UTC",
            **({"temp_directory": str(scratch)} if scratch is not None else {}),
        }
    )
    try:
        yield connection
    finally:
        connection.close()


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'

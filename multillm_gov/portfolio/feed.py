"""``usage:`` in ``govern.yaml``: where consumption is read from."""

from pathlib import PurePosixPath
from typing import Annotated, Literal

from msgspec import Meta, Struct

Code = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
Variable = Annotated[str, Meta(pattern="^[A-Z][A-Z0-9_]{0,99}$")]
TableName = Annotated[str, Meta(pattern="^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
Text = Annotated[str, Meta(min_length=1, max_length=500)]


class Feed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files of one producer, or a database."""

    path: Annotated[
        Text | None,
        Meta(description="File or pattern below the root (`logs/**/*.jsonl.gz`)"),
    ] = None
    url_from: Annotated[
        Variable | None,
        Meta(
            description="Environment variable with the URL of a PostgreSQL database, such as the "
            "gateway's; the URL itself is never written down",
        ),
    ] = None
    table: Annotated[
        TableName | None,
        Meta(
            description="Table of the database. [default: the producer's own]",
        ),
    ] = None
    producer: Annotated[
        str | None, Meta(description="Reader to use. [default: by what the file looks like]")
    ] = None
    columns: Annotated[
        dict[Text, Text] | None,
        Meta(description="For a table of your own: our columns and the table's"),
    ] = None
    currency: Annotated[Code | None, Meta(description="Currency of such a table's amounts")] = None
    cache_in_input: Annotated[
        Literal["included", "excluded"],
        Meta(description="Whether such a table's input tokens hold cache reads and writes"),
    ] = "included"

    def __post_init__(self) -> None:
        """Refuse nothing, two places at once, and what leads out of the portfolio."""
        if (self.path is None) == (self.url_from is None):
            raise ValueError("Expected either `path` or `url_from`")
        if self.path is not None:
            parts = PurePosixPath(self.path.replace("\\", "/"))
            if parts.is_absolute() or ".." in parts.parts or ":" in self.path[:3]:
                raise ValueError("Expected `path` to stay below the portfolio's root")

"""The words of files below ``catalog/``: texts, counts, places, modes; closed mappings."""

from typing import Annotated

from msgspec import Meta

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Tokens = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166 code")]
Region = Annotated[
    str, Meta(pattern="^([A-Z]{2,6}|global)$", description="EU, an ISO 3166 code, or global")
]

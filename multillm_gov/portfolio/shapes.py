"""The words of allocation files: names, texts, counts, modes, capabilities; closed mappings."""

from typing import Annotated

from msgspec import Meta

Name = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="A name: up to 100 letters, digits, `.`, `_` and `-`, starting with a letter "
        "or digit",
    ),
]
Text = Annotated[str, Meta(min_length=1)]
Digest = Annotated[
    str,
    Meta(
        pattern="^sha256:[0-9a-f]{64}$",
        description="`sha256:` and 64 hexadecimal digits of a file's bytes",
    ),
]
ModelName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="Model as LiteLLM spells it, or as `catalog/` defines it",
    ),
]
Tokens = Annotated[int, Meta(ge=0, le=1_000_000_000)]

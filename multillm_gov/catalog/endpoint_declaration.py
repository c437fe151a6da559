"""How an own model is called: a wire format, and names of environment variables."""

from typing import Annotated

from msgspec import Meta

from multillm_gov.vocabulary import Closed

WIRE_FORMATS = (
    "openai",
    "text-completion-openai",
    "azure",
    "anthropic",
    "gemini",
    "mistral",
    "hosted_vllm",
)
"""Formats that an endpoint with an own address may have: their only secret is one key."""


EnvironmentPrefix = Annotated[
    str,
    Meta(
        pattern="^[A-Z][A-Z0-9_]{0,62}[A-Z0-9]$",
        description="Prefix of the environment variables `<PREFIX>_API_BASE` (address), "
        "`<PREFIX>_API_KEY` (key, may be absent) and, at Azure, `<PREFIX>_API_VERSION`",
    ),
]


RegionName = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9][a-z0-9-]{0,62}$",
        description="Region as its cloud names it: `eu-central-1`, `europe-west4`",
    ),
]


class Endpoint(Closed, frozen=True, kw_only=True):
    """How an own model is called; never an address or a key, which a change could redirect."""

    model: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9_-]{1,40}/[A-Za-z0-9._:-][A-Za-z0-9._:/-]{0,180}$",
            description="LiteLLM's spelling, `provider/model`: the provider says which wire format "
            "is spoken",
        ),
    ]
    environment: Annotated[
        EnvironmentPrefix | None,
        Meta(description="Default: the environment variables that LiteLLM reads for the provider"),
    ] = None

    region: Annotated[
        RegionName | None,
        Meta(description="Where the gateway calls it; default: what its environment says"),
    ] = None

    def __post_init__(self) -> None:
        """Refuse formats that sign requests to an own address with the credentials of a cloud."""
        wire = self.model.partition("/")[0]
        if self.environment is not None and wire not in WIRE_FORMATS:
            raise ValueError(
                f"Expected `model` to begin with one of {', '.join(WIRE_FORMATS)}, got `{wire}`"
            )

"""The words of allocation files: names, texts, counts, modes, capabilities; closed mappings."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

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
Classification = Literal["public", "internal", "confidential", "restricted"]
Mode = Literal[
    "chat",
    "completion",
    "responses",
    "embedding",
    "rerank",
    "moderation",
    "image_generation",
    "image_edit",
    "audio_transcription",
    "audio_speech",
    "realtime",
    "video_generation",
    "ocr",
    "search",
    "vector_store",
    "evaluation",
    "decisions",
    "extraction",
    "guardrail",
]
Capability = Literal[
    "function_calling",
    "parallel_function_calling",
    "tool_choice",
    "response_schema",
    "vision",
    "pdf_input",
    "audio_input",
    "audio_output",
    "prompt_caching",
    "reasoning",
    "system_messages",
    "web_search",
    "computer_use",
]


class Closed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping whose keys are all known: a misspelt key is an error, never ignored."""

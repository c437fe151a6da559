"""The words of files below ``catalog/``: texts, counts, places, modes; closed mappings."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Tokens = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166 code")]
Region = Annotated[
    str, Meta(pattern="^([A-Z]{2,6}|global)$", description="EU, an ISO 3166 code, or global")
]
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
"""As `portfolio.shapes.Mode`: rooms of one floor do not import each other."""
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
"""As `portfolio.shapes.Capability`."""
Classification = Literal["public", "internal", "confidential", "restricted"]
"""As `portfolio.shapes.Classification`."""


class Closed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping whose keys are all known: a misspelt key is an error, never ignored."""

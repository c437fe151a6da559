"""Words that several rooms declare by: modes, capabilities, classifications of data."""

from typing import Literal, get_args

from msgspec import Struct

Classification = Literal["public", "internal", "confidential", "restricted"]
"""Of data, from least to most sensitive."""
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
"""What kind of model a task class needs."""
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
"""What a model can do, in the words of LiteLLM's price map."""
CAPABILITIES: tuple[Capability, ...] = tuple(sorted(get_args(Capability)))
CallMode = Literal["chat", "completion", "responses", "embedding"]
"""How a model is called."""


class Closed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping whose keys are all known: a misspelt key is an error, never ignored."""

"""What a model can do, in the words of LiteLLM's price map."""

CAPABILITIES = (
    "audio_input",
    "audio_output",
    "computer_use",
    "function_calling",
    "parallel_function_calling",
    "pdf_input",
    "prompt_caching",
    "reasoning",
    "response_schema",
    "system_messages",
    "tool_choice",
    "vision",
    "web_search",
)
"""The map's `supports_…` keys that allocations can require, spelled as `Capability`."""

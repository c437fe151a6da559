"""The units that providers bill by beside text tokens: one vocabulary for prices and demand."""

from msgspec import Struct


class BilledUnit(Struct, frozen=True, kw_only=True):
    """One unit, named as in `UnitPrices.units`, `Usage.units` and `usd_per` of ``catalog/``."""

    noun: str
    """One of it, in words."""
    demand: str
    """Key of `demand` that counts it."""
    example: str = "1"
    """A plausible count, for the YAML that a finding proposes."""
    like: str = ""
    """``input`` or ``output``: the text price that applies where it has no price of its own."""


UNITS = {
    "audio_input": BilledUnit(
        noun="audio input token", demand="audio_input_tokens", example="600", like="input"
    ),
    "audio_output": BilledUnit(
        noun="audio output token", demand="audio_output_tokens", example="1200", like="output"
    ),
    "audio_cache_read": BilledUnit(
        noun="cached audio input token", demand="cached_input_share", example="0.5"
    ),
    "audio_cache_write": BilledUnit(
        noun="audio input token written to the cache", demand="cache_write_share", example="0.5"
    ),
    "image_input": BilledUnit(
        noun="image input token", demand="image_input_tokens", example="1000", like="input"
    ),
    "image_output": BilledUnit(
        noun="image output token", demand="image_output_tokens", example="1056", like="output"
    ),
    "image_cache_read": BilledUnit(
        noun="cached image input token", demand="cached_input_share", example="0.5"
    ),
    "video_input": BilledUnit(
        noun="video input token", demand="video_input_tokens", example="5000", like="input"
    ),
    "video_cache_read": BilledUnit(
        noun="cached video input token", demand="cached_input_share", example="0.5"
    ),
    "video_output": BilledUnit(
        noun="video output token", demand="video_output_tokens", example="5000", like="output"
    ),
    "citation": BilledUnit(noun="citation token", demand="citation_tokens", example="500"),
    "request": BilledUnit(noun="request", demand="requests"),
    "query": BilledUnit(noun="query", demand="queries"),
    "search_low": BilledUnit(noun="web search (low context)", demand="searches"),
    "search_medium": BilledUnit(noun="web search (medium context)", demand="searches"),
    "search_high": BilledUnit(noun="web search (high context)", demand="searches"),
    "maps_query": BilledUnit(noun="maps query", demand="maps_queries"),
    "session": BilledUnit(noun="code interpreter session", demand="sessions"),
    "message": BilledUnit(noun="text message", demand="messages"),
    "image": BilledUnit(noun="image made", demand="images"),
    "pixel": BilledUnit(noun="pixel of an image made", demand="images"),
    "input_image": BilledUnit(noun="image read", demand="input_images"),
    "step": BilledUnit(noun="step of a picture", demand="steps", example="30"),
    "song": BilledUnit(noun="song", demand="songs"),
    "second": BilledUnit(noun="second", demand="seconds", example="60"),
    "audio_second": BilledUnit(noun="second of audio read", demand="audio_seconds", example="60"),
    "video_second": BilledUnit(noun="second of video read", demand="video_seconds", example="60"),
    "character": BilledUnit(noun="character", demand="characters", example="1000"),
    "output_character": BilledUnit(
        noun="character written", demand="output_characters", example="1000"
    ),
    "page": BilledUnit(noun="page", demand="pages"),
    "annotated_page": BilledUnit(noun="annotated page", demand="annotated_pages"),
    "credit": BilledUnit(noun="credit", demand="credits"),
    "content_unit": BilledUnit(noun="text unit of the content policy", demand="content_units"),
    "content_image": BilledUnit(noun="image of the content policy", demand="content_images"),
    "topic_unit": BilledUnit(noun="text unit of the topic policy", demand="topic_units"),
    "sensitive_unit": BilledUnit(
        noun="text unit of the sensitive information policy", demand="sensitive_units"
    ),
    "grounding_unit": BilledUnit(noun="text unit of the grounding check", demand="grounding_units"),
    "reasoning_unit": BilledUnit(
        noun="text unit of the automated reasoning check", demand="reasoning_units"
    ),
}
"""Every billed unit that is no text token; a unit with ``like`` is a kind of token."""

GUARDRAIL_UNITS = tuple(name for name, unit in UNITS.items() if unit.demand.endswith("_units"))
"""By what guardrails bill besides images: a unit of text for each policy that is applied."""
PER_TOKEN = frozenset({name for name, unit in UNITS.items() if " token" in f" {unit.noun}"})
"""Units whose prices are stated per million."""
TEXT_TOKENS = {"input": "input_tokens", "output": "output_tokens"}
"""Text tokens, and the keys of `demand` that count them."""


def noun_of(unit: str) -> str:
    """One of a unit in words; text tokens included."""
    return UNITS[unit].noun if unit in UNITS else f"{unit.replace('_', ' ')} token"


def demand_key(unit: str) -> str:
    """Key of `demand` that counts a unit; text tokens included."""
    return UNITS[unit].demand if unit in UNITS else TEXT_TOKENS.get(unit, "cached_input_share")


def spell_unit(unit: str) -> str:
    """What a price is stated per: ``page``, ``million audio input tokens``."""
    noun = noun_of(unit)
    tokens = noun.replace("token", "tokens", 1)
    return f"million {tokens}" if unit in PER_TOKEN or unit not in UNITS else noun

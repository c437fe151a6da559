"""What is free by its provider's own documentation; any other zero of the map is not known."""

from multillm_gov.catalog.facts import ModelFacts

_OWN_HARDWARE = "runs on your own hardware"
_FREE = {
    "ollama": _OWN_HARDWARE,
    "lemonade": _OWN_HARDWARE,
    "searxng": _OWN_HARDWARE,
    "duckduckgo": "a search without a key and without a bill",
}


def free_because(facts: ModelFacts) -> str:
    """Why a price of zero is a price; empty where nothing says so."""
    if facts.usd_fixed_per_month:
        return "paid by the month"
    if facts.exposure.provider == "openai" and facts.mode == "moderation":
        return "moderation is free at OpenAI"
    return _FREE.get(facts.exposure.provider, "")

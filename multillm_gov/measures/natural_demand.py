"""What one request of each mode usually consumes: the demand that the price map is audited with."""

from typing import Any

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.portfolio.demand import Demand
from multillm_gov.units import Amount

_READ = {"input_tokens": 1000}
_TEXT = _READ | {"output_tokens": 300}
_PICTURE = {"images": 1, "image_output_tokens": 1056, "steps": 30, "input_tokens": 50}
_BY_MODE: dict[str, dict[str, Any]] = {
    "embedding": _READ,
    "rerank": _READ,
    "moderation": _READ,
    "image_generation": _PICTURE,
    "image_edit": _PICTURE,
    "audio_transcription": {"seconds": Amount(60), "audio_input_tokens": 1920},
    "audio_speech": {
        "characters": 1000,
        "input_tokens": 250,
        "seconds": Amount(60),
        "audio_output_tokens": 1500,
    },
    "video_generation": {"seconds": Amount(8)},
    "ocr": {"pages": 1, "credits": Amount(1)},
    "search": {},
    "vector_store": {},
    "realtime": {
        "input_tokens": 100,
        "audio_input_tokens": 600,
        "audio_output_tokens": 1200,
        "seconds": Amount(60),
    },
}


def natural_demand(facts: ModelFacts) -> Demand:
    """A thousand usual requests: every unit by which models of the mode bill, once."""
    if facts.price is not None and "song" in facts.price.standard.units:
        return Demand(requests=1000, songs=1)
    return Demand(requests=1000, **_BY_MODE.get(facts.mode, _TEXT))

"""``extract-json``: the first JSON object or list in an answer that says something around it."""

import json
import re
from typing import Any

from multillm_gov.evaluation.bench.scoring import MOST_CHARACTERS, Draft

_MOST_STARTS = 50
"""Opening brackets tried; parsing goes on from each, so that a hostile answer costs little."""
_START = re.compile(r"[\[{]")


def normalize(draft: Draft, schema: dict[str, Any]) -> Draft:
    """The first value of the required kind that parses as JSON from an opening bracket on."""
    if draft.is_read or len(draft.text) > MOST_CHARACTERS:
        return draft
    wanted = {"object": dict, "array": list}.get(str(schema.get("type")), (dict, list))
    decoder = json.JSONDecoder()
    for number, start in enumerate(_START.finditer(draft.text)):
        if number == _MOST_STARTS:
            break
        try:
            value, end = decoder.raw_decode(draft.text, start.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, wanted):
            return Draft(text=draft.text[start.start() : end], value=value, is_read=True)
    return draft

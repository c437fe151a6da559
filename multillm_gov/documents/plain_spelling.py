"""How a text is written in YAML so that every reader reads that very text."""

import json
import re

from multillm_gov.documents.ambiguous import AmbiguousScalarError
from multillm_gov.documents.scalars import resolve

_PLAIN = re.compile(r"[A-Za-z0-9](?:[\w ./()+%@-]|:(?=\w))*", re.ASCII)
_LONGEST_PLAIN = 500


def format_scalar(text: str) -> str:
    """The text on one line: plain where no tool takes it for anything else, else quoted."""
    if (
        _PLAIN.fullmatch(text)
        and text == text.strip()
        and len(text) <= _LONGEST_PLAIN
        and _means_itself(text)
    ):
        return text
    return json.dumps(text, ensure_ascii=False)


def _means_itself(text: str) -> bool:
    try:
        return resolve(text) == text
    except AmbiguousScalarError:
        return False

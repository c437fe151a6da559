"""``strip-fences``: the content of the one Markdown code fence that an answer is wrapped in."""

from typing import Any

from multillm_gov.evaluation.bench.scoring import Draft

_FENCES = ("```", "~~~")


def normalize(draft: Draft, schema: dict[str, Any]) -> Draft:
    """Without the fence and its language; text outside of a fence is left for ``extract-json``."""
    del schema
    text = draft.text.strip()
    first, line_break, rest = text.partition("\n")
    fence = first[:3]
    if draft.is_read or fence not in _FENCES or not line_break or not rest.rstrip().endswith(fence):
        return draft
    return Draft(text=rest.rstrip().rstrip(fence[0]).strip())

"""What a result rests on: the commit, the day, the tool and the price data."""

from multillm_gov.report import TOOL_VERSION
from multillm_gov.risk.limits.judging import left_out
from multillm_gov.state.state import State
from multillm_gov.words import code, count_of, join_some


def incomplete_sentence(state: State) -> str:
    """Which files could not be read; empty where all could."""
    paths = left_out(state)
    if not paths:
        return ""
    return (
        f"These figures are incomplete: {count_of(len(paths), 'file')} could not be read in full "
        f"({join_some([code(path) for path in paths])}), and what could not be read is not counted."
    )


def provenance(state: State) -> tuple[tuple[str, str], ...]:
    """Label and value, in a fixed order; empty ones are not listed, a missing lock is."""
    known = state.catalog.provenance
    lines = [
        ("govern", TOOL_VERSION),
        ("commit", state.revision),
        ("as of", state.as_of.isoformat()),
        ("LiteLLM", known.get("litellm", "")),
        ("price map (SHA-256)", known.get("price_map", "")),
        (
            "catalog lock (SHA-256)",
            known.get("lock") or "none: prices are those of the installed LiteLLM",
        ),
    ]
    return tuple((label, value) for label, value in lines if value)

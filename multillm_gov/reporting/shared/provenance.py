"""What a result rests on: the commit, the day, the tool and the price data."""

from multillm_gov.documents.layout import kind_of
from multillm_gov.report import TOOL_VERSION
from multillm_gov.state.state import State
from multillm_gov.words import code, count_of, join_some

_HARMLESS = frozenset({"ambiguous-scalar", "uncovered-file"})
"""Ambiguous values are kept as text; a file of no kind declares nothing that figures could miss."""
_IN_FIGURES = frozenset({"settings", "allocation", "catalog", "lock"})


def left_out(state: State) -> tuple[str, ...]:
    """Paths of the governed files that are left out in whole or in part, sorted."""
    return tuple(sorted({flaw.location.path for flaw in state.flaws if flaw.kind not in _HARMLESS}))


def left_out_of_figures(state: State) -> tuple[str, ...]:
    """Those whose declarations the figures rest on; policies and evidence change no forecast.

    A misspelled key of ``govern.yaml`` leaves out that key alone, as its finding says.
    """
    return tuple(
        sorted(
            {
                flaw.location.path
                for flaw in state.flaws
                if flaw.kind not in _HARMLESS
                and (kind := kind_of(flaw.location.path)) in _IN_FIGURES
                and (kind, flaw.kind) != ("settings", "schema")
            }
        )
    )


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

"""What figures leave out because a file could not be read: they must not pass as the whole."""

from multillm_gov.documents.layout import kind_of
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

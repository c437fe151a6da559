"""What figures leave out because a file could not be read as written: they must not pass as the whole."""

from multillm_gov.documents.layout import kind_of
from multillm_gov.rules.engine.assessment import Assessment

_HARMLESS = frozenset({"ambiguous-scalar", "uncovered-file"})
"""Doubtful spellings are kept as text, and a stray file of no kind declares nothing that figures could miss."""
_IN_FIGURES = frozenset({"settings", "allocation", "catalog", "lock"})


def left_out(assessment: Assessment) -> tuple[str, ...]:
    """Paths of the governed files that are left out in whole or in part, sorted."""
    return tuple(
        sorted({flaw.location.path for flaw in assessment.flaws if flaw.kind not in _HARMLESS})
    )


def left_out_of_figures(assessment: Assessment) -> tuple[str, ...]:
    """Those whose declarations the figures rest on; policies and evidence change no forecast.

    A misspelt key of ``govern.yaml`` leaves out that key alone, which its finding says.
    """
    return tuple(
        sorted(
            {
                flaw.location.path
                for flaw in assessment.flaws
                if flaw.kind not in _HARMLESS
                and (kind := kind_of(flaw.location.path)) in _IN_FIGURES
                and (kind, flaw.kind) != ("settings", "schema")
            }
        )
    )

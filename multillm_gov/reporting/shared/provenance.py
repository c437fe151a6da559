"""What a result rests on: the commit, the day, the tool and the price data."""

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.report import TOOL_VERSION
from multillm_gov.rules.engine.assessment import Assessment

_LABELS = {
    "litellm": "LiteLLM",
    "price_map": "price map (SHA-256)",
    "lock": "catalog lock (SHA-256)",
}


def provenance(assessment: Assessment) -> tuple[tuple[str, str], ...]:
    """Label and value, in a fixed order; what is empty is left out, except a missing lock, which is said."""
    lines = [
        ("govern", TOOL_VERSION),
        ("commit", assessment.revision),
        ("as of", assessment.as_of.isoformat()),
        *_catalog_lines(assessment.catalog),
    ]
    return tuple((label, value) for label, value in lines if value)


def _catalog_lines(catalog: Catalog) -> list[tuple[str, str]]:
    known = catalog.provenance
    lines = [(label, known.get(key, "")) for key, label in _LABELS.items() if key != "lock"]
    return [
        *lines,
        (_LABELS["lock"], known.get("lock") or "none: prices are those of the installed LiteLLM"),
    ]

"""How a figure is judged by its limit, what makes it not judged, and who set the limit."""

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from multillm_gov.documents.layout import SETTINGS, kind_of
from multillm_gov.measures.figures import PortfolioFigures
from multillm_gov.portfolio.risk import Risk
from multillm_gov.portfolio.settings import Appetite, LimitTerms, Settings
from multillm_gov.register import Amount, Judgment, LimitRecord
from multillm_gov.state.state import State
from multillm_gov.units import format_part
from multillm_gov.words import join_some

WARNING_BAND = 0.10
"""Part of the limit that counts as near it where no early warning is declared."""
SHIPPED: dict[str, Decimal] = {
    "max_vendor_share_of_spend": Decimal("0.50"),
    "max_vendor_share_of_value": Decimal("0.60"),
    "min_effective_vendors": Decimal("2.5"),
    "min_effective_clouds": Decimal("1.5"),
    "min_value_with_independent_fallback": Decimal("0.90"),
    "max_price_shock_share": Decimal("0.20"),
    "max_monthly_spend": Decimal(30000),
}
"""Limits that `govern init` writes; a test compares them with the starter."""
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


def judge_below(number: Amount, ceiling: Amount, warn_at: Amount | None = None) -> Judgment:
    """Of a figure that must not exceed a limit."""
    if number > ceiling:
        return "outside"
    band = float(ceiling) * (1 - WARNING_BAND) if warn_at is None else float(warn_at)
    return "warning" if float(number) > band else "within"


def judge_above(
    number: Amount, floor: Amount, warn_at: Amount | None = None, best: float | None = None
) -> Judgment:
    """Of a figure that must reach a limit; ``best`` is the most it can be."""
    if number < floor:
        return "outside"
    band = float(floor) * (1 + WARNING_BAND) if warn_at is None else float(warn_at)
    return "warning" if float(number) < (band if best is None else min(band, best)) else "within"


def without_price(figures: PortfolioFigures) -> str:
    """Why nothing is judged by spend; empty where all of it is known.

    The share of requests that has no price, and who declares no requests at all.
    """
    reasons = []
    if figures.unpriced_share:
        reasons.append(f"{format_part(figures.unpriced_share)} of the requests have no known price")
    undeclared = figures.undeclared
    if undeclared:
        verb = "declares" if len(undeclared) == 1 else "declare"
        reasons.append(f"{join_some(undeclared)} {verb} no demand")
    return "; ".join(reasons)


def terms_of(settings: Settings, key: str, limit: Amount | None) -> dict[str, Any]:
    """Owner, early warning and adoption of a limit, as a record takes them."""
    terms = settings.limits.get(key) or LimitTerms()  # type: ignore[call-overload]
    default = getattr(Appetite(), key, getattr(Risk(), key, None))
    adopted = bool(terms.set_by or terms.set_on)
    as_shipped = limit is not None and limit in (SHIPPED.get(key), default)
    return {
        "warn_at": None if terms.warn_at is None else Decimal(terms.warn_at),
        "owner": terms.owner,
        "set_by": terms.set_by,
        "set_on": terms.set_on,
        "shipped": as_shipped and not adopted,
    }


def as_shipped(record: LimitRecord, state: State) -> LimitRecord:
    """A default that the settings write down was chosen; what `govern init` writes was not."""
    where = record.key.split(".")
    document = state.documents.get(SETTINGS)
    data = document.data if document is not None else None
    section = data.get(where[0]) if isinstance(data, dict) else None
    declared = isinstance(section, dict) and where[-1] in section
    chosen = declared and record.limit != SHIPPED.get(where[-1])
    return replace(record, shipped=False) if record.shipped and chosen else record


def nothing_known(figures: PortfolioFigures) -> bool:
    """Whether no task class has a known cost."""
    return bool(figures.unpriced) and len(figures.unpriced) == len(figures.tasks)

"""What a rule is, and what it is given to judge."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.documents.document import Document
from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Flaw, Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import PortfolioFigures, TaskFigures
from multillm_gov.portfolio.portfolio import Portfolio


class Case(Struct, frozen=True, kw_only=True):
    """Everything a rule may look at. ``tasks`` holds only the task classes in the policy's scope."""

    portfolio: Portfolio
    figures: PortfolioFigures
    tasks: tuple[TaskFigures, ...]
    catalog: Catalog
    evidence: dict[tuple[str, str], tuple[PlacedRecord, ...]]
    """By task class and model, newest first."""
    documents: dict[str, Document]
    flaws: tuple[Flaw, ...]
    as_of: date
    policy: str = ""
    """Name of the policy that asks; empty for a standing rule."""
    policy_place: Place | None = None
    """Where that policy is written, so that a finding can point at its limit."""


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters of a rule that has none."""


class Rule(Struct, frozen=True, kw_only=True):
    """One rule as its module declares it in ``RULE``; the module's file name is id and name."""

    id: str
    """``GOV`` + family digit + two digits; never reused."""
    name: str
    """Kebab case."""
    title: str
    """What must hold, as a statement."""
    why: str
    """What goes wrong without it; with the source of any formula or threshold."""
    mend: str
    """How to mend, in general; a finding's remedy says it for the case."""
    severity: Severity
    check: Callable[[Case, Any], Iterator[Violation]]
    parameters: type[Struct] = Nothing
    standing: bool = True
    """Whether it judges with default parameters even where no policy asks for it."""
    waivable: bool = True
    example: str = ""
    """YAML that violates it."""
    mended: str = ""
    """The same YAML, mended."""
    controls: tuple[str, ...] = ()
    """Ids of published frameworks it supports evidence for (method 1.8)."""

    @property
    def family(self) -> int:
        """The digit after ``GOV``."""
        return int(self.id[3])

"""The judged portfolio: what every briefing starts from."""

from datetime import date

from msgspec import Struct

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.secrets import Secret
from multillm_gov.evidence.incident import PlacedIncidents
from multillm_gov.evidence.loading import Drills, Probes
from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Finding, Flaw
from multillm_gov.measures.figures import PortfolioFigures
from multillm_gov.portfolio.evals import PlacedEvals
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.portfolio.prompt import Prompts
from multillm_gov.portfolio.scenario import PlacedScenario
from multillm_gov.rules.approval_commits import Introductions
from multillm_gov.rules.engine.approvals import Contents
from multillm_gov.usage.record import Actuals


class Measured(Struct, frozen=True, kw_only=True):
    """One state of a portfolio: declared, known and measured, not yet judged."""

    portfolio: Portfolio
    figures: PortfolioFigures
    catalog: Catalog
    evidence: dict[tuple[str, str], tuple[PlacedRecord, ...]]
    drills: Drills = {}
    """Failover drills by task class, newest first."""
    probes: Probes = {}
    """Probes by task class and model, newest first."""
    incidents: tuple[PlacedIncidents, ...] = ()
    """What was seen of services' outages."""
    scenarios: tuple[PlacedScenario, ...] = ()
    """The company's own."""
    evals: tuple[PlacedEvals, ...] = ()
    """Benchmark cases."""
    prompts: Prompts = {}
    """The sound prompt files that task classes name, by path."""
    actuals: Actuals = Actuals()
    """What was really spent."""
    overrides: Overrides = Overrides()
    """What `catalog/` declares."""
    documents: dict[str, Document]
    files: dict[str, SourceFile]
    """By path, the lock included: what another state is compared with, so that equal bytes are not read twice."""
    flaws: tuple[Flaw, ...]
    """All of them, from reading to conversion."""
    read_flaws: tuple[Flaw, ...]
    """Those that reading the text alone found."""
    as_of: date
    contents: Contents | None = None
    """The digests that its own approvals are bound to; ``None``: those of its portfolio."""
    introductions: Introductions | None = None
    """Asks git which commits introduced an approval; called only where a policy wants to know."""
    secrets: tuple[Secret, ...] = ()
    """Found in the files; what is told of this state is masked by them."""
    revision: str = ""
    """Full commit id, with ``+`` for a working tree that differs from it; empty outside git."""


class Assessment(Measured, frozen=True, kw_only=True):
    """One state of a portfolio, judged as of a day."""

    findings: tuple[Finding, ...]
    """Ordered by path, line, column, rule; waived ones included."""

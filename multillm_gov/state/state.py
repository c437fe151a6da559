"""One state of a portfolio: what rules, risk, changes and reporting take whole."""

from datetime import date

from msgspec import Struct

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.secrets.search import Secret
from multillm_gov.evidence.history import History
from multillm_gov.evidence.incident import PlacedIncidents
from multillm_gov.evidence.loading import Drills, Evidence, Probes
from multillm_gov.finding import Flaw
from multillm_gov.measures.figures import PortfolioFigures
from multillm_gov.portfolio.evals import PlacedEvals
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.portfolio.prompt import Prompts
from multillm_gov.portfolio.scenario import PlacedScenario
from multillm_gov.usage.record import Actuals


class State(Struct, frozen=True, kw_only=True):
    """A portfolio as of a day: declared, known, proved, consumed and measured, not yet judged."""

    portfolio: Portfolio
    figures: PortfolioFigures
    catalog: Catalog
    as_of: date
    overrides: Overrides = Overrides()
    """What ``catalog/`` declares, vendors and providers included."""
    evidence: Evidence = {}
    """Benchmark results by task class and model, newest first."""
    drills: Drills = {}
    """Failover drills by task class, newest first."""
    probes: Probes = {}
    """Probes by task class and model, newest first."""
    history: History = History()
    """The chain of everything that was recorded, verified."""
    incidents: tuple[PlacedIncidents, ...] = ()
    """Histories of services' outages."""
    scenarios: tuple[PlacedScenario, ...] = ()
    """The company's own."""
    evals: tuple[PlacedEvals, ...] = ()
    """Benchmark cases."""
    prompts: Prompts = {}
    """The sound prompt files that task classes name, by path."""
    actuals: Actuals = Actuals()
    """Actual spend."""
    documents: dict[str, Document] = {}
    files: dict[str, SourceFile] = {}
    """Every governed file by path, the lock and files only pinned by their digest included."""
    flaws: tuple[Flaw, ...] = ()
    """All of them, from reading to conversion."""
    read_flaws: tuple[Flaw, ...] = ()
    """Those found by reading the text alone."""
    secrets: tuple[Secret, ...] = ()
    """Keys and passwords found in the files; whatever is reported is masked by them."""
    revision: str = ""
    """Full commit id, ``+`` after it for a dirty working tree; empty outside git."""

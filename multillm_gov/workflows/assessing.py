"""The straight line every command walks: files -> documents -> portfolio -> figures -> findings."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from multillm_gov.catalog.lock import read_lock
from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import load_overrides, unknown_bases
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.echoes import without_echoes
from multillm_gov.documents.layout import DIGESTED, LOCK, kind_of
from multillm_gov.documents.secrets import Secret, find_secrets
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.evidence.incidents import load_incidents
from multillm_gov.evidence.loading import load_evidence
from multillm_gov.finding import Flaw
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.portfolio.eval_loading import load_evals
from multillm_gov.portfolio.loading import load_portfolio
from multillm_gov.portfolio.prompts import load_prompts
from multillm_gov.portfolio.scenarios import load_scenarios
from multillm_gov.rules.approval_commits import Blame, introductions_of
from multillm_gov.rules.engine.approvals import Contents
from multillm_gov.rules.engine.assessment import Assessment, Measured
from multillm_gov.rules.engine.judgment import judge
from multillm_gov.rules.engine.registry import parameters_type
from multillm_gov.usage.loading import load_usage


def assess(  # noqa: PLR0913 - the one line that all commands walk
    files: Iterable[SourceFile],
    flaws: tuple[Flaw, ...] = (),
    *,
    as_of: date,
    price_map: Callable[[], PriceMap],
    revision: str = "",
    known: Assessment | None = None,
    base: Measured | None = None,
    blame: Blame | None = None,
) -> Assessment:
    """Load, measure and judge one state of a portfolio.

    Args:
        files: The governed files, from the disk or a revision.
        flaws: What reading them already found.
        as_of: The day dates are judged against.
        price_map: Called only for a model that neither the lock nor an override settles.
        revision: The commit the files are of; empty outside git.
        known: Another state of the same portfolio: what is equal there is neither parsed nor
        measured again.
        base: The state that rules about changes compare with.
        blame: Asks git which commits wrote lines of the files; called only where a policy wants to
            know.

    Raises:
        CatalogError: the price map is needed and cannot be read.
    """
    with no_collections():
        by_path = {file.path: file for file in files}
        lock = by_path.pop(LOCK, None)
        documents, unchanged, found = _read(by_path, known)
        clean = unchanged - {flaw.location.path for flaw in (known.flaws if known else ())}
        portfolio, portfolio_flaws = load_portfolio(
            documents, known.portfolio if known else None, clean
        )
        prompts, prompt_flaws = load_prompts(by_path, portfolio.task_classes)
        overrides, override_flaws = load_overrides(documents)
        evidence, drills, probes, evidence_flaws = load_evidence(documents)
        actuals, usage_flaws = load_usage(documents)
        incidents, incident_flaws = load_incidents(documents)
        scenarios, scenario_flaws = load_scenarios(documents)
        evals, eval_flaws = load_evals(documents)
        lock_flaws = read_lock(lock)[1] if lock else ()
        # A lock that cannot be trusted is a finding; the facts then come from the installed price
        # map.
        catalog = open_catalog(overrides, None if lock_flaws else lock, price_map, as_of)
        bases = {model.declared.base for model in overrides.models.values() if model.declared.base}
        base_flaws = unknown_bases(
            overrides, {base for base in bases if catalog.find(base)}, documents
        )
        figures = measure(portfolio, catalog, known.figures if known else None)
        others = (*override_flaws, *evidence_flaws, *usage_flaws, *lock_flaws, *base_flaws)
        trial_flaws = (*incident_flaws, *scenario_flaws, *eval_flaws)
        every = without_echoes(
            (*flaws, *found, *portfolio_flaws, *prompt_flaws, *others, *trial_flaws)
        )
        state = Measured(
            portfolio=portfolio,
            figures=figures,
            catalog=catalog,
            overrides=overrides,
            evidence=evidence,
            drills=drills,
            probes=probes,
            incidents=incidents,
            scenarios=scenarios,
            evals=evals,
            prompts=prompts,
            actuals=actuals,
            documents=documents,
            files=by_path if lock is None else {**by_path, LOCK: lock},
            flaws=every,
            read_flaws=tuple(found),
            as_of=as_of,
            secrets=_secrets(by_path if lock is None else {**by_path, LOCK: lock}, known),
            contents=Contents(portfolio, documents, parameters_type),
            introductions=introductions_of(blame, documents) if blame else None,
            revision=revision,
        )
        findings = judge(state, base=base)
    return Assessment(
        **{name: getattr(state, name) for name in Measured.__struct_fields__}, findings=findings
    )


def _secrets(files: dict[str, SourceFile], known: Assessment | None) -> tuple[Secret, ...]:
    """Secrets of every file, in order of path; a file that ``known`` has too is not searched again."""
    if known is None:
        return find_secrets(files.values())
    same = {
        path
        for path, file in files.items()
        if path in known.files and known.files[path].data == file.data
    }
    found = find_secrets(file for path, file in files.items() if path not in same)
    kept = (secret for secret in known.secrets if secret.path in same)
    return tuple(sorted((*kept, *found), key=lambda secret: (secret.path, secret.location.line)))


def _read(
    files: dict[str, SourceFile], known: Assessment | None
) -> tuple[dict[str, Document], frozenset[str], list[Flaw]]:
    """Documents by path, the paths taken over from ``known``, and flaws (those of a file taken over included)."""
    documents: dict[str, Document] = {}
    flaws: list[Flaw] = []
    unchanged = set()
    for path, file in files.items():
        if known and path in known.documents and known.files[path].data == file.data:
            documents[path] = known.documents[path]
            unchanged.add(path)
            continue
        if kind_of(path) in DIGESTED:
            continue
        document, found = read_document(file)
        flaws.extend(found)
        if document is not None:
            documents[path] = document
    if known:
        flaws.extend(flaw for flaw in known.read_flaws if flaw.location.path in unchanged)
    return documents, frozenset(unchanged), flaws


@contextmanager
def no_collections() -> Iterator[None]:
    """Put the cyclic collector off while millions of acyclic values are built (a third of the time otherwise)."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

"""``govern catalog``: what is known of models, and the lock of a portfolio."""

from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.known import KnownModels
from multillm_gov.catalog.lock import Lock, encode_lock, read_lock
from multillm_gov.catalog.locking import build_lock, lock_changes
from multillm_gov.catalog.lookup import LayeredCatalog, open_catalog
from multillm_gov.catalog.overrides import Overrides, load_overrides
from multillm_gov.catalog.parties.exposure import resolve_exposure
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.layout import DIGESTED, LOCK, kind_of
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import CatalogError, SourceError, UsageError
from multillm_gov.measures.cost.map_audit import SECTIONS, AuditSection, audit
from multillm_gov.portfolio.evals import load_evals
from multillm_gov.portfolio.loading import load_portfolio
from multillm_gov.sources.output import write_bytes
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import find_root
from multillm_gov.sources.sparse import read_working_tree
from multillm_gov.words import code, count_of, join_code

RESOLVED_MODES = frozenset({"chat", "embedding"})
"""Modes whose vendors and providers the catalog answers for."""


class Locked(Struct, frozen=True, kw_only=True):
    """What locking did, or would do."""

    path: Path
    lock: Lock
    changes: tuple[str, ...]
    """Empty when the lock on disk says the same."""
    unknown: tuple[str, ...]
    """Models that allocations name and nobody knows: not in the lock."""
    flaws: int
    """Mistakes in the portfolio's files, which may hide models."""


class View(Struct, frozen=True, kw_only=True):
    """The catalog as a portfolio sees it."""

    catalog: LayeredCatalog
    flaws: int = 0
    """Mistakes in the portfolio's files: what is declared there may be missing."""


class Unresolved(Struct, frozen=True, kw_only=True):
    """Chat and embedding entries of the price map without a known vendor or provider."""

    names: tuple[str, ...]
    entries: int


class ModelQuery(Struct, frozen=True, kw_only=True):
    """What a search asks for beside its words; empty: anything."""

    mode: str = ""
    vendor: str = ""
    provider: str = ""
    capabilities: frozenset[str] = frozenset()

    def fits(self, facts: ModelFacts) -> bool:
        """Whether a model has the mode, vendor and provider, and all given capabilities."""
        requested = (self.mode, self.vendor, self.provider)
        own = (facts.mode, facts.exposure.vendor, facts.exposure.provider)
        return all(want in ("", known) for want, known in zip(requested, own, strict=True)) and (
            self.capabilities <= (facts.capabilities or frozenset())
        )


class _Files(Struct, frozen=True, kw_only=True):
    documents: dict[str, Document]
    lock: SourceFile | None
    flaws: int


def show_model(name: str, view: View) -> ModelFacts:
    """All that is known of a model.

    Raises:
        UsageError: nobody knows the model; the hint names close ones.
        CatalogError: the price map cannot be read.
    """
    facts = view.catalog.find(name)
    if facts is None:
        near, base = view.catalog.suggest(name), view.catalog.suggest_base(name)
        hint = f"Candidates: {join_code(near)}." if near else "Try `govern catalog search`."
        if base:
            declared = f"models: {{{name}: {{base: {base}}}}}"
            hint = f"A deployment of your own? Write {code(declared)} in `catalog/models.yaml`."
        raise UsageError(f"No model `{name}` is known", hint)
    return facts


def search_models(
    text: str, view: View, wanted: ModelQuery, *, as_of: date
) -> tuple[ModelFacts, ...]:
    """Models not retired whose name, family or vendor holds every word of a text, by name.

    Raises:
        CatalogError: the price map cannot be read.
    """
    catalog = view.catalog
    price_map = read_price_map()
    words = text.lower().split()
    models = []
    for name in sorted({*price_map.names, *catalog.overrides.models}):
        exposure = resolve_exposure(name, price_map.provider_of(name))
        searched = f"{name.lower()} {exposure.family} {exposure.vendor} {exposure.model}"
        if all(word in searched for word in words) and (facts := catalog.find(name)) is not None:
            models.append(facts)
    return tuple(facts for facts in models if wanted.fits(facts) and not facts.retired_on(as_of))


def unresolved_models() -> Unresolved:
    """Entries of the price map without a known vendor or provider: listed, never guessed.

    Raises:
        CatalogError: the price map cannot be read.
    """
    price_map = read_price_map()
    names, entries = [], 0
    for name, entry in price_map.entries():
        if entry.get("mode") not in RESOLVED_MODES:
            continue
        entries += 1
        exposure = resolve_exposure(name, price_map.provider_of(name))
        if UNKNOWN in (exposure.vendor, exposure.provider):
            names.append(name)
    return Unresolved(names=tuple(sorted(names)), entries=entries)


def audit_map(as_of: date, section: str = "") -> tuple[AuditSection, ...]:
    """Audit all models of the price map; one section of it, or all.

    Raises:
        UsageError: no such section.
        CatalogError: the price map cannot be read.
    """
    names = [name for name, _, _ in SECTIONS]
    if section and section not in names:
        raise UsageError(f"No section `{section}`", f"One of {', '.join(names)}.")
    price_map = read_price_map()
    known = KnownModels(price_map, as_of)
    models = [facts for name in price_map.names if (facts := known.find(name)) is not None]
    return tuple(part for part in audit(models) if section in {"", part.id})


def compare_lock(root: Path | None = None, *, as_of: date | None = None, today: date) -> Locked:
    """What a new lock would change; by the old lock's own day unless another is asked for.

    Raises:
        SourceError: no portfolio there.
        CatalogError: the price map cannot be read.
    """
    folder = find_root(Path.cwd()) if root is None else root
    files = _read(folder)
    old = read_lock(files.lock)[0] if files.lock is not None else None
    portfolio, portfolio_flaws = load_portfolio(files.documents)
    overrides, override_flaws = load_overrides(files.documents)
    evals, eval_flaws = load_evals(files.documents)
    names = {model for task in portfolio.task_classes for model in task.models}
    # Judges are facts that `check` depends on too: of which vendor they are.
    names |= {model for placed in evals for model in placed.file.models}
    lock = build_lock(
        names, overrides, read_price_map(), as_of or (old.as_of if old is not None else today)
    )
    changes = lock_changes(old, lock)
    if not changes and (files.lock is None or files.lock.data != encode_lock(lock)):
        changes = (f"written anew for {lock.as_of}",)
    return Locked(
        path=folder / LOCK,
        lock=lock,
        changes=changes,
        unknown=tuple(sorted(names - set(lock.models) - set(overrides.models))),
        flaws=files.flaws + len(portfolio_flaws) + len(override_flaws) + len(eval_flaws),
    )


def lock_portfolio(root: Path, *, as_of: date) -> tuple[str, ...]:
    """Write the lock of the portfolio in a folder; return the paths written, relative to it.

    Raises:
        SourceError: the folder cannot be read.
        CatalogError: the price map cannot be read.
        OutputError: the lock cannot be written; an old one is then intact.
    """
    write_lock(compare_lock(root, as_of=as_of, today=as_of))
    return (LOCK,)


def write_lock(locked: Locked) -> None:
    """Write what `compare_lock` found, in one step.

    Raises:
        CatalogError: mistakes in the portfolio's files hide what it depends on; a lock without it
        would be lost facts.
        OutputError: it cannot be written; the old lock is then intact.
    """
    if locked.flaws:
        raise CatalogError(
            f"{count_of(locked.flaws, 'mistake')} in the portfolio's files may hide models, so no "
            "lock is written",
            "Fix what `govern check` reports, then lock.",
        )
    write_bytes(locked.path, encode_lock(locked.lock))


def view_catalog(root: Path | None, as_of: date) -> View:
    """The catalog of the portfolio in ``root`` or around the current folder; else LiteLLM's facts.

    Raises:
        SourceError: ``root`` is given and cannot be read.
        CatalogError: the lock is garbled.
    """
    try:
        folder = find_root(Path.cwd()) if root is None else root
    except SourceError:
        return View(catalog=open_catalog(Overrides(), None, read_price_map, as_of))
    files = _read(folder)
    overrides, flaws = load_overrides(files.documents)
    return View(
        catalog=open_catalog(overrides, files.lock, read_price_map, as_of),
        flaws=files.flaws + len(flaws),
    )


def _read(folder: Path) -> _Files:
    files, flaws = read_working_tree(folder)
    documents, lock, count = {}, None, len(flaws)
    for file in files:
        if file.path == LOCK:
            lock = file
            continue
        if kind_of(file.path) in DIGESTED:
            continue
        document, flaws = read_document(file)
        count += len(flaws)
        if document is not None:
            documents[file.path] = document
    return _Files(documents=documents, lock=lock, flaws=count)

"""``govern catalog``: what is known of models, and the lock of a portfolio."""

from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.known import KnownModels
from multillm_gov.catalog.lookup import LayeredCatalog, open_catalog
from multillm_gov.catalog.overrides import Overrides, load_overrides
from multillm_gov.catalog.parties.exposure import resolve_exposure
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.layout import DIGESTED, LOCK, kind_of
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import SourceError, UsageError
from multillm_gov.measures.cost.map_audit import SECTIONS, AuditSection, audit
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import find_root
from multillm_gov.sources.sparse import read_working_tree
from multillm_gov.words import code, join_code

RESOLVED_MODES = frozenset({"chat", "embedding"})
"""Modes whose vendors and providers the catalog answers for."""


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


class PortfolioFiles(Struct, frozen=True, kw_only=True):
    """Documents and lock of a portfolio, as the catalog needs them."""

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
    files = read_files(folder)
    overrides, flaws = load_overrides(files.documents)
    return View(
        catalog=open_catalog(overrides, files.lock, read_price_map, as_of),
        flaws=files.flaws + len(flaws),
    )


def read_files(folder: Path) -> PortfolioFiles:
    """Read them from the disk.

    Raises:
        SourceError: the folder cannot be read.
    """
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
    return PortfolioFiles(documents=documents, lock=lock, flaws=count)

"""From governed files to a state: read, load, measure."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.catalog.lock import read_lock
from multillm_gov.catalog.lookup import LayeredCatalog, open_catalog
from multillm_gov.catalog.overrides import Overrides, load_overrides, unknown_bases
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.flaw_list import without_repeats
from multillm_gov.documents.layout import DIGESTED, LOCK, kind_of
from multillm_gov.documents.secrets.search import Secret, find_secrets
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.evidence.history import History, read_history
from multillm_gov.evidence.incident import load_incidents
from multillm_gov.evidence.loading import load_evidence
from multillm_gov.finding import Flaw
from multillm_gov.location import Location
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.portfolio.evals import load_evals
from multillm_gov.portfolio.loading import load_portfolio
from multillm_gov.portfolio.prompts import load_prompts
from multillm_gov.portfolio.scenario import load_scenarios
from multillm_gov.state.state import State
from multillm_gov.usage.record import load_usage

MOST_VALUES = 8_000_000
"""Keys and values of all files together, which take about 600 MiB with their places."""
_Loaded = TypeVar("_Loaded")


def load_state(
    files: Iterable[SourceFile],
    flaws: tuple[Flaw, ...] = (),
    *,
    as_of: date,
    price_map: Callable[[], PriceMap],
    revision: str = "",
    known: State | None = None,
) -> State:
    """Load and measure one state of a portfolio.

    Args:
        files: The governed files, from the disk or a revision.
        flaws: What reading them already found.
        as_of: The day dates are judged against.
        price_map: Called only for a model that neither the lock nor an override settles.
        revision: The commit the files are of; empty outside git.
        known: Another state of the same portfolio: what is equal there is neither parsed nor
            measured again.

    Raises:
        CatalogError: the price map is needed and cannot be read.
    """
    with no_collections():
        by_path = {file.path: file for file in files}
        read = _read(by_path, known)
        documents, collected = read.documents, [*flaws, *read.flaws]

        def sound(loaded: tuple[_Loaded, tuple[Flaw, ...]]) -> _Loaded:
            collected.extend(loaded[1])
            return loaded[0]

        portfolio = sound(load_portfolio(documents, known.portfolio if known else None, read.sound))
        overrides = sound(load_overrides(documents))
        catalog = sound(_open_catalog(overrides, by_path.get(LOCK), price_map, as_of))
        sound(((), _unknown_bases(overrides, catalog, documents)))
        evidence, drills, probes = sound(load_evidence(documents))
        state = State(
            portfolio=portfolio,
            figures=measure(portfolio, catalog, known.figures if known else None),
            catalog=catalog,
            as_of=as_of,
            overrides=overrides,
            evidence=evidence,
            drills=drills,
            probes=probes,
            history=_history(by_path, known),
            incidents=sound(load_incidents(documents)),
            scenarios=sound(load_scenarios(documents)),
            evals=sound(load_evals(documents)),
            prompts=sound(load_prompts(by_path, portfolio.task_classes)),
            actuals=sound(load_usage(documents)),
            documents=documents,
            files=by_path,
            read_flaws=read.flaws,
            secrets=_secrets(by_path, known),
            revision=revision,
        )
        return replace(state, flaws=without_repeats(collected))


class _Read(Struct, frozen=True, kw_only=True):
    """The text of governed files, read."""

    documents: dict[str, Document]
    flaws: tuple[Flaw, ...]
    """Those of documents taken over included."""
    sound: frozenset[str]
    """Paths taken over from the known state, where nothing is wrong with them."""


def _read(files: dict[str, SourceFile], known: State | None) -> _Read:
    """Documents by path; a file that ``known`` has with equal bytes is taken over."""
    documents: dict[str, Document] = {}
    flaws: list[Flaw] = []
    same = _same(files, known)
    held = 0
    for path, file in files.items():
        if held > MOST_VALUES:
            flaws.append(_not_read(path))
        elif known and path in same and path in known.documents:
            documents[path] = known.documents[path]
            held += documents[path].size
        elif path != LOCK and kind_of(path) not in DIGESTED:
            document, matching_flaws = read_document(file)
            flaws.extend(matching_flaws)
            if document is not None:
                documents[path] = document
                held += document.size
    unchanged = same & documents.keys()
    if known:
        flaws.extend(flaw for flaw in known.read_flaws if flaw.location.path in unchanged)
        unchanged -= {flaw.location.path for flaw in known.flaws}
    return _Read(documents=documents, flaws=tuple(flaws), sound=frozenset(unchanged))


def _not_read(path: str) -> Flaw:
    return Flaw(
        kind="unreadable-file",
        message=f"not read: the files before it hold more than {MOST_VALUES:,} keys and values",
        location=Location(path),
        remedy="Split the portfolio into several folders, each judged by a call of its own (`-C "
        "FOLDER`).",
        subject=path,
    )


def _same(files: dict[str, SourceFile], known: State | None) -> frozenset[str]:
    """Paths whose bytes are those of another state."""
    if known is None:
        return frozenset()
    return frozenset(
        path
        for path, file in files.items()
        if path in known.files and known.files[path].data == file.data
    )


def _history(files: dict[str, SourceFile], known: State | None) -> History:
    """The history of evidence; one that ``known`` has as well is not verified again."""
    if known is None:
        return read_history(files)
    here, there = (
        {path: file.data for path, file in some.items() if kind_of(path) == "history"}
        for some in (files, known.files)
    )
    return known.history if here == there else read_history(files)


def _open_catalog(
    overrides: Overrides, lock: SourceFile | None, price_map: Callable[[], PriceMap], as_of: date
) -> tuple[LayeredCatalog, tuple[Flaw, ...]]:
    """The catalog; facts come from the price map where the lock cannot be trusted."""
    flaws = read_lock(lock)[1] if lock else ()
    return open_catalog(overrides, None if flaws else lock, price_map, as_of), flaws


def _unknown_bases(
    overrides: Overrides, catalog: LayeredCatalog, documents: dict[str, Document]
) -> tuple[Flaw, ...]:
    bases = {model.declared.base for model in overrides.models.values() if model.declared.base}
    return unknown_bases(overrides, {base for base in bases if catalog.find(base)}, documents)


def _secrets(files: dict[str, SourceFile], known: State | None) -> tuple[Secret, ...]:
    """Secrets of every file, ordered by path; files equal in ``known`` are not searched again."""
    if known is None:
        return find_secrets(files.values())
    same = _same(files, known)
    secrets = find_secrets(file for path, file in files.items() if path not in same)
    kept_secrets = (secret for secret in known.secrets if secret.path in same)
    return tuple(
        sorted((*kept_secrets, *secrets), key=lambda secret: (secret.path, secret.location.line))
    )


@contextmanager
def no_collections() -> Iterator[None]:
    """Switch the cyclic collector off while millions of acyclic values are built."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

"""The part of a portfolio that reading usage needs: settings, rules, task classes."""

from pathlib import Path

from msgspec import Struct

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import DIGESTED, LOCK, kind_of
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.portfolio.loading import load_portfolio
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.sources.root import split_paths
from multillm_gov.sources.sparse import read_working_tree
from multillm_gov.usage.reader import load_reader, reader_names
from multillm_gov.usage.record import Actuals, load_usage
from multillm_gov.warehouse.store import FOLDER, Store

_NEEDED = frozenset({"settings", "usage", "allocation"})


class UsagePortfolio(Struct, frozen=True, kw_only=True):
    """A portfolio as far as usage goes; no price map is read for it."""

    root: Path
    portfolio: Portfolio
    actuals: Actuals
    documents: dict[str, Document]
    """By path: where a finding's place is a line."""
    flaws: int
    """Mistakes in its files: rules may be missing."""

    @property
    def store(self) -> Store:
        """Where imported rows are."""
        return Store(folder=self.root / FOLDER)


def open_usage(root: Path | None) -> UsagePortfolio:
    """The portfolio in ``root``, or around the current folder.

    Raises:
        SourceError: there is none.
    """
    top, _ = split_paths((), root)
    files, found = read_working_tree(top)
    documents: dict[str, Document] = {}
    flaws = len(found)
    for file in files:
        if file.path == LOCK or kind_of(file.path) in DIGESTED:
            continue
        if kind_of(file.path) in _NEEDED:
            document, problems = read_document(file)
            flaws += len(problems)
            if document is not None:
                documents[file.path] = document
    portfolio, more = load_portfolio(documents)
    actuals, still_more = load_usage(documents)
    return UsagePortfolio(
        root=top,
        portfolio=portfolio,
        actuals=actuals,
        documents=documents,
        flaws=flaws + len(more) + len(still_more),
    )


def list_tellers() -> frozenset[str]:
    """Producers whose list cost is the provider's own, not a gateway's spend once more."""
    from multillm_gov.warehouse.importing import MAPPED

    named = {name for name in reader_names() if load_reader(name).contract.role == "provider"}
    return frozenset({*named, MAPPED})


def precedences() -> dict[str, int]:
    """Rank of every producer whose rows may hold the same money as another's."""
    from multillm_gov.warehouse.importing import MAPPED

    ranks = {name: load_reader(name).contract.precedence for name in reader_names()}
    return {**ranks, MAPPED: 6}

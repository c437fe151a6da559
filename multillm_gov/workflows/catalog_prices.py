"""``govern catalog update`` and ``history``: what prices do to this portfolio, and have done."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.lock import Lock, encode_lock, read_lock
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.catalog.pricing.price import Price
from multillm_gov.changes.spend import facts_in_use
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import LOCK
from multillm_gov.errors import CatalogError, SourceError, UsageError
from multillm_gov.finding import Severity
from multillm_gov.measures.cost.price_moves import added_prices, price_moves
from multillm_gov.report import Report
from multillm_gov.reporting.price_history import LockedPrice, report_history
from multillm_gov.reporting.prices import ModelMove, PriceUpdate, report_update
from multillm_gov.rules.engine.assessment import assess
from multillm_gov.sources.folder_blame import blame_folder
from multillm_gov.sources.git import Repository
from multillm_gov.sources.given_file import read_given
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import find_root
from multillm_gov.sources.sparse import read_working_tree
from multillm_gov.state.loading import load_state
from multillm_gov.state.state import State
from multillm_gov.words import code
from multillm_gov.workflows.catalog_lock import Locked, compare_lock, write_lock
from multillm_gov.workflows.comparing import compare_assessments
from multillm_gov.workflows.gate import gate

_Found = TypeVar("_Found")


class Update(Struct, frozen=True, kw_only=True):
    """What a price map would do, and the lock that would be written."""

    report: Report
    locked: Locked

    def apply(self) -> None:
        """Write the lock.

        Raises:
            CatalogError: mistakes in the portfolio's files hide what it depends on.
            OutputError: it cannot be written; the old lock is then intact.
        """
        write_lock(self.locked)


def preview_update(
    path: Path | None,
    root: Path | None = None,
    *,
    as_of: date,
    fail_on: Severity | str | None = None,
) -> Update:
    """What the price map in a file, or that of the installed LiteLLM, means for the portfolio.

    Nothing is written. The portfolio is assessed twice, with the lock it has and with the one that
    the map would give, so that every rule answers.

    Raises:
        SourceError: no portfolio there, or no such file.
        UsageError: the file is no price map.
        CatalogError: the price map cannot be read.
    """
    folder = find_root(Path.cwd()) if root is None else root
    price_map = read_price_map() if path is None else _map_in(path)
    locked = compare_lock(folder, as_of=as_of, today=as_of, price_map=price_map)
    files, flaws = read_working_tree(folder)
    blame = blame_folder(folder)
    before = assess(load_state(files, flaws, as_of=as_of, price_map=read_price_map), blame=blame)
    changed = [file for file in files if file.path != LOCK]
    changed.append(SourceFile(LOCK, encode_lock(locked.lock)))
    state = load_state(changed, flaws, as_of=as_of, price_map=lambda: price_map)
    after = assess(state, blame=blame)
    known = {finding.fingerprint for finding in before.findings}
    update = PriceUpdate(
        source=f"LiteLLM {price_map.version}" if path is None else path.name,
        before=before.state,
        after=after.state,
        comparison=compare_assessments(before.state, after.state),
        moves=tuple(_moves(before.state, after.state)),
        new=tuple(finding for finding in after.findings if finding.fingerprint not in known),
    )
    return Update(
        report=report_update(update, gate(before.state.portfolio.settings, fail_on)), locked=locked
    )


def _map_in(path: Path) -> PriceMap:
    price_map = PriceMap(path.name, read_given(path))
    try:
        names = price_map.names
    except CatalogError as error:
        raise UsageError(
            f"{code(path.name)} is no price map", "Name a LiteLLM price map in JSON."
        ) from error
    if not any("litellm_provider" in price_map.entry(name) for name in names):
        raise UsageError(
            f"{code(path.name)} has no entry with `litellm_provider`",
            "Name a LiteLLM price map in JSON.",
        )
    return price_map


def _moves(before: State, after: State) -> Iterator[ModelMove]:
    """Every model in use whose price, retirement or presence differs."""
    old, new = facts_in_use(before.figures), facts_in_use(after.figures)
    for name in sorted({*old, *new}):
        facts, other = old.get(name), new.get(name)
        if facts == other:
            continue
        yield ModelMove(
            model=name,
            gone=facts is not None and other is None,
            moves=_priced(price_moves, facts, other),
            added=_priced(added_prices, facts, other),
            lost=_priced(added_prices, other, facts),
            retirement_before=facts.lifecycle.retirement if facts is not None else None,
            retirement_after=other.lifecycle.retirement if other is not None else None,
        )


def _priced(
    measure: Callable[[Price, Price], tuple[_Found, ...]],
    facts: ModelFacts | None,
    other: ModelFacts | None,
) -> tuple[_Found, ...]:
    if facts is None or other is None or facts.price is None or other.price is None:
        return ()
    return measure(facts.price, other.price)


def committed_locks(root: Path) -> Iterator[tuple[str, date, Lock | None, str]]:
    """Commit, day and lock of every commit that changed it, oldest first; else why not read.

    Raises:
        SourceError: no repository there.
    """
    repository = Repository.open(root)
    for commit in repository.commits_of(LOCK):
        files, _ = repository.read_revision(commit)
        file = next((file for file in files if file.path == LOCK), None)
        if file is None:
            continue
        lock, flaws = read_lock(file)
        yield commit, repository.commit_day(commit), lock, flaws[0].message if flaws else ""


def price_history(model: str, root: Path | None = None, *, as_of: date) -> Report:
    """What the lock said of a model in each commit that changed it.

    Raises:
        SourceError: no portfolio or repository there, or no lock was ever committed.
        UsageError: no committed lock holds the model.
    """
    folder = find_root(Path.cwd()) if root is None else root
    locks = tuple(committed_locks(folder))
    if not locks:
        raise SourceError(
            f"`{LOCK}` was never committed", "Run `govern catalog lock` and commit what it writes."
        )
    prices = tuple(
        LockedPrice(commit=commit, day=day, litellm=lock.litellm, facts=lock.models[model])
        for commit, day, lock, _ in locks
        if lock is not None and model in lock.models
    )
    unreadable = tuple((commit, why) for commit, _, lock, why in locks if lock is None)
    if not prices:
        raise UsageError(
            f"No committed lock that can be read holds {code(model)}",
            "Name a model as an allocation does; `govern catalog show` has today's facts.",
        )
    return report_history(model, prices, unreadable, as_of)

"""``govern catalog lock``: the facts that a portfolio depends on."""

from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov.catalog.lock import Lock, encode_lock, read_lock
from multillm_gov.catalog.locking import build_lock, lock_changes
from multillm_gov.catalog.overrides import load_overrides
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.layout import LOCK
from multillm_gov.errors import CatalogError
from multillm_gov.portfolio.evals import load_evals
from multillm_gov.portfolio.loading import load_portfolio
from multillm_gov.sources.output import write_bytes
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import find_root
from multillm_gov.words import count_of
from multillm_gov.workflows.catalog import read_files


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


def compare_lock(
    root: Path | None = None,
    *,
    as_of: date | None = None,
    today: date,
    price_map: PriceMap | None = None,
) -> Locked:
    """What a new lock would change; by the old lock's own day unless another is asked for.

    Args:
        root: The portfolio's root, if it is not to be searched for.
        as_of: Day of the new lock.
        today: Day of a first lock.
        price_map: Where its facts come from; default: the installed one.

    Raises:
        SourceError: no portfolio there.
        CatalogError: the price map cannot be read.
    """
    folder = find_root(Path.cwd()) if root is None else root
    files = read_files(folder)
    old = read_lock(files.lock)[0] if files.lock is not None else None
    portfolio, portfolio_flaws = load_portfolio(files.documents)
    overrides, override_flaws = load_overrides(files.documents)
    evals, eval_flaws = load_evals(files.documents)
    names = {model for task in portfolio.task_classes for model in task.models}
    # Judges are facts that `check` depends on too: of which vendor they are.
    names |= {model for placed in evals for model in placed.file.models}
    lock = build_lock(
        names,
        overrides,
        read_price_map() if price_map is None else price_map,
        as_of or (old.as_of if old is not None else today),
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

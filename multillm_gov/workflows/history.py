"""``govern history``: the headline figures of a branch over its quarters, months or commits."""

from datetime import date
from functools import cache
from pathlib import Path

from multillm_gov.documents.secrets.masking import masked
from multillm_gov.errors import RevisionError
from multillm_gov.measures.periods import Every, periods
from multillm_gov.report import Report
from multillm_gov.reporting.history import HistoryPoint, report_history
from multillm_gov.reporting.shared.headline import headline
from multillm_gov.sources.disk import read_folder
from multillm_gov.sources.git import Repository
from multillm_gov.sources.git_history import DatedCommit, list_commits, walk
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import split_paths
from multillm_gov.state.loading import load_state
from multillm_gov.state.state import State


def history(
    *,
    every: Every = "quarter",
    as_of: date,
    root: Path | None = None,
    since: str | None = None,
) -> Report:
    """The headline figures of each period, as the last commit of it gives them.

    A state is judged as of the last day of its period (a commit: as of its own day), with the price
    lock that it held; the period that has not ended is judged as of ``as_of``.

    Args:
        every: ``quarter`` and ``month``: one state a period; ``commit``: every commit.
        as_of: The last day, and the date of the report.
        root: The portfolio's root, if it is not to be searched for.
        since: Revision or day to start at; default: the first commit.

    Raises:
        SourceError: no portfolio or no repository.
        RevisionError: ``since`` is unknown, or no commit was made by ``as_of``.
    """
    top, _ = split_paths((), root)
    repository = Repository.open(top)
    commits = tuple(commit for commit in list_commits(repository) if commit.day <= as_of)
    if since is not None:
        start = repository.resolve(since)
        ids = [commit.id for commit in commits]
        if start not in ids:
            raise RevisionError(
                f"`{since}` is not in the first-parent history of HEAD by {as_of}",
                "Name a commit of the branch that is checked out.",
            )
        commits = commits[ids.index(start) :]
    if not commits:
        raise RevisionError(f"There is no commit by {as_of}", "Name a later day.")
    files, _ = read_folder(top)
    now = load_state(files, as_of=as_of, price_map=read_price_map)
    chosen = _choose(commits, every, as_of, now.portfolio.settings.fiscal_year_starts)
    points = _points(repository, commits, chosen)
    report = report_history(points, now, every)
    return masked(report, now.secrets)


def _choose(
    commits: tuple[DatedCommit, ...], every: Every, as_of: date, year_starts: int
) -> dict[str, list[tuple[str, date]]]:
    """By commit: labels and days of the states to report; one commit may end several periods."""
    chosen: dict[str, list[tuple[str, date]]] = {}
    if every == "commit":
        return {commit.id: [(commit.id[:10], commit.day)] for commit in commits}
    position = 0
    for period in periods(commits[0].day, as_of, every, year_starts):
        day = min(period.end, as_of)
        while position + 1 < len(commits) and commits[position + 1].day <= day:
            position += 1
        chosen.setdefault(commits[position].id, []).append((period.label, day))
    return chosen


def _points(
    repository: Repository,
    commits: tuple[DatedCommit, ...],
    chosen: dict[str, list[tuple[str, date]]],
) -> tuple[HistoryPoint, ...]:
    points = []
    known: State | None = None
    price_map = cache(read_price_map)  # of today, for commits without a lock: parsed once
    for held in walk(repository, commits, chosen.keys()):
        for label, day in chosen[held.commit.id]:
            known = load_state(held.files, held.flaws, as_of=day, price_map=price_map, known=known)
            metrics = headline(known) if known.portfolio.task_classes else ()
            points.append(
                HistoryPoint(label=label, day=day, commit=held.commit.id, metrics=metrics)
            )
    return tuple(points)

"""``govern report``: assess a state, compare it with an older one, report to its audience."""

import re
import shlex
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.changes.change import Direction
from multillm_gov.changes.comparison import Comparison
from multillm_gov.documents.document import Document, locate
from multillm_gov.documents.layout import SETTINGS
from multillm_gov.errors import RevisionError
from multillm_gov.languages.language import find_language
from multillm_gov.location import Place
from multillm_gov.measures.periods import quarter_named
from multillm_gov.register import LimitRecord
from multillm_gov.report import Report
from multillm_gov.reporting.pack.causes import Authors, Standing
from multillm_gov.reporting.pack.edition import Audience
from multillm_gov.reporting.pack.report import Since, report_pack
from multillm_gov.risk.limits.proposals import propose
from multillm_gov.risk.limits.register import compared, register_of
from multillm_gov.risk.portfolio_risk import measure_board_risk
from multillm_gov.risk.stress.scenario_book import scenarios_of
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.policy_limits import policy_limits
from multillm_gov.sources.brand_files import read_look
from multillm_gov.sources.git import Repository
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.state.state import State
from multillm_gov.workflows.comparing import compare_assessments
from multillm_gov.workflows.drafts import draft_reasons
from multillm_gov.workflows.gate import gate
from multillm_gov.workflows.states import (
    assess_folder,
    assess_revision,
    require_order,
    working_revision,
)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class PackOptions(Struct, frozen=True, kw_only=True):
    """For whom the pack is, and what it compares with."""

    audience: Audience = "board"
    language: str = "en"
    since: str | None = None
    """Revision, day or quarter of the last pack; without it the pack says that none was named."""
    since_day: date | None = None
    """The last pack's own day; default: the one that ``since`` names, else that of its commit."""
    revision: str | None = None
    """Git revision to report on; default: the working tree."""


def report(options: PackOptions, *, as_of: date, root: Path | None = None) -> Report:
    """The board pack of one state.

    Args:
        options: Audience, language, and the state of the last pack.
        as_of: The day dates are judged against, and the date of the report.
        root: The portfolio's root, if it is not to be searched for.

    Raises:
        UsageError: there is no such language, or the revision to report on came before the one
            to compare with.
        SourceError: no portfolio, or no repository where a revision is named.
        RevisionError: a revision is unknown.
        CatalogError: the lock or the price map cannot be read.
    """
    language = find_language(options.language)
    top, _ = split_paths((), root)
    now = _assessed(top, options, as_of)
    last = None
    if options.since is not None:
        repository = Repository.open(top)
        options = _dated(options, repository, now)
        require_order(repository, options.since or "", options.revision or "")
        last = _last_pack(repository, options, now)
    standing = stand(now, last.standing.assessment.state if last else None)
    if now.state.revision:
        standing = with_setters(standing, Repository.open(top), now.state.revision)
    if last is not None:
        standing = replace(standing, records=compared(last.standing.records, standing.records))
    settings = now.state.portfolio.settings
    pack = report_pack(
        standing,
        since=last,
        language=language,
        audience=options.audience,
        fail_on=gate(settings, None),
    )
    at = pack.revision + "".join((options.revision or "").partition(":")[1:])
    return replace(
        pack,
        look=read_look(settings.brand, top, at if options.revision else ""),
        path_prefix=path_prefix(top),
        draft=draft_reasons(top, now.state.revision, settings.default_branch, language),
        command=command_again(pack, options),
    )


def _assessed(top: Path, options: PackOptions, as_of: date) -> Assessment:
    """The state reported on: of a revision, else of the working tree."""
    if options.revision is not None:
        return assess_revision(Repository.open(top), options.revision, as_of=as_of)
    return assess_folder(top, as_of=as_of, revision=working_revision(top))


def stand(assessment: Assessment, base: State | None = None) -> Standing:
    """An assessment with its risk, its register of limits and what could be done.

    ``base``: the state that limits on changes are measured from.
    """
    state = assessment.state
    risk = measure_board_risk(state, scenarios_of(state.scenarios))
    return Standing(
        assessment=assessment,
        risk=risk,
        records=(*register_of(risk), *policy_limits(assessment, base)),
        proposals=propose(risk),
    )


def with_setters(standing: Standing, repository: Repository, revision: str) -> Standing:
    """The records with who last wrote each limit, and when, where nobody is declared."""
    documents = standing.assessment.state.documents
    blame = repository.blame(revision.removesuffix("+"))

    places = {policy.name: policy.place for policy in standing.assessment.state.portfolio.policies}

    def place_of(record: LimitRecord) -> Place | None:
        section, *rest = record.key.split(".")
        if section in {"appetite", "risk"}:
            return Place(SETTINGS, (section, *rest))
        policy = places.get(".".join(rest[:-1])) if section == "policies" else None
        return policy.at(rest[-1]) if policy is not None else None

    def set_by(record: LimitRecord) -> LimitRecord:
        place = place_of(record)
        if place is None or record.set_by or record.set_on or not is_written(place, documents):
            return record
        line = locate(place, documents).line
        written = next((one for one in blame(place.path, (line,)) if one.commit), None)
        if written is None:
            return record
        day = repository.commit_day(written.commit)
        return replace(record, set_by=written.author_email, set_on=day)

    return replace(standing, records=tuple(map(set_by, standing.records)))


def is_written(place: Place, documents: dict[str, Document]) -> bool:
    """Whether a file has the place's key; what follows from a default is nobody's."""
    document = documents.get(place.path)
    data = document.data if document is not None else None
    for part in place.pointer:
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True


def _authors(repository: Repository, now: Assessment, comparison: Comparison) -> Authors:
    """Who wrote what loosens a safeguard, and how many of these have an approval on record."""
    documents, portfolio = now.state.documents, now.state.portfolio
    approved = {approval.declared.subject for approval in portfolio.approvals}
    blame = repository.blame(now.state.revision.removesuffix("+"))
    names: dict[str, None] = {}
    count = 0
    for change in comparison.toward(Direction.LOOSENED):
        count += bool({f"policy:{change.subject}", f"task_class:{change.subject}"} & approved)
        place = change.place_after
        if place is None or place.path not in documents:
            continue
        line = locate(place, documents).line
        names |= {one.author_email: None for one in blame(place.path, (line,)) if one.commit}
    return Authors(names=tuple(names), approved=count)


def _dated(options: PackOptions, repository: Repository, now: Assessment) -> PackOptions:
    """With the last pack's own day, and its end where ``since`` names a quarter of the year."""
    since, day = options.since or "", options.since_day
    period = quarter_named(since, now.state.portfolio.settings.fiscal_year_starts)
    name = repository.split_revision(since)[0]
    try:
        commit = repository.resolve(name)
    except RevisionError:
        if period is None:
            raise
        since = name = period.end.isoformat()
        commit = repository.resolve(name)
    if day is None and _DAY.fullmatch(name):
        day = date.fromisoformat(name)
    day = day or repository.commit_day(commit)
    return replace(options, since=since, since_day=min(day, now.state.as_of))


def _last_pack(repository: Repository, options: PackOptions, now: Assessment) -> Since:
    """The state of the last pack, judged as of its own day with the catalog that it held."""
    day = options.since_day or now.state.as_of
    then = assess_revision(repository, options.since or "", as_of=day, known=now.state)
    comparison = compare_assessments(then.state, now.state)
    return Since(
        standing=stand(then),
        comparison=comparison,
        day=day,
        authors=_authors(repository, now, comparison),
    )


def command_again(pack: Report, options: PackOptions) -> str:
    """The call that gives the same bytes wherever the commit is; empty: what is not committed.

    Revisions are full ids, with the folder (``main:ai``) where the call named one.
    """
    if not pack.revision or pack.revision.endswith("+"):
        return ""
    revision, since = options.revision or "", options.since or ""
    words = ["govern", "report", "--at", pack.revision + "".join(revision.partition(":")[1:])]
    words += ["--as-of", pack.as_of]
    if pack.base:
        words += ["--since", pack.base + "".join(since.partition(":")[1:])]
        words += ["--since-day", f"{options.since_day}"] if options.since_day else []
    words += ["--audience", options.audience] if options.audience != "board" else []
    words += ["--language", options.language] if options.language != "en" else []
    return shlex.join(words)

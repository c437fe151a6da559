"""The board pack as a report: front matter, page two, and the sections of its audience."""

from collections.abc import Callable, Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.changes.comparison import Comparison
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Finding, ReportedWaiver, Severity, with_needs
from multillm_gov.languages.language import Language
from multillm_gov.report import Metric, Report, Section, judge_counts
from multillm_gov.reporting.board.report import calm, detail_sections, in_english
from multillm_gov.reporting.pack import assurance, duties, facts, money, scenarios, suppliers
from multillm_gov.reporting.pack.causes import Authors, Standing
from multillm_gov.reporting.pack.decisions import Agenda, FollowUp, agenda_of, follow_up
from multillm_gov.reporting.pack.edition import Audience, Edition
from multillm_gov.reporting.pack.page_two import LastPack, page_two, standing_sentence
from multillm_gov.reporting.pack.records import records_section
from multillm_gov.reporting.shared.headline import with_before
from multillm_gov.reporting.shared.waivers import list_waivers
from multillm_gov.reporting.stress.report import risk_metrics
from multillm_gov.risk.limits.register import register_of
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.state.state import State

_SECTIONS: dict[Audience, tuple[str, ...]] = {
    "board": ("decisions", "facts", "suppliers", "cost"),
    "risk": (
        "decisions", "facts", "scenarios", "suppliers", "lifecycle", "quality", "events", "waivers",
        "completeness", "register", "method",
    ),
    "procurement": (
        "decisions", "suppliers", "cost", "lifecycle", "exit", "data", "register", "method",
    ),
    "engineering": ("decisions", "facts", "scenarios"),
    "audit": (
        "register", "decisions", "facts", "cost", "reconciliation", "data", "quality", "events",
        "waivers", "exit", "controls", "completeness", "method",
    ),
}  # fmt: skip
"""What each audience reads, in its order; page two comes first for everybody."""


_ANNEX = ("register", "waivers", "method")
"""What follows the pages that a board reads."""


class Since(Struct, frozen=True, kw_only=True):
    """The state of the last pack, and the day of its commit."""

    standing: Standing
    comparison: Comparison
    day: date
    authors: Authors = Authors()


class PackContents(Struct, frozen=True, kw_only=True):
    """Everything a pack is made of."""

    standing: Standing
    agenda: Agenda
    followed: tuple[FollowUp, ...]
    waivers: tuple[ReportedWaiver, ...]
    since: Since | None
    edition: Edition

    @property
    def last(self) -> LastPack:
        """What page two says of the last pack."""
        authors = self.since.authors if self.since else Authors()
        return LastPack(comparison=self.comparison, followed=self.followed, authors=authors)

    @property
    def comparison(self) -> Comparison | None:
        """What changed since the last pack."""
        return None if self.since is None else self.since.comparison


def report_pack(
    standing: Standing,
    *,
    since: Since | None,
    language: Language,
    audience: Audience = "board",
    fail_on: Severity | None,
) -> Report:
    """The pack of one state (method 1.7, 5, 9, 10); every figure follows from its arguments.

    Args:
        standing: The state reported on, judged and measured.
        since: That of the last pack; with it the pack says what changed and what became of it.
        language: Of all that the tool says.
        audience: Selects and orders the sections.
        fail_on: Least severity that fails the gate; ``None``: never.
    """
    assessment = standing.assessment
    state = assessment.state
    edition = Edition(state, language, audience)
    pack = _pack_of(standing, since, edition, fail_on)
    report = Report(
        kind="board",
        title=edition.say(f"title.{audience}"),
        organization=state.portfolio.settings.organization,
        as_of=state.as_of.isoformat(),
        verdict=judge_counts(assessment.findings, fail_on),
        currency=state.figures.currency,
        revision=state.revision,
        base=since.standing.assessment.state.revision if since else "",
        language=language.code,
        edition=audience,
        facts=tuple(_front_matter(pack)),
        summary=standing_sentence(standing, pack.agenda, edition),
        headline=_metrics(standing, since),
        limits=standing.records,
        decisions=pack.agenda.decisions,
        management=pack.agenda.management,
        sections=tuple(_sections(pack)),
        findings=with_needs(assessment.findings, fail_on),
        resolved=_resolved(assessment, since),
        waivers=pack.waivers,
        provenance=duties.sources(pack.edition),
        checked=_checked(state),
    )
    return masked(report, state.secrets, since.standing.assessment.state.secrets if since else ())


def _checked(state: State) -> tuple[tuple[str, int], ...]:
    return (
        ("files", len(state.files)),
        ("task classes", len(state.portfolio.task_classes)),
        ("policies", len(state.portfolio.policies)),
    )


def _metrics(standing: Standing, since: Since | None) -> tuple[Metric, ...]:
    now = risk_metrics(standing.risk, register_of(standing.risk))
    if since is None:
        return now
    return with_before(risk_metrics(since.standing.risk, register_of(since.standing.risk)), now)


def _pack_of(
    standing: Standing, since: Since | None, edition: Edition, fail_on: Severity | None
) -> PackContents:
    comparison = since.comparison if since else None
    agenda = agenda_of(standing, comparison, edition)
    return PackContents(
        standing=standing,
        agenda=agenda,
        followed=_followed(since, agenda, edition),
        waivers=list_waivers(standing.assessment, fail_on),
        since=since,
        edition=edition,
    )


def _followed(since: Since | None, agenda: Agenda, edition: Edition) -> tuple[FollowUp, ...]:
    if since is None:
        return ()
    then = agenda_of(since.standing, None, edition)
    return follow_up(then, agenda, edition.state.as_of)


def _resolved(now: Assessment, since: Since | None) -> tuple[Finding, ...]:
    """Active findings of the last pack that no longer exist."""
    if since is None:
        return ()
    current = {finding.fingerprint for finding in now.findings if finding.active}
    return tuple(
        finding
        for finding in since.standing.assessment.findings
        if finding.active and finding.fingerprint not in current
    )


def _sections(pack: PackContents) -> Iterator[Section]:
    edition = pack.edition
    yield page_two(pack.standing, pack.agenda, pack.last, edition)
    made = _makers(pack)
    for name in _SECTIONS[edition.audience]:
        yield made[name]()
    if edition.audience == "board":
        for letter, name in zip("ABC", _ANNEX, strict=True):
            part = made[name]()
            title = edition.say("section.annex", letter=letter, title=part.title)
            yield replace(part, title=title)
    if edition.audience == "engineering":
        details = detail_sections(
            pack.standing.assessment,
            pack.standing.risk,
            since=pack.since.standing.assessment if pack.since else None,
            comparison=pack.comparison,
            verdict=judge_counts(pack.standing.assessment.findings, None),
        )
        named = pack.agenda.decisions or pack.agenda.management
        if edition.language.code != "en":
            details = in_english(details, edition.say("page.details"))
        yield from details if named else map(calm, details)


def _makers(pack: PackContents) -> dict[str, Callable[[], Section]]:
    standing, edition = pack.standing, pack.edition
    risk, state = standing.risk, standing.assessment.state
    day = pack.since.day if pack.since else None
    outside = frozenset(record.id for record in standing.records if record.judgment == "outside")
    return {
        "decisions": lambda: records_section(pack.agenda, standing.records, pack.followed, edition),
        "facts": lambda: facts.facts_section(risk, outside, edition),
        "scenarios": lambda: scenarios.scenario_section(risk, outside, edition),
        "suppliers": lambda: suppliers.suppliers_section(risk, edition),
        "lifecycle": lambda: suppliers.lifecycle_section(risk, edition),
        "exit": lambda: suppliers.exit_section(risk, edition),
        "cost": lambda: money.cost_section(state, pack.comparison, edition),
        "reconciliation": lambda: money.reconciliation_section(state, edition),
        "quality": lambda: assurance.quality_section(state, edition),
        "data": lambda: assurance.data_section(state, edition),
        "events": lambda: assurance.events_section(state, day, edition),
        "waivers": lambda: duties.waivers_section(pack.waivers, edition),
        "controls": lambda: duties.controls_section(standing.assessment, edition),
        "completeness": lambda: duties.completeness_section(risk, edition),
        "register": lambda: duties.register_section(standing.records, edition),
        "method": lambda: duties.method_section(edition, day),
    }


def _front_matter(pack: PackContents) -> Iterator[tuple[str, str]]:
    """Purpose, meeting, period, paper and who stands for it; blank lines where nobody is named."""
    edition, say = pack.edition, pack.edition.say
    declared = edition.state.portfolio.settings.pack
    purpose = "decision" if pack.agenda.decisions else "assurance"
    yield say("front.purpose"), say(f"front.for-{purpose}")
    yield say("front.meeting"), declared.meeting or say("blank")
    if declared.paper:
        yield say("front.paper"), declared.paper
    if pack.since is None:
        yield say("front.as-of"), edition.day(edition.state.as_of)
    else:
        period = say("front.since", start=pack.since.day, end=edition.state.as_of)
        yield say("front.period"), period
    yield say("front.classification"), declared.classification or say("blank")
    for name in ("prepared_by", "reviewed_by", "approved_by"):
        yield say(f"front.{name.replace('_', '-')}"), getattr(declared, name) or say("blank")

"""What a reviewer looks at first: at most three sentences, the worst before the rest."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from multillm_gov.briefing import Matter, ReportedChange
from multillm_gov.changes.change import Area
from multillm_gov.finding import Finding, Severity
from multillm_gov.reporting.diff.compared import Compared
from multillm_gov.reporting.diff.grouping import short_message
from multillm_gov.units import format_money
from multillm_gov.words import code, count_of, join_some

MOST_SENTENCES = 3
LIMIT_AREAS = (Area.POLICIES.value, Area.SETTINGS.value)
_PARTS = 3
"""Facts that one sentence names."""
_ZERO = Decimal(0)
_ONLY = "the only fallback"


def look_first(compared: Compared, values: Mapping[str, Decimal]) -> tuple[Matter, ...]:
    """At most three sentences: hard-mandatory limits, then task classes by money, then limits."""
    limits = [change for change in compared.loosened if change.area in LIMIT_AREAS]
    hard = [change for change in limits if compared.is_hard(change)]
    soft = [change for change in limits if not compared.is_hard(change)]
    first = [_limits(hard, "hard-mandatory limit")] if hard else []
    last = [_limits(soft, "limit")] if soft else []
    room = MOST_SENTENCES - len(first) - len(last)
    return (*first, *_task_matters(compared, values)[:room], *last)


def _limits(changes: Sequence[ReportedChange], noun: str) -> Matter:
    named = "; ".join(_named(change) for change in changes[:_PARTS])
    more = f"; and {len(changes) - _PARTS:,} more" if len(changes) > _PARTS else ""
    text = f"{count_of(len(changes), noun)} loosened: {named}{more}."
    first = changes[0]
    return Matter(text=text, location=first.location, in_base=first.location_after is None)


def _named(change: ReportedChange) -> str:
    return (
        change.title if change.subject == "settings" else f"{code(change.subject)} {change.title}"
    )


class _Subject(Struct, frozen=True, kw_only=True):
    """What happened to one task class, or to another subject of findings."""

    name: str
    errors: tuple[Finding, ...]
    lost: tuple[ReportedChange, ...]
    moved: tuple[ReportedChange, ...]
    value: Decimal

    @property
    def rank(self) -> tuple[bool, Decimal, str]:
        """Errors and loosened safeguards by value at stake, then what moves money, by money."""
        if self.errors or self.lost:
            return False, -self.value, self.name
        return True, -max(map(_effect, self.moved), default=_ZERO), self.name


def _task_matters(compared: Compared, values: Mapping[str, Decimal]) -> list[Matter]:
    """One sentence for each task class with errors, loosened safeguards or a move of money."""
    gate = compared.verdict.fail_on or Severity.ERROR
    errors: dict[str, list[Finding]] = {}
    for finding in compared.findings.new:
        if finding.active and finding.severity >= gate:
            errors.setdefault(finding.subject, []).append(finding)
    lost: dict[str, list[ReportedChange]] = {}
    moved: dict[str, list[ReportedChange]] = {}
    for change in compared.changes:
        if change.area not in LIMIT_AREAS:
            kind = lost if change.direction == "loosened" else moved
            kind.setdefault(change.subject, []).append(change)
    subjects = [
        _Subject(
            name=name,
            errors=tuple(errors.get(name, ())),
            lost=tuple(lost.get(name, ())),
            moved=tuple(sorted(moved.get(name, ()), key=_effect, reverse=True)),
            value=values.get(name, _ZERO),
        )
        for name in {*errors, *lost, *moved}
    ]
    ranked = sorted(subjects, key=lambda subject: subject.rank)
    currency = compared.after.state.figures.currency
    return [
        _sentence(each, currency) for each in ranked if each.errors or each.lost or each.rank[1]
    ]


def _sentence(subject: _Subject, currency: str) -> Matter:
    parts = [*_lost_words(subject.lost), *_error_words(_not_told(subject))]
    stake = f" ({format_money(subject.value, currency)} a month at stake)" if subject.value else ""
    if not parts:
        parts, stake = [_moved_words(change) for change in subject.moved], ""
    more = f"; and {len(parts) - _PARTS:,} more" if len(parts) > _PARTS else ""
    text = f"{code(subject.name)}{stake}: {'; '.join(parts[:_PARTS])}{more}."
    if subject.errors:
        return Matter(text=text, location=subject.errors[0].location)
    change = (*subject.lost, *subject.moved)[0]
    return Matter(text=text, location=change.location, in_base=change.location_after is None)


def _effect(change: ReportedChange) -> Decimal:
    return abs(change.spend_effect_per_month or _ZERO)


def _not_told(subject: _Subject) -> tuple[Finding, ...]:
    """Errors, without that of a missing fallback where the loss of the only one is said."""
    only = any(_ONLY in change.note for change in subject.lost)
    return tuple(error for error in subject.errors if not (only and error.rule == "GOV201"))


def _lost_words(changes: Sequence[ReportedChange]) -> Iterator[str]:
    """``loses its fallbacks `a` and `b```, then other safeguards one by one."""
    fallbacks = [code(change.before) for change in changes if change.kind == "fallback-removed"]
    if fallbacks:
        noun = "fallback" if len(fallbacks) == 1 else "fallbacks"
        only = "only " if any(_ONLY in change.note for change in changes) else ""
        yield f"loses its {only}{noun} {join_some(fallbacks)}"
    yield from (change.title for change in changes if change.kind != "fallback-removed")


def _error_words(errors: Sequence[Finding]) -> Iterator[str]:
    """One phrase for each rule, in order of families: what no longer answers comes first."""
    rules: dict[str, list[Finding]] = {}
    for finding in sorted(errors, key=lambda finding: finding.rule):
        rules.setdefault(finding.rule, []).append(finding)
    for rule in rules.values():
        message = short_message(rule[0])
        yield message if len(rule) == 1 else f"{message}, and {len(rule) - 1:,} more like it"


def _moved_words(change: ReportedChange) -> str:
    return f"{change.title}{f' ({change.remarks})' if change.remarks else ''}"

"""Decision records in full, what became of the last ones, and matters for management."""

from collections.abc import Iterator

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.register import DecisionOption, DecisionRecord, Effect, LimitRecord
from multillm_gov.report import Section
from multillm_gov.reporting.pack.decisions import Agenda, FollowUp
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.reporting.pack.measures import measure

_MOST_EFFECTS = 4


def records_section(
    agenda: Agenda,
    records: tuple[LimitRecord, ...],
    followed: tuple[FollowUp, ...],
    edition: Edition,
) -> Section:
    """One table of options a decision."""
    known = {record.id: record for record in records}
    blocks: list[Block] = []
    for number, decision_record in enumerate(agenda.decisions, 1):
        blocks += _record(number, decision_record, known, edition)
    if not agenda.decisions:
        blocks.append(Paragraph(edition.say("decisions.none")))
    blocks += _management(agenda, edition)
    blocks += _followed(followed, edition)
    return Section(id="decisions", title=edition.say("section.decisions"), blocks=tuple(blocks))


def _record(
    number: int, record: DecisionRecord, known: dict[str, LimitRecord], edition: Edition
) -> Iterator[Block]:
    say = edition.say
    columns = (
        Column(say("column.option")),
        Column(say("column.cost", currency=edition.currency), numeric=True),
        Column(say("column.effects")),
        Column(say("column.loss", currency=edition.currency), numeric=True),
    )
    rows = tuple(
        _option(place, option, record.recommended, known, edition)
        for place, option in enumerate(record.options)
    )
    yield Table(title=f"{number}. {record.title}", columns=columns, rows=rows)
    yield Paragraph(
        say(
            "record.terms",
            why=record.why,
            nothing=record.nothing,
            owner=record.owner or say("blank"),
            due=edition.optional_day(record.due),
        )
    )


def _option(
    place: int,
    option: DecisionOption,
    recommended: int | None,
    known: dict[str, LimitRecord],
    edition: Edition,
) -> tuple[Cell, ...]:
    say = edition.say
    words = f"{'abcdefgh'[place]}) {option.words}"
    if place == recommended:
        words += f" ({say('recommended')})"
    loss = say("not-computed")
    if option.expected_loss is not None:
        loss = signed(option.expected_loss, edition)
    cost = say("not-computed")
    if option.cost_per_month is not None:
        cost = signed(float(option.cost_per_month), edition)
    effects = [
        _effect(effect, known, edition) for effect in option.effects if effect.limit in known
    ]
    listed = "; ".join(effects[:_MOST_EFFECTS])
    further = len(effects) - _MOST_EFFECTS
    if further > 0:
        listed += "; " + say("list.more", n=further)
    unmoved = say("effects.none") if option.expected_loss is not None or option.acceptance else ""
    return (
        Cell(words, strong=place == recommended),
        Cell(cost),
        Cell(listed or unmoved or say("not-computed")),
        Cell(loss if not option.acceptance else say("unchanged")),
    )


def signed(value: float, edition: Edition) -> str:
    """A difference with its sign; nothing below half a unit is one."""
    if abs(value) < 0.5:
        return "0"
    sign = "+" if value > 0 else "\N{MINUS SIGN}"
    return f"{sign}{edition.amount(abs(value))}"


def _effect(effect: Effect, known: dict[str, LimitRecord], edition: Edition) -> str:
    record = known[effect.limit]
    return edition.say(
        "effect",
        measure=measure(record, edition),
        before=edition.value(record, effect.before),
        after=edition.value(record, effect.after),
        status=edition.say(f"status.{effect.judgment}"),
    )


def _management(agenda: Agenda, edition: Edition) -> Iterator[Block]:
    say = edition.say
    if not agenda.management:
        return
    columns = (
        Column(say("column.matter")),
        Column(say("column.where")),
        Column(say("column.owner")),
        Column(say("column.due")),
    )
    rows = tuple(
        (
            Cell(matter.title),
            Cell(edition.language.join(matter.subjects, 4) if matter.subjects else ""),
            Cell(matter.owner or say("blank")),
            Cell(edition.optional_day(matter.due)),
        )
        for matter in agenda.management
    )
    yield Table(title=say("table.management"), columns=columns, rows=rows)


def _followed(followed: tuple[FollowUp, ...], edition: Edition) -> Iterator[Block]:
    say = edition.say
    if not followed:
        return
    columns = (
        Column(say("column.decision")),
        Column(say("column.status")),
        Column(say("column.due")),
    )
    status = {"done": "good", "open": "watch", "late": "bad"}
    rows = tuple(
        (
            Cell(follow_up.title),
            Cell(say(f"followed.{follow_up.outcome}"), status[follow_up.outcome]),  # type: ignore[arg-type]
            Cell(edition.optional_day(follow_up.due)),
        )
        for follow_up in followed
    )
    yield Table(title=say("table.followed"), columns=columns, rows=rows)
    yield Paragraph(say("followed.how"))

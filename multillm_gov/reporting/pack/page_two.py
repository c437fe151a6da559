"""Page two: where we stand, what changed, measures, decisions, what is not known. One page.

It fits one page by construction: sentences are counted, tables bounded, and what does not fit is
counted and stands in a later section.
"""

from collections.abc import Iterator

from msgspec import Struct

from multillm_gov.changes.change import Change, Direction
from multillm_gov.changes.comparison import Comparison
from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Table
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.register import DecisionRecord, LimitRecord
from multillm_gov.report import Section
from multillm_gov.reporting.pack.causes import Authors, Standing
from multillm_gov.reporting.pack.decisions import Agenda, FollowUp
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.reporting.pack.measures import (
    MOST_NAME,
    lines_of,
    measures_table,
    moved_words,
    shortened,
)
from multillm_gov.risk.limits.judging import left_out

MOST_WORDS = 80
_FEW = 3
"""Decisions beside which there is room to name the matters that the first sentence counts."""
_LINES = 40
"""Lines of page two beside its headings and first sentences."""
_WIDE = 90
"""Characters of a line across the page."""
_HEAD = 3
"""Lines of a table's title and head."""
MOST_LINE = 240
"""Characters of an option and of a line; the whole texts stand in later sections."""


class LastPack(Struct, frozen=True, kw_only=True):
    """What the page says of the last pack; without a comparison, that none was named."""

    comparison: Comparison | None
    followed: tuple[FollowUp, ...]
    authors: Authors


def page_two(standing: Standing, agenda: Agenda, last: LastPack, edition: Edition) -> Section:
    """The whole page."""
    records = standing.records
    changed, decisions = [*_changed(records, last, edition)], [*_decisions(agenda, edition)]
    unknown = Paragraph(unknown_sentence(standing, edition))
    left = _LINES - _lines([*changed, *decisions, unknown])
    measures = measures_table(records, edition, compared=last.comparison is not None, lines=left)
    blocks = (*changed, measures, *decisions, unknown)
    return Section(id="position", title=edition.say("section.position"), blocks=blocks)


def _lines(blocks: list[Block]) -> int:
    """Lines that the blocks take: cells in narrow columns, sentences across the page."""
    tables = [block for block in blocks if isinstance(block, Table)]
    texts = [block.text for block in blocks if isinstance(block, Paragraph)]
    texts += [item for block in blocks if isinstance(block, Items) for item in block.items]
    cells = (lines_of([cell.text for cell in row]) for table in tables for row in table.rows)
    return _HEAD * len(tables) + sum(cells) + sum(lines_of([text], _WIDE) for text in texts)


def standing_sentence(standing: Standing, agenda: Agenda, edition: Edition) -> str:
    """Where we stand, in one sentence or two; nothing that is not judged counts as kept."""
    records, say = tuple(one for one in standing.records if one.of_board), edition.say
    judged = [record for record in records if record.judgment != "not judged"]
    outside = sum(one.judgment == "outside" for one in judged)
    not_judged = sum(
        record.judgment == "not judged" and record.limit is not None for record in records
    )
    if not judged:
        parts = [say("standing.nothing")]
    elif outside:
        parts = [say("standing.outside", n=outside, total=len(judged))]
    else:
        parts = [say("standing.within", n=len(judged))]
    if judged and not_judged:
        parts.append(say("standing.not-judged", n=not_judged))
    dead = next(
        (record for record in records if record.id == "retired-models" and record.value), None
    )
    if dead is not None:
        value = dead.facts["value_at_stake"]
        parts.append(
            say(
                "standing.retired",
                n=int(float(dead.value or 0)),
                amount=edition.money(float(value or 0)),
            )
        )
    if left_out(standing.assessment.state):
        parts.append(say("standing.incomplete", n=len(left_out(standing.assessment.state))))
    parts.append(_asked(agenda, edition))
    return " ".join(parts)


def _asked(agenda: Agenda, edition: Edition) -> str:
    """What is asked of the board; "no decisions" only where nothing is open at all."""
    decisions, matters = len(agenda.decisions), len(agenda.management)
    if decisions and matters:
        return edition.say("asked.both", n=decisions, matters=matters)
    if decisions:
        return edition.say("asked.decisions", n=decisions)
    return edition.say("asked.matters", n=matters) if matters else edition.say("asked.nothing")


def _changed(records: tuple[LimitRecord, ...], last: LastPack, edition: Edition) -> Iterator[Block]:
    """Money, limits that moved and safeguards loosened, each counted; one line without a base."""
    say, comparison = edition.say, last.comparison
    if comparison is None:
        yield Paragraph(say("changed.no-base"))
        return
    items = []
    spend = comparison.spend
    if spend.delta:
        way = "changed.up" if spend.delta > 0 else "changed.down"
        change = abs(spend.delta / spend.before) if spend.before else None
        items.append(
            say(
                way,
                amount=edition.money(abs(spend.delta)),
                share="" if change is None else f" ({edition.share(change)})",
                total=edition.money(spend.after),
            )
        )
    elif spend.delta is not None:
        items.append(say("changed.same"))
    moved = [moved_words(record, edition) for record in records if record.limit_before is not None]
    if moved:
        items.append(say("changed.limits", n=len(moved), limits=edition.language.join(moved, 2)))
    loosened = comparison.toward(Direction.LOOSENED)
    if loosened:
        items.append(_loosened_words(loosened, last, edition))
    items += _followed(last.followed, edition)
    yield Items(tuple(shortened(item, MOST_LINE) for item in items or [say("changed.nothing")]))


def _loosened_words(loosened: tuple[Change, ...], last: LastPack, edition: Edition) -> str:
    """Which safeguards, by whom, and how many approvals."""
    say = edition.say
    names = dict.fromkeys(
        say("changed.settings")
        if one.subject == "settings"
        else edition.subject(one.subject.partition(" / ")[0])
        for one in loosened
    )
    listed = edition.language.join([*names], 3)
    authors, approved = last.authors.names, last.authors.approved
    by = edition.language.join(authors, 2) if authors else say("unknown")
    terms = say("changed.by", authors=by, approved=approved, n=len(loosened))
    return say("changed.loosened", n=len(loosened), subjects=listed) + terms


def _decisions(agenda: Agenda, edition: Edition) -> Iterator[Block]:
    say = edition.say
    columns = (
        Column(say("column.number"), numeric=True),
        Column(say("column.decision")),
        Column(say("column.recommended")),
        Column(say("column.owner")),
        Column(say("column.due")),
    )
    if agenda.decisions:
        rows = tuple(_row(n, one, edition) for n, one in enumerate(agenda.decisions, 1))
        title = say("table.decisions", n=len(rows))
        yield Table(title=title, columns=columns, rows=rows)
    if agenda.management and len(agenda.decisions) <= _FEW:
        titles = [one.title for one in agenda.management]
        listed = edition.language.join(titles, 2)
        line = say("for-management", n=len(titles), titles=listed)
        yield Paragraph(shortened(line, MOST_LINE))


def _row(number: int, one: DecisionRecord, edition: Edition) -> tuple[Cell, ...]:
    option = None if one.recommended is None else one.options[one.recommended]
    words = edition.say("no-option") if option is None else shortened(option.words, MOST_WORDS)
    if option is not None and option.cost_per_month is not None:
        words += f" ({cost_words(float(option.cost_per_month), edition)})"
    return (
        Cell(f"{number}"),
        Cell(shortened(one.title, MOST_NAME)),
        Cell(words),
        Cell(shortened(one.owner, MOST_NAME // 2) or edition.say("blank")),
        Cell(edition.optional_day(one.due)),
    )


def cost_words(amount: float, edition: Edition) -> str:
    """``+12,500 USD a month``, or that it costs nothing while nothing fails."""
    if abs(amount) < 0.5:
        return edition.say("cost.none")
    sign = "+" if amount > 0 else "\N{MINUS SIGN}"
    return edition.say("cost.month", amount=f"{sign}{edition.money(abs(amount))}")


def _followed(followed: tuple[FollowUp, ...], edition: Edition) -> Iterator[str]:
    if followed:
        counts = {
            word: sum(one.outcome == word for one in followed) for word in ("done", "open", "late")
        }
        yield edition.say("followed", total=len(followed), n=len(followed), **counts)


def unknown_sentence(standing: Standing, edition: Edition) -> str:
    """Known to be unknown: assumed failure rates, quality, retirement dates, clouds, costs."""
    say, state, risk = edition.say, standing.assessment.state, standing.risk
    parts = []
    shipped = sum(record.shipped for record in standing.records)
    rates = [part for part in risk.context.system.components if 0 < part.unavailability < 1]
    assumed = sum(rate.origin == "assumed" for rate in rates)
    if rates:
        parts.append(say("unknown.rates", n=assumed, total=len(rates)))
    floors = [task for task in state.figures.tasks if task.task.declared.quality is not None]
    unproved = [task for task in state.figures.tasks if not _has_evidence(standing, task)]
    if state.figures.tasks:
        parts.append(
            say(
                "unknown.quality",
                n=len(unproved),
                total=len(state.figures.tasks),
                floors=len(floors),
            )
        )
    lives = [model for model in risk.retirements.models if model.routed]
    undated = sum(live.retirement is None for live in lives)
    if lives:
        parts.append(say("unknown.dates", n=undated, total=len(lives)))
    if state.figures.unpriced:
        names = edition.tasks([*state.figures.unpriced])
        parts.append(say("unknown.costs", n=len(state.figures.unpriced), tasks=names))
    if shipped:
        parts.append(say("unknown.shipped", n=shipped, total=len(standing.records)))
    return say("unknown.lead") + " " + "; ".join(parts) + "." if parts else say("unknown.nothing")


def _has_evidence(standing: Standing, task: TaskFigures) -> bool:
    """Whether an internal result of a routed model exists."""
    state = standing.assessment.state
    return any(
        placed.record.origin == "internal" and placed.record.date <= state.as_of
        for leg in task.legs
        for placed in state.evidence.get((task.task.name, leg.model), ())
    )

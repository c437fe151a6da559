"""Evidence: quality with its interval, where data goes, drills and incidents."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from multillm_gov.content import Block, Cell, Column, Paragraph, Status, Table
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.evidence.record import EvidenceRecord
from multillm_gov.measures.figures import LegFigures, TaskFigures
from multillm_gov.measures.intervals import wilson_interval
from multillm_gov.report import Section
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.state.state import State

_MOST = 12
_FRESH_DAYS = 90
"""Age up to which evidence counts as fresh (method 9)."""


def quality_section(state: State, edition: Edition) -> Section:
    """The newest internal result of each routed model: interval, floor, sample, age."""
    say = edition.say
    rows, unproved = [], []
    for task in sorted(state.figures.tasks, key=lambda t: -t.value_at_stake_per_month):
        newest = _newest(state, task)
        if newest is None:
            unproved.append(task.task.name)
        else:
            rows.append(_quality_row(state, task, *newest, edition))
    columns = tuple(
        Column(say(f"column.{name}"), numeric=name in {"score", "floor", "cases", "age"})
        for name in ("task", "model", "score", "floor", "cases", "age", "status")
    )
    blocks: list[Block] = []
    if rows:
        blocks.append(Table(title=say("table.quality"), columns=columns, rows=tuple(rows[:_MOST])))
        if len(rows) > _MOST:
            blocks.append(Paragraph(say("not-shown", n=len(rows) - _MOST)))
    if unproved:
        text = say("quality.none", n=len(unproved), tasks=edition.tasks(unproved, 6))
        blocks.append(Paragraph(text, "watch"))
    blocks = blocks or [Paragraph(say("cost.nothing"))]
    return Section(id="quality", title=say("section.quality"), blocks=tuple(blocks))


def _newest(state: State, task: TaskFigures) -> tuple[LegFigures, EvidenceRecord] | None:
    for leg in sorted(task.legs, key=lambda leg: -leg.share):
        for placed in state.evidence.get((task.task.name, leg.model), ()):
            if placed.record.origin == "internal" and placed.record.date <= state.as_of:
                return leg, placed.record
    return None


def _quality_row(
    state: State, task: TaskFigures, leg: LegFigures, record: EvidenceRecord, edition: Edition
) -> tuple[Cell, ...]:
    """Points and an interval: a score within its interval of the floor proves nothing."""
    say, language = edition.say, edition.language
    quality, size = task.task.declared.quality, record.sample_size
    low, high = wilson_interval(float(record.score), size)
    floor = None if quality is None else float(quality.floor)
    state_of: tuple[str, Status] = ("quality.no-floor", "neutral")
    if floor is not None:
        if float(record.score) < floor:
            state_of = ("quality.below", "bad")
        elif low < floor:
            state_of = ("quality.not-proved", "watch")
        else:
            state_of = ("quality.proved", "good")
    age = (state.as_of - record.date).days
    return (
        Cell(edition.task(task.task.name)),
        Cell(edition.model(leg.model)),
        Cell(
            say(
                "interval",
                x=language.share(record.score, 1),
                low=language.share(low, 1),
                high=language.share(high, 1),
            )
        ),
        Cell(say("none-set") if floor is None else language.share(floor, 1)),
        Cell(language.number(size)),
        Cell(say("days", n=age), "watch" if age > _FRESH_DAYS else "neutral"),
        Cell(say(state_of[0]), state_of[1]),
    )


def data_section(state: State, edition: Edition) -> Section:
    """Classification × provider × country, what is kept and for how long, and used for training."""
    say = edition.say
    groups = _data_groups(state)
    order = {"restricted": 0, "confidential": 1, "internal": 2, "public": 3}
    rows = [
        _data_row(key, names, state, edition)
        for key, names in sorted(groups.items(), key=lambda one: (order.get(one[0][0], 9), one[0]))
    ]
    columns = tuple(
        Column(say(f"column.{name}"))
        for name in ("classification", "provider", "processed-in", "retention", "training", "tasks")
    )
    blocks: list[Block] = [
        Table(
            title=say("table.data"),
            columns=columns,
            rows=tuple(rows[:_MOST]),
            empty=say("cost.nothing"),
        )
    ]
    if len(rows) > _MOST:
        blocks.append(Paragraph(say("not-shown", n=len(rows) - _MOST)))
    missing = sum(
        UNKNOWN in key or any(cell.status == "watch" for cell in row)
        for key, row in zip(groups, rows, strict=True)
    )
    if missing:
        blocks.append(Paragraph(say("data.missing", n=missing), "watch"))
    return Section(id="data", title=say("section.data"), blocks=tuple(blocks))


def _data_groups(state: State) -> dict[tuple[str, str, str], list[str]]:
    """Task classes by classification, provider and places."""
    groups: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for task in state.figures.tasks:
        kind = task.task.declared.data.classification
        for facts in (
            *(leg.facts for leg in task.legs),
            *(fallback.facts for fallback in task.fallbacks),
        ):
            provider = facts.exposure.provider if facts else UNKNOWN
            places = ",".join(facts.regions) if facts and facts.regions else UNKNOWN
            if task.task.name not in groups[kind, provider, places]:
                groups[kind, provider, places].append(task.task.name)
    return groups


def _data_row(
    key: tuple[str, str, str], names: list[str], state: State, edition: Edition
) -> tuple[Cell, ...]:
    say, (kind, provider, places) = edition.say, key
    placed = state.overrides.providers.get(provider)
    days = placed.declared.retention_days if placed else None
    trains = placed.declared.trains_on_inputs if placed else None
    countries = [
        say("unknown") if part == UNKNOWN else edition.party("jurisdiction", part)
        for part in places.split(",")
    ]
    doubt: Status = "watch"
    return (
        Cell(say(f"class.{kind}")),
        Cell(edition.party("provider", provider), doubt if provider == UNKNOWN else "neutral"),
        Cell(edition.language.join(countries, 3), doubt if places == UNKNOWN else "neutral"),
        Cell(say("unknown"), doubt) if days is None else Cell(say("days", n=days)),
        Cell(say("unknown"), doubt)
        if trains is None
        else Cell(say("yes" if trains else "no"), "bad" if trains else "neutral"),
        Cell(edition.tasks(names, 2)),
    )


def events_section(state: State, since: date | None, edition: Edition) -> Section:
    """Drills and incidents since the last pack, or all that is on record."""
    say = edition.say
    drills = sorted(
        (
            (placed.drill.date, name, placed.drill.result)
            for name, placed_drills in state.drills.items()
            for placed in placed_drills
            if placed.drill.date <= state.as_of and (since is None or placed.drill.date > since)
        ),
        reverse=True,
    )
    status: dict[str, Status] = {"survives": "good", "degraded": "watch", "fails": "bad"}
    rows = [
        (Cell(edition.day(day)), Cell(edition.task(name)), Cell(say(f"drill.{what}"), status[what]))
        for day, name, what in drills[:_MOST]
    ]
    columns = (Column(say("column.day")), Column(say("column.task")), Column(say("column.result")))
    title = say("table.drills") if since is None else say("table.drills-since", day=since)
    blocks: list[Block] = [
        Table(title=title, columns=columns, rows=tuple(rows), empty=say("drills.none"))
    ]
    if len(drills) > _MOST:
        blocks.append(Paragraph(say("not-shown", n=len(drills) - _MOST)))
    blocks += _incidents(state, since, edition)
    return Section(id="events", title=say("section.events"), blocks=tuple(blocks))


def _incidents(state: State, since: date | None, edition: Edition) -> Iterator[Block]:
    say = edition.say
    if not state.incidents:
        yield Paragraph(say("incidents.none"), "watch")
        return
    rows = []
    for placed in state.incidents:
        history = placed.history
        found = [
            incident
            for incident in history.incidents
            if incident.start.date() <= state.as_of
            and (since is None or incident.start.date() > since)
        ]
        hours = sum((one.end - one.start).total_seconds() * float(one.weight) for one in found)
        rows.append(
            (
                Cell(edition.party(history.level, history.entity)),
                Cell(edition.language.number(len(found))),
                Cell(edition.language.figure(hours / 3600)),
                Cell(edition.day(history.last_day)),
            )
        )
    columns = (
        Column(say("column.party")),
        Column(say("column.incidents"), numeric=True),
        Column(say("column.hours"), numeric=True),
        Column(say("column.watched")),
    )
    yield Table(title=say("table.incidents"), columns=columns, rows=tuple(rows[:_MOST]))

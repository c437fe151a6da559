"""The table of measures: each limit with its trend, headroom and what stands behind it."""

from datetime import date

from multillm_gov.content import Cell, Column, Table
from multillm_gov.register import LimitRecord
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.risk.stress.scenario_book import scenarios_of

MOST_MEASURES = 11
"""Rows of the table of measures: those outside first; the others are counted."""
_NARROW = 28
"""Characters that a line of a narrow column holds for sure."""
_FEWEST = 3
"""Rows of measures that page two has in any case."""
MOST_NAME = 56
"""Characters of a name on page two: two lines; later sections have the whole name."""
_MOST_NAMED = 3
"""Limits outside that have no row for themselves and are named in the last one."""
_ORDER = {"outside": 0, "warning": 1, "not judged": 2, "within": 3}


def measure(record: LimitRecord, edition: Edition) -> str:
    """What a record is of, in the reader's language."""
    kind, _, rest = record.id.partition(":")
    return edition.language.limit(
        record.id,
        record.words,
        rule=str(record.facts.get("rule", "")),
        unit=edition.currency if record.unit == "money" else "",
        policy=edition.policy(rest.rpartition(":")[0]) if kind == "policy" else "",
    )


def measures_table(
    records: tuple[LimitRecord, ...], edition: Edition, *, compared: bool, lines: int = 99
) -> Table:
    """Those outside first, then the board's own; what has no row is counted, outside ones named.

    ``lines``: what the page has room for; at least `_FEWEST` rows are shown.
    """
    say = edition.say
    ordered = sorted(
        (record for record in records if record.of_board or record.judgment == "outside"),
        key=lambda record: (_ORDER[record.judgment], not record.of_board),
    )
    rows = [_measure_row(record, edition, compared=compared) for record in ordered]
    outside = [record for record in ordered if record.judgment == "outside"]
    most = _that_fit(rows, lines)
    if len(outside) > most:
        most = max(min(most, _that_fit(rows, lines - 3)) - 1, 1)
    columns = [
        Column(say("column.measure")),
        Column(say("column.now"), numeric=True),
        Column(say("column.limit")),
        Column(say("column.note")),
    ]
    if compared:
        columns.insert(1, Column(say("column.last-pack"), numeric=True))
    rows = rows[:most]
    if len(outside) > most:
        rows.append(_further_row(outside[most:], len(columns), edition))
    return Table(
        title=say("table.measures", n=min(most, len(ordered)), total=len(records)),
        columns=tuple(columns),
        rows=tuple(rows),
        empty=say("table.none"),
    )


def _that_fit(rows: list[tuple[Cell, ...]], lines: int) -> int:
    """How many rows, by the lines that their longest cells take."""
    used = 0
    for number, row in enumerate(rows[:MOST_MEASURES]):
        used += lines_of([cell.text for cell in row])
        if used > lines and number >= _FEWEST:
            return number
    return min(len(rows), MOST_MEASURES)


def lines_of(texts: list[str], width: int = _NARROW) -> int:
    """Lines that a row of cells takes in columns of so many characters."""
    return max(-(-len(text) // width) for text in texts)


def shortened(text: str, most: int) -> str:
    """Cut at a word, or within one that is longer; the whole text stands in later sections."""
    if len(text) <= most:
        return text
    remaining = text[:most].rsplit(" ", 1)[0]
    return f"{remaining if len(remaining) > most // 2 else text[:most]} …"


def _further_row(further: list[LimitRecord], columns: int, edition: Edition) -> tuple[Cell, ...]:
    """Limits outside that have no row of their own."""
    say = edition.say
    names = edition.language.join(
        [shortened(measure(record, edition), _NARROW) for record in further], _MOST_NAMED
    )
    count = Cell(edition.language.number(len(further)), "bad", strong=True)
    blank = tuple(Cell("") for _ in range(columns - 4))
    return (Cell(say("measure.further")), *blank, count, Cell(""), Cell(names))


def _measure_row(record: LimitRecord, edition: Edition, *, compared: bool) -> tuple[Cell, ...]:
    limit = edition.limit(record, record.limit)
    if record.limit_before is not None:
        limit += edition.say("limit.was", x=edition.bare_limit(record, record.limit_before))
    now = edition.value(record, record.value)
    if record.value is not None and record.value_before is not None:
        now += _trend(float(record.value) - float(record.value_before))
    before = edition.value(record, record.value_before) if record.judgment_before else ""
    return (
        Cell(shortened(measure(record, edition), MOST_NAME)),
        *((Cell(before),) if compared else ()),
        Cell(now, record.status, strong=True),
        Cell(limit),
        Cell(shortened(_note(record, edition), 2 * MOST_NAME)),
    )


def moved_words(record: LimitRecord, edition: Edition) -> str:
    """``Largest maker, share of spend 50% → 70%``."""
    return edition.say(
        "why.moved",
        measure=measure(record, edition),
        before=edition.bare_limit(record, record.limit_before),
        limit=edition.bare_limit(record, record.limit),
    )


def _trend(moved: float) -> str:
    return " ↑" if moved > 1e-9 else " ↓" if moved < -1e-9 else ""


def _note(record: LimitRecord, edition: Edition) -> str:
    """What stands behind the figure; whose limit it is where nobody adopted it."""
    say, facts = edition.say, record.facts
    parts = []
    if record.subject[1] and record.value and _has_subject(record):
        parts.append(subject_words(record, edition))
    if record.id == "independent-fallback" and "declared" in facts:
        shares = {name: edition.share(float(facts[name] or 0)) for name in facts}
        parts.append(say("note.fallback", **shares))
    if record.id == "retired-models" and facts.get("since"):
        parts.append(say("note.since", day=_day(str(facts["since"]), edition)))
    if facts.get("undated"):
        parts.append(say("note.undated", n=int(float(facts["undated"] or 0))))
    if record.subject[0] == "scenario":
        parts.append(scenario_title(record.subject[1], edition))
    if record.best is not None:
        parts.append(say("note.range", x=edition.value(record, record.best)))
    if record.judgment == "not judged":
        parts.append(say("note.not-judged"))
    return "; ".join(filter(None, parts))


def _has_subject(record: LimitRecord) -> bool:
    return ":" in record.id or record.subject[0] in {"vendor", "cloud"}


def subject_words(record: LimitRecord, edition: Edition) -> str:
    """What stands behind the figure of a policy or rule; empty: the whole portfolio."""
    kind, name = record.subject
    if not name or kind == "portfolio":
        return ""
    if kind == "task class":
        return edition.task(name)
    if kind == "policy":
        return edition.policy(name)
    return edition.owner(name) if kind == "owner" else edition.party(kind, name)


def _day(text: str, edition: Edition) -> str:
    return edition.day(date.fromisoformat(text))


def scenario_title(name: str, edition: Edition) -> str:
    """The title of a scenario that ships, or of the portfolio's own."""
    known = edition.language.scenarios.get(name)
    booked = {
        scenario.name: scenario.scenario.title for scenario in scenarios_of(edition.state.scenarios)
    }
    return known or booked.get(name) or edition.subject(name)

"""Limits in a workbook: value and limit as numbers, and the room that is left as a formula."""

from multillm_gov.content import Column
from multillm_gov.register import LimitRecord
from multillm_gov.rendering.charts.theme import MARKS
from multillm_gov.rendering.office.sheet import Sheet
from multillm_gov.rendering.plain.figures import Figure, limit_of
from multillm_gov.rendering.plain.wording import status_words
from multillm_gov.report import Metric

_HEADLINE = (
    *("Figure", "Before", "Now", "Unit", "Limit", "Limit as number", "Headroom", "Status", "Note"),
)
_NUMERIC = frozenset({"Now", "Limit as number", "Headroom"})


def write_headline(sheet: Sheet, metrics: tuple[Metric, ...]) -> None:
    """The headline figures in full, each with its limit and the room that is left to it."""
    sheet.head(tuple(Column(title, numeric=title in _NUMERIC) for title in _HEADLINE))
    for metric in metrics:
        number, limit = metric.number, limit_of(metric)
        texts = [metric.label, metric.before, metric.value, metric.unit, metric.limit]
        for index, text in enumerate(texts):
            sheet.put(index, text, "text")
        if number is not None:
            style = "0.0%" if metric.unit.startswith("share") else "#,##0.##"
            sheet.number(2, number, style, metric.status)
            if limit is not None:
                sheet.number(5, float(limit[1].number), style)
                _headroom(sheet, number, limit, style)
        sheet.put(7, MARKS[metric.status] + status_words(metric), "text", metric.status)
        sheet.put(8, metric.note, "text")
        sheet.end_row()


def write_register(sheet: Sheet, limits: tuple[LimitRecord, ...], currency: str) -> None:
    """Every limit of a pack in full: value, limit, the room that is left as a formula."""
    say = sheet.language.say
    keys = ("measure", "now", "limit", "headroom", "status")
    titles = [say(f"column.{key}") for key in keys]
    sheet.head(tuple(Column(title, numeric=0 < n < 4) for n, title in enumerate(titles)))
    for record in limits:
        unit = currency if record.unit == "money" else ""
        name = record.id.split(":")[1].replace("-", " ").capitalize() if ":" in record.id else ""
        rule = str(record.facts.get("rule", ""))
        words = sheet.language.limit(record.id, record.words, rule=rule, unit=unit, policy=name)
        sheet.put(0, words, "text")
        style = "0.0%" if record.unit == "share" else "#,##0.##"
        _fill(sheet, record, style)
        word = say(f"status.{record.judgment}")
        sheet.put(4, MARKS[record.status] + word, "text", record.status)
        sheet.end_row()


def _fill(sheet: Sheet, record: LimitRecord, style: str) -> None:
    say = sheet.language.say
    for index, number in ((1, record.value), (2, record.limit)):
        if number is None:
            sheet.put(index, say("unknown" if index == 1 else "limit.none-set"), "text")
        else:
            sheet.number(index, float(number), style)
    if (left := record.headroom) is not None:
        place = sheet.row + 1
        text, other = ("C", "B") if record.direction == "at most" else ("B", "C")
        formula = f"={text}{place}-{other}{place}"
        sheet.formula(3, formula, left, style)


def _headroom(sheet: Sheet, number: float, limit: tuple[str, Figure], style: str) -> None:
    place, most = sheet.row + 1, float(limit[1].number)
    ceiling = limit[0] == "at most"
    formula = f"=F{place}-C{place}" if ceiling else f"=C{place}-F{place}"
    left = most - number if ceiling else number - most
    sheet.formula(6, formula, left, style)

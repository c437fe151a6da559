"""Why spend changed: a sentence, the waterfall as data, and a row per task class and provider."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from multillm_gov.content import Block, Cell, Paragraph, Status, Step, Waterfall
from multillm_gov.measures.consumption.change_effects import EFFECTS, ExplainedChange, SubjectChange
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Report, Section
from multillm_gov.reporting.usage.frame import exact_money, table, usage_report
from multillm_gov.units import format_change, signed
from multillm_gov.words import join_words

_NAMED = 3


def report_change(
    explained: ExplainedChange,
    settings: Settings,
    as_of: date,
    *,
    names: tuple[str, str],
    days: tuple[int, int],
) -> Report:
    """The change in total, by task class and by provider; every row sums to its total."""
    currency = settings.currency
    sentence = change_sentence(explained.total, names)
    blocks: list[Block] = [
        Paragraph(sentence),
        waterfall_chart(explained.total, names, currency),
        Paragraph(
            f"Effects are replaced in this order: {', '.join(EFFECTS)}. Each is exact given those "
            "before it, so they sum to the total; another order would share joint effects "
            "differently."
        ),
    ]
    blocks += _caveats(explained, days)
    sections = (
        Section(id="change", title="Why it changed", blocks=tuple(blocks)),
        _by("task-classes", "Task class", explained.task_classes, currency),
        _by("providers", "Provider", explained.providers, currency),
    )
    title = f"Spend: {names[0]} to {names[1]}"
    return usage_report(title, settings, as_of, sections, summary=sentence)


def _caveats(explained: ExplainedChange, days: tuple[int, int]) -> Iterator[Block]:
    if days[0] != days[1]:
        yield (
            Paragraph(
                f"The periods have {days[0]} and {days[1]} days: part of the volume is the "
                "calendar's.",
                status="watch",
            )
        )
    if explained.not_separable:
        yield (
            Paragraph(
                f"No requests are known of {join_words(explained.not_separable)}: the whole change "
                "is shown as volume.",
                status="watch",
            )
        )


def change_sentence(change: SubjectChange, names: tuple[str, str]) -> str:
    """``Spend rose 18.0%: volume 11.0 points, price −2.0 points …``."""
    if not change.before:
        return f"Nothing was spent in {names[0]}, so the change has no percentage."
    share = float(change.total / change.before)
    ordered = sorted(change.effects.items(), key=lambda each: -abs(each[1]))
    named = [
        f"{name} {signed(f'{float(amount / change.before) * 100:.1f}')}"
        for name, amount in ordered[:_NAMED]
    ]
    verb = "rose" if share > 0 else "fell" if share < 0 else "did not change"
    if not named:
        return f"Spend {verb} from {names[0]} to {names[1]}."
    size = format_change(abs(share)).lstrip("+")
    return f"Spend {verb} {size}: {join_words(named)} points."


def waterfall_chart(change: SubjectChange, names: tuple[str, str], currency: str) -> Waterfall:
    """Each effect starts where the one before ended: as data, as a table and drawn."""
    running = change.before
    steps = [_total(names[0], running)]
    for name, amount in change.effects.items():
        following = running + amount
        status: Status = "bad" if amount > 0 else "good"
        steps.append(
            Step(
                label=name,
                start=float(running),
                end=float(following),
                text=signed(exact_money(amount)),
                total=exact_money(following),
                status=status if amount else "neutral",
            )
        )
        running = following
    return Waterfall(
        title=f"From one period to the other ({currency})",
        summary=change_sentence(change, names),
        steps=(*steps, _total(names[1], change.after)),
        unit=currency,
    )


def _total(name: str, amount: Decimal) -> Step:
    return Step(label=name, start=0, end=float(amount), text="", total=exact_money(amount))


def _by(section: str, what: str, changes: Mapping[str, SubjectChange], currency: str) -> Section:
    used = [name for name in EFFECTS if any(name in change.effects for change in changes.values())]
    rows: list[tuple[str | Cell, ...]] = []
    for name, change in sorted(changes.items(), key=lambda each: -abs(each[1].total)):
        effects = (change.effects.get(effect, Decimal(0)) for effect in used)
        rows.append(
            (name, exact_money(change.before), *(signed(exact_money(effect)) for effect in effects),
             exact_money(change.after))
        )  # fmt: skip
    columns = (what, "#Before", *(f"#{name[0].upper()}{name[1:]}" for name in used), "#After")
    title = f"By {what.lower()} ({currency})"
    return Section(id=section, title=title, blocks=(table(title, columns, rows),))

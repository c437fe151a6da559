"""What an import read, kept and put aside: to the cent, adding up to what the source holds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.content import Block, Cell, Items, Paragraph, Table
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Report, Section
from multillm_gov.reporting.usage.frame import exact_money, table, usage_report
from multillm_gov.units import format_count
from multillm_gov.usage.reader import FeedContract
from multillm_gov.words import count_of

_SHOWN = 20


class Sums(Struct, frozen=True, kw_only=True):
    """Rows and money of one fate."""

    what: str
    rows: int
    money: dict[str, Decimal]


class ImportedFile(Struct, frozen=True, kw_only=True):
    """One file as imported."""

    file: str
    contract: FeedContract
    kept: Sums
    others: tuple[Sums, ...]
    """Already counted, left out, quarantined: each with why."""
    reasons: tuple[tuple[str, str], ...]
    """Line and reason of quarantined rows."""
    new: int
    ranges: int


def report_imports(
    files: Sequence[ImportedFile], settings: Settings, as_of: date, *, actuals: str, flaws: int
) -> Report:
    """A section per file, each with sums that add up to the source."""
    notes: list[Block] = []
    if actuals:
        notes.append(Paragraph(f"Monthly actuals of the portfolio's task classes: `{actuals}`."))
    if flaws:
        notes.append(
            Paragraph(
                f"{count_of(flaws, 'mistake')} in the portfolio's files may hide attribution "
                "rules; run `govern check`.",
                status="watch",
            )
        )
    sections = [_section(number, each) for number, each in enumerate(files, 1)]
    if notes:
        sections.append(Section(id="next", title="Next", blocks=tuple(notes)))
    remaining = sum(each.kept.rows for each in files)
    aside = sum(sums.rows for each in files for sums in each.others if sums.what == "quarantined")
    summary = (
        f"{count_of(len(files), 'file')}: {format_count(remaining)} rows imported"
        f"{f', {format_count(aside)} quarantined' if aside else ''}."
    )
    return usage_report("Usage import", settings, as_of, tuple(sections), summary=summary)


def _section(number: int, file: ImportedFile) -> Section:
    contract = file.contract
    blocks: list[Block] = [
        Paragraph(
            f"{contract.title}. Money: {contract.money}. Cache reads in input: "
            f"{contract.cache_reads_in_input}; cache writes: {contract.cache_writes_in_input}. "
            f"Covers {contract.covers}."
        ),
        _amounts_table(file),
    ]
    if file.new < file.ranges:
        done = file.ranges - file.new
        blocks.append(
            Paragraph(f"{done} of {count_of(file.ranges, 'range')} were imported before.")
        )
    if file.reasons:
        shown = [f"line {line}: {reason}" for line, reason in file.reasons[:_SHOWN]]
        more = len(file.reasons) - _SHOWN
        blocks.append(Items((*shown, *([f"{more:,} more not shown"] if more > 0 else []))))
    if contract.never_contains:
        blocks.append(Paragraph(f"Never contains: {', '.join(contract.never_contains)}."))
    return Section(id=f"file-{number}", title=file.file, blocks=tuple(blocks))


def _amounts_table(file: ImportedFile) -> Table:
    """Rows and money of each part, which sum to those of the source."""
    everything = (file.kept, *file.others)
    currencies = sorted({currency for sums in everything for currency in sums.money}) or [""]
    total = Sums(
        what="in the source",
        rows=sum(sums.rows for sums in everything),
        money=_added(sums.money for sums in everything),
    )
    rows: list[tuple[str | Cell, ...]] = [
        (sums.what, format_count(sums.rows),
         *(exact_money(sums.money.get(currency, Decimal(0))) if currency else "none"
           for currency in currencies))
        for sums in (*everything, total)
    ]  # fmt: skip
    columns = ("Rows", "#Number", *(f"#{n or 'Money'}" for n in currencies))
    return table("Rows and money", columns, rows)


def _added(parts: Iterable[dict[str, Decimal]]) -> dict[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        for currency, amount in part.items():
            sums[currency] += amount
    return dict(sums)

"""What a portfolio's lock said of a model over time."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.content import Block, Cell, Paragraph
from multillm_gov.measures.cost.price_moves import price_moves
from multillm_gov.report import Report, Section
from multillm_gov.reporting.prices import size_of, usd
from multillm_gov.reporting.usage.frame import NO_VERDICT, NOT_KNOWN, table
from multillm_gov.words import code, count_of


class LockedPrice(Struct, frozen=True, kw_only=True):
    """A model in the lock of one commit."""

    commit: str
    day: date
    litellm: str
    facts: ModelFacts


def report_history(
    model: str,
    prices: tuple[LockedPrice, ...],
    unreadable: tuple[tuple[str, str], ...],
    as_of: date,
) -> Report:
    """One row a commit that changed what is locked of the model, with every price that moved."""
    rows = _moved(prices)
    columns = ("Day", "Commit", "LiteLLM", "What", "#Before", "#After", "#Move")
    blocks: list[Block] = [
        table(f"Locked facts of {model} (USD)", columns, rows),
        Paragraph(
            "Days are those of commits: when the portfolio took a price over, not when the "
            "provider changed it."
        ),
    ]
    blocks += [
        Paragraph(f"Not read: the lock of {commit[:12]}; {why}.", "watch")
        for commit, why in unreadable
    ]
    moved = len({row[1] for row in rows}) - 1
    return Report(
        kind="usage",
        title=f"Price history: {model}",
        organization="",
        as_of=as_of.isoformat(),
        verdict=NO_VERDICT,
        summary=f"{count_of(len(prices), 'commit')} with {code(model)} in the lock; "
        f"its facts moved {count_of(moved, 'time')}.",
        sections=(Section(id="history", title="History", blocks=tuple(blocks)),),
    )


def _moved(prices: tuple[LockedPrice, ...]) -> list[tuple[str | Cell, ...]]:
    rows: list[tuple[str | Cell, ...]] = []
    before: LockedPrice | None = None
    for each in prices:
        if before is not None and before.facts == each.facts:
            continue
        rows += [(str(each.day), each.commit[:12], each.litellm, *cells)
                 for cells in _history_cells(before, each)]  # fmt: skip
        before = each
    return rows


def _history_cells(before: LockedPrice | None, now: LockedPrice) -> Iterator[tuple[str, ...]]:
    price, retirement = now.facts.price, now.facts.lifecycle.retirement
    if before is None:
        standard = price.standard if price is not None else None
        for name in ("input", "output"):
            amount = getattr(standard, name, None)
            shown = NOT_KNOWN if amount is None else usd(amount * 10**6)
            yield f"{name} per million tokens", "", shown, ""
        yield "retirement", "", str(retirement or NOT_KNOWN), ""
        return
    old = before.facts.price
    moves = price_moves(old, price) if old is not None and price is not None else ()
    for move in moves:
        yield move.what, usd(move.before), usd(move.after), size_of(move)
    earlier = before.facts.lifecycle.retirement
    if earlier != retirement:
        yield "retirement", str(earlier or NOT_KNOWN), str(retirement or NOT_KNOWN), ""
    if not moves and earlier == retirement:
        yield "other facts", "", "", ""

"""The report of ``govern bench --shadow``: agreement with its interval, and what it saves."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.content import Cell, Column, Items, Table
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.evaluation.shadow import Agreement, ShadowResult
from multillm_gov.report import Report, Section, judge_counts
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.state.state import State
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code

_MEANING = (
    "Agreement says how much would change for users, not which answer is right: benchmark the "
    "candidate before it takes traffic."
)
_METHODS = {
    "exact": "same text",
    "fields": "same structured fields",
    "embedding": "similar by embedding",
    "judge": "equivalent by a judge",
}


class ShadowFinding(Struct, frozen=True, kw_only=True):
    """One comparison with the money it is about."""

    result: ShadowResult
    saving: Decimal | None
    """A month, should the candidate answer everything; ``None``: not known."""


def report_shadow(state: State, findings: tuple[ShadowFinding, ...], source: str) -> Report:
    """A sentence per task class and candidate, and every method as a table."""
    currency = state.figures.currency
    sentences = tuple(_sentence(one, currency) for one in findings)
    rows = tuple(
        (
            Cell(one.result.task),
            Cell(one.result.candidate),
            Cell(_METHODS[agreement.method]),
            Cell(f"{agreement.comparisons:,}", strong=agreement == one.result.deciding),
            Cell(format_share(agreement.share)),
            Cell(_ends(agreement)),
        )
        for one in findings
        for agreement in one.result.agreements
    )
    columns = (
        Column("Task class"),
        Column("Candidate"),
        Column("Agreement by"),
        Column("Comparisons", numeric=True),
        Column("Share", numeric=True),
        Column("95% interval", numeric=True),
    )
    report = Report(
        kind="bench",
        title="Shadow evidence",
        organization=state.portfolio.settings.organization,
        as_of=state.as_of.isoformat(),
        verdict=judge_counts((), None),
        currency=currency,
        revision=state.revision,
        summary=" ".join(sentences),
        sections=(
            Section(
                id="shadow",
                title="Agreement",
                blocks=(
                    Table(title="Agreement by method", columns=columns, rows=rows),
                    Items(
                        (
                            _MEANING,
                            "Embeddings and judges are compared where the file has them.",
                        )
                    ),
                ),
            ),
        ),
        provenance=(*provenance(state), ("answers", source)),
        checked=(("comparisons", sum(one.result.comparisons for one in findings)),),
    )
    return masked(report, state.secrets)


def _ends(agreement: Agreement) -> str:
    low, high = agreement.interval
    return f"{format_share(low)} to {format_share(high)}"


def _sentence(one: ShadowFinding, currency: str) -> str:
    result, agreement = one.result, one.result.deciding
    if one.saving is None:
        money = "what it saves is not known"
    else:
        less = "less" if one.saving >= 0 else "more"
        money = f"{format_money(abs(one.saving), currency)} a month {less}"
    return (
        f"{code(result.candidate)} in place of {code(result.incumbent)} for {code(result.task)}, "
        f"{agreement.comparisons:,} comparisons: {money} at {format_share(agreement.share)} "
        f"agreement ({_ends(agreement)})."
    )

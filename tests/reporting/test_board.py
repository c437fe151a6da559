"""What the board is told: figures worked out by hand, decisions that follow from limits, and
nothing invented."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from multillm_gov.content import (
    BarChart,
    Block,
    Cell,
    HeatMap,
    Items,
    Paragraph,
    ShareChart,
    Table,
    Timeline,
)
from multillm_gov.measures.cost.repricing import bill_rise, largest_bill_rise, share_within
from multillm_gov.rendering.formats import html, pdf
from multillm_gov.report import Report, Section
from multillm_gov.reporting.shared.tables import MOST_MARKS, MOST_ROWS
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.words import join_some
from portfolios import (
    ACME_ALLOCATION,
    ACME_CATALOG,
    ACME_RETIREMENT,
    assessed,
    packed,
    replaced,
    retiring,
)

CATALOG = retiring(ACME_CATALOG, "beta/y")
ALLOCATION = replaced(
    ACME_ALLOCATION,
    ("73000", "60000"),
    ("monthly: 7000", "monthly: 5000"),
    ("  scoring:\n", "  scoring:\n    owner: sales\n"),
    ("36500", "30000"),
    ("7300}", "10000}"),
)
SETTINGS = """\
organization: Example Industries
appetite: {max_vendor_share_of_spend: 0.50, max_price_shock_share: 0.15}
"""
LOOSE = """\
appetite:
  max_vendor_share_of_spend: 0.9
  max_vendor_share_of_value: 0.9
  min_effective_vendors: 1
  min_effective_clouds: 1
  min_value_with_independent_fallback: 0.5
  max_price_shock_share: 0.9
  max_monthly_spend: 50000
migration_lead_days: 0
"""
CALM = f"{LOOSE}risk: {{max_outage_loss_share: 1, max_cost_at_risk_share: 1}}\n"
CALM_ALLOCATION = ALLOCATION.replace("monthly: 5000", "monthly: 60000")
Judge = Callable[..., Assessment]
Kind = TypeVar("Kind", bound=Block)


@pytest.fixture
def judged() -> Judge:
    def build(changed: Mapping[str, str] | None = None, revision: str = "ab" * 20) -> Assessment:
        texts = {
            "allocations/a.yaml": ALLOCATION,
            "catalog/models.yaml": CATALOG,
            "govern.yaml": SETTINGS,
            **(changed or {}),
        }
        return assessed(texts, revision)

    return build


def board(now: Assessment, since: Assessment | None = None) -> Report:
    """The edition for engineers, which has every section with identifiers."""
    return packed(now, since, "engineering")


def on_day(assessment: Assessment, as_of: date) -> Assessment:
    state = msgspec.structs.replace(assessment.state, as_of=as_of)
    return msgspec.structs.replace(assessment, state=state)


def section(report: Report, name: str) -> Section:
    return next(part for part in report.sections if part.id == name)


def block(part: Section, kind: type[Kind], number: int = 0) -> Kind:
    return [one for one in part.blocks if isinstance(one, kind)][number]


def rows(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def words(report: Report) -> str:
    """Everything a reader may read."""
    return msgspec.json.encode(
        [report.title, report.summary, *map(str, report.sections), *map(str, report.headline)],
        enc_hook=str,
    ).decode()


def metric(report: Report, name: str) -> tuple[str, str, str]:
    found = next(one for one in report.headline if one.id == name)
    return found.value, found.limit, found.status


def test_position_against_each_item_of_the_appetite(judged: Judge) -> None:
    report = board(judged())
    assert metric(report, "largest-vendor-of-spend") == ("acme 60.0%", "at most 50.0%", "bad")
    assert metric(report, "largest-vendor-of-value") == ("acme 60.0%", "at most 70.0%", "good")
    assert metric(report, "price-shock") == ("21.0%", "at most 15.0%", "bad")
    assert metric(report, "effective-vendors")[:2] == ("2.2", "at least 1.8")
    assert metric(report, "independent-fallback") == ("60.0%", "at least 70.0%", "bad")
    assert metric(report, "worst-scenario") == ("88,767 USD", "at most 12,000 USD a year", "bad")
    assert metric(report, "cost-at-risk")[2] == "bad"
    assert metric(report, "already-broken")[::2] == ("1", "bad")
    assert report.summary.startswith("We are outside our appetite on 7 of 12 measures.")


def _cells(part: Section) -> Iterator[Cell]:
    for one in part.blocks:
        if isinstance(one, Table | HeatMap):
            yield from (cell for row in one.rows for cell in getattr(row, "cells", row))


def test_exposure_at_six_levels_by_three_weights(judged: Judge) -> None:
    part = section(board(judged()), "exposure")
    table = next(
        one
        for one in part.blocks
        if isinstance(one, Table) and one.title == "Concentration at each level"
    )
    assert len(table.rows) == 18
    figures = {row[0]: row[1:] for row in rows(table)}
    assert figures["Vendor, by spend"] == ["acme", "60.0%", "100.0%", "4,600", "2.17"]
    assert figures["Cloud, by requests"] == ["cumulus", "33.3%", "100.0%", "3,333", "3.00"]
    chart = block(part, ShareChart)
    assert chart.title == "By spend, acme holds 60.0%, above the limit of 50.0%"
    assert [row.label for row in chart.rows] == [
        "Model",
        "Family",
        "Vendor",
        "Provider",
        "Cloud",
    ], "laws overlap, so jurisdictions are no parts of a whole"
    assert [row.limit for row in chart.rows] == [None, None, 0.5, None, None]
    for chart in (one for one in part.blocks if isinstance(one, ShareChart)):
        for row in chart.rows:
            assert sum(one.share for one in row.segments) == pytest.approx(1)
    index = block(part, BarChart)
    assert [(line.label, line.value) for line in index.references] == [
        ("benchmark 1,800 (2023)", 1800),
        ("benchmark 2,500 (2010)", 2500),
    ]
    assert "Not everything is known of: jurisdictions" in words(board(judged()))


def test_what_is_not_known_is_shown_both_ways(judged: Judge) -> None:
    allocation = ALLOCATION.replace("route: [{model: gamma/z}]", "route: [{model: mystery}]")
    catalog = (
        CATALOG
        + "  mystery: {mode: chat, usd_per_million_tokens: {input: 1}, max_input_tokens: 9}\n"
    )
    report = board(judged({"allocations/a.yaml": allocation, "catalog/models.yaml": catalog}))
    table = next(
        one
        for one in section(report, "exposure").blocks
        if isinstance(one, Table) and "Not every" in one.title
    )
    figures = {row[0]: row[1:] for row in rows(table)}
    assert figures["Vendor, by spend"] == ["10.0%", "1.72", "2.17"]
    assert "Limits are judged by the worse end" in words(report)


def test_repricing_of_each_vendor(judged: Judge) -> None:
    part = section(board(judged()), "repricing")
    assert rows(block(part, Table)) == [
        ["acme", "60.0%", "6,000", "1,200", "2,100", "6,000"],
        ["beta", "30.0%", "3,000", "600", "1,050", "3,000"],
        ["gamma", "10.0%", "1,000", "200", "350", "1,000"],
    ]
    assert block(part, Paragraph).text.startswith("Assumed:")
    chart = block(part, BarChart)
    assert [bar.status for bar in chart.bars] == ["bad", "good", "good"]
    assert [bar.limit for bar in chart.bars] == [15, 15, 15]
    assert bill_rise(0.6, 0.35) == pytest.approx(0.21)
    assert largest_bill_rise([], 0.35) == 0
    assert share_within(0.15, 0.4) == pytest.approx(0.375), (
        "the cap that a tolerance of 15% and a shock of 40% imply"
    )


def test_cost_against_caps(judged: Judge) -> None:
    part = section(board(judged()), "cost")
    assert rows(block(part, Table)) == [
        ["articles", "6,000", "5,000", "120.0%", "0.006", "3,000", "Over cap"],
        ["scoring", "3,000", "4,000", "75.0%", "0.003", "no fallback", "Within cap"],
        ["filtering", "1,000", "none", "", "0.001", "1,000", "No cap"],
    ]
    assert rows(block(part, Table, 1)) == [
        ["growth", "2", "7,000", "not all capped", "", "Not judged"],
        ["sales", "1", "3,000", "4,000", "75.0%", "Within cap"],
    ]
    assert block(part, BarChart).title == "1 of 2 capped task classes is over the cap: articles"
    assert "No monthly cap is declared for `filtering`." in block(part, Paragraph).text


def test_a_failover_beyond_the_cap_and_an_unknown_price_are_said(judged: Judge) -> None:
    allocation = ALLOCATION.replace(
        "fallbacks: [gamma/z]", "fallbacks: [acme/x]\n    spend_cap: {monthly: 2000}"
    )
    allocation = allocation.replace("route: [{model: beta/y}]", "route: [{model: beta/unheard-of}]")
    part = section(board(judged({"allocations/a.yaml": allocation})), "cost")
    said = block(part, Paragraph).text
    assert "A month on the most expensive fallback would exceed the cap of `filtering`." in said
    assert "It excludes `scoring`, whose cost is not known." in said
    costs = {row[0]: row for row in rows(block(part, Table))}
    assert costs["scoring"][1] == "not known"
    assert costs["filtering"][5] == "6,000"


def test_resilience_of_each_task_class(judged: Judge) -> None:
    part = section(board(judged()), "resilience")
    assert [(row[0], row[5]) for row in rows(block(part, Table))] == [
        ("articles", "Independent"),
        ("scoring", "No fallback"),
        ("filtering", "No usable fallback"),
    ]
    assert (
        block(part, BarChart).title == "60.0% of value at stake has a usable independent fallback"
    )
    assert "Only a drill that it passed proves that it works" in block(part, Paragraph).text


def test_lifecycle_says_slack_and_what_is_not_known(judged: Judge) -> None:
    part = section(board(judged()), "lifecycle")
    assert rows(block(part, Table)) == [
        ["acme/x", "1 routed", "2027-01-14", "−39 days", "beta/y (declared)"],
        ["beta/y", "1 routed, 1 fallback", "not known", "", "not named"],
        ["gamma/z", "1 routed", "not known", "", "not named"],
    ]
    timeline = block(part, Timeline)
    assert (timeline.start, timeline.end) == ("2026-11-24", "2028-11-24")
    assert timeline.title == "1 of 3 models retires by 2028-11-24; for 2 no date is known"
    assert (timeline.events[0].since, timeline.events[0].day) == ("2026-10-16", "2027-01-14")
    assert [(one.label, one.text) for one in timeline.events[1:]] == [
        ("2 models", "date not known")
    ]


def test_changes_without_a_base(judged: Judge) -> None:
    said = block(section(board(judged()), "changes"), Paragraph)
    assert said.text.startswith("No base was given")


def test_changes_since_a_base(judged: Judge) -> None:
    then = judged(revision="cd" * 20)
    now = judged(
        {
            "allocations/a.yaml": ALLOCATION.replace("monthly: 4000", "monthly: 9000").replace(
                "fallbacks: [beta/y]", ""
            )
        }
    )
    report = board(now, then)
    assert report.base == "cd" * 20
    part = section(report, "changes")
    assert "2 changes, 2 of them loosening a safeguard" in block(part, Paragraph).text
    assert "The forecast is unchanged." in block(part, Paragraph).text
    changed = {row[0]: row[1:] for row in rows(block(part, Table))}
    assert changed["`scoring`: monthly spend cap"] == ["4,000 USD", "9,000 USD", "", "Loosened"]
    assert (
        next(one for one in report.headline if one.id == "independent-fallback").before == "60.0%"
    )
    same = board(judged(), judged(revision="cd" * 20))
    assert rows(block(section(same, "changes"), Table)) == []


def test_resolved_findings_are_those_of_the_base_that_are_gone(judged: Judge) -> None:
    report = board(
        judged({"allocations/a.yaml": ALLOCATION.replace("monthly: 5000", "monthly: 7000")}),
        judged(),
    )
    assert {finding.name for finding in report.resolved} == {"forecast-over-cap"}


def test_empty_portfolio_says_so_everywhere(judged: Judge) -> None:
    report = board(judged({"allocations/a.yaml": "", "catalog/models.yaml": "", "govern.yaml": ""}))
    assert report.organization == "Unnamed organization"
    assert all(part.blocks for part in report.sections)
    assert "No limit can be judged yet" in report.summary
    assert pdf.render(report).startswith(b"%PDF")
    assert html.render(report).startswith(b"<!DOCTYPE html>")


def test_method_labels_what_is_assumed_and_borrowed(judged: Judge) -> None:
    report = board(judged())
    method = " ".join(block(section(report, "method"), Items).items)
    assert "assumed increase of 35%" in method
    assert "assumed 90 days" in method
    assert "benchmark" in method
    assert "supports evidence for" in method
    assert "complian" not in words(report).lower()
    known = dict(report.provenance)
    assert known["LiteLLM"] == "1.0"
    assert known["commit"] == "ab" * 20
    assert known["files read"] == "3"


def test_sections_and_verdict(judged: Judge) -> None:
    assessment = judged()
    report = board(assessment)
    assert report.kind == "board"
    assert [part.id for part in report.sections] == [
        "position", "decisions", "facts", "scenarios", "exposure", "repricing", "cost", "resilience", "stress", "lifecycle", "changes", "findings",  # noqa: E501
        "method",
    ]  # fmt: skip
    assert report.findings == assessment.findings
    assert report.verdict.exit_code == 0 or report.verdict.errors
    assert report == board(judged())


def test_every_figure_follows_the_portfolio(judged: Judge) -> None:
    """Ten times the demand: ten times the money, the same shares; nothing is typed in."""
    more = board(
        judged(
            {"allocations/a.yaml": ALLOCATION.replace("requests: 1000000", "requests: 10000000")}
        )
    )
    assert rows(block(section(more, "repricing"), Table))[0] == [
        "acme",
        "60.0%",
        "60,000",
        "12,000",
        "21,000",
        "60,000",
    ]
    assert metric(more, "price-shock") == metric(board(judged()), "price-shock")


def test_currency_is_the_portfolios(judged: Judge) -> None:
    settings = "currency: EUR\nexchange: {usd_per_unit: 1.25, as_of: 2026-11-01}\n"
    report = board(judged({"govern.yaml": settings}))
    assert report.currency == "EUR"
    assert rows(block(section(report, "repricing"), Table))[0][2] == "4,800"
    assert "1 EUR = 1.25 USD, declared as of 2026-11-01" in words(report)
    assert " USD a month" not in words(report)


def test_large_portfolios_make_a_bounded_report(judged: Judge) -> None:
    tasks = "".join(
        f"  task-{n:04}:\n    route: [{{model: acme/x}}]\n    demand: {{requests: 1000, "
        f"input_tokens: {n}}}\n"
        "    spend_cap: {monthly: 5}\n    cost_of_wrong_model: {value_at_stake: 1}\n"
        for n in range(1, 1001)
    )
    report = board(judged({"allocations/a.yaml": f"owner: x\ntask_classes:\n{tasks}"}))
    for part in report.sections:
        for one in part.blocks:
            if isinstance(one, Table):
                assert len(one.rows) <= MOST_ROWS
            if isinstance(one, BarChart):
                assert len(one.bars) <= MOST_MARKS
    assert "960 further task classes not shown." in words(report)
    assert "task-1000" in str(section(report, "cost").blocks[1]), "the worst come first"


def test_hostile_words_reach_the_pages_as_text(judged: Judge, tmp_path: Path) -> None:
    bad = "<img src=x onerror=y> #panic() `ls` {{ 7*7 }}"
    allocation = ALLOCATION.replace("owner: growth", f'owner: "{bad}"')
    report = board(
        judged({"allocations/a.yaml": allocation, "govern.yaml": f'organization: "{bad}"\n'})
    )
    page = html.render(report).decode()
    assert "<img" not in page
    assert "&lt;img src=x onerror=y&gt; #panic()" in page
    assert pdf.render(report).startswith(b"%PDF")


def test_names_are_listed_in_words() -> None:
    assert join_some([]) == "none"
    assert join_some(["a"]) == "a"
    assert join_some(["a", "b"]) == "a and b"
    assert join_some(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_lifecycle_without_any_date(judged: Judge) -> None:
    catalog = CATALOG.replace(ACME_RETIREMENT, "")
    part = section(board(judged({"catalog/models.yaml": catalog})), "lifecycle")
    assert not [one for one in part.blocks if isinstance(one, Timeline)]
    assert block(part, Paragraph, 1).text == "No source we read gives a date for any of 3 models."


def test_calendar_of_a_leap_day(judged: Judge) -> None:
    assessment = on_day(judged(), date(2024, 2, 29))
    assert block(section(board(assessment), "lifecycle"), Timeline).end == "2026-02-28"


@pytest.mark.parametrize("as_of", [date.min, date.max])
def test_the_ends_of_the_calendar_are_days_too(judged: Judge, as_of: date) -> None:
    ancient = CATALOG.replace("2027-01-14", "0001-01-02")
    waiver = (
        "policies: {p: {rule: fallback-missing}}\n"
        "waivers: [{policy: p, subject: scoring, reason: r, approved_by: c, expires: 9999-12-31}]\n"
    )
    assessment = judged({"catalog/models.yaml": ancient, "policies/w.yaml": waiver})
    report = board(on_day(assessment, as_of))
    assert block(section(report, "lifecycle"), Timeline).events[0].since == "0001-01-01"
    assert ("Renew or end exceptions" in words(report)) == (as_of == date.max)

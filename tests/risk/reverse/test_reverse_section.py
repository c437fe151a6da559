"""What the section on reverse stress says."""

from decimal import Decimal

import msgspec
import pytest

from multillm_gov.content import Paragraph, Table
from multillm_gov.reporting.stress.reverse import (
    format_size,
    reverse_metrics,
    reverse_section,
    status_of,
)
from multillm_gov.risk.reverse.breaking_point import BreakingPoint
from multillm_gov.risk.reverse.reverse_stress import reverse


def rows(section) -> dict[str, list[list[str]]]:
    return {
        block.title: [[cell.text for cell in row] for row in block.rows]
        for block in section.blocks
        if isinstance(block, Table)
    }


def test_one_table_a_question_nearest_first(made) -> None:
    told = rows(reverse_section(reverse(made()), "USD"))
    rises = told["Price increase of one vendor"]
    assert rises[0] == [
        "vendor `acme`",
        "cap of a task class",
        "+16.7%",
        "articles",
        "7,000 USD a month.",
    ]
    assert [row[2] for row in rises[:3]] == ["+16.7%", "+25.0%", "+33.3%"]
    assert rises[-1][2] == "cannot break"
    outages = told["Duration of an outage that uses up a year's appetite"]
    assert outages[0][2:4] == ["11.7 days", "the portfolio"]
    assert outages[0][4] == "14,016 USD a year."
    assert [row[2] for row in told["Growth of demand"]] == [
        "+16.7%",
        "+20.0%",
        "not known",
    ]
    assert [row[2] for row in told["Drop in a model's quality"]] == [
        "5.0 points",
        "6.0 points",
    ]
    losses = told["Simultaneous losses that exceed the appetite"]
    assert losses[1][0] == "vendor `beta`"
    assert losses[1][2] == "1 of them"
    assert losses[1][4] == (
        "Lost in 90 days: 108,000 USD; the limit is 14,016 USD. "
        "Assumed: rerouted by hand after 24 hours."
    )


def test_verdicts_that_are_no_size_are_words_with_a_status() -> None:
    one = BreakingPoint(
        question="outage",
        limit="value",
        entities=(("cloud", "aws"),),
        verdict="breaks",
        size=Decimal(2),
    )
    assert (format_size(one), status_of(one)) == ("2 hours", "watch")
    for verdict, status in (
        ("already broken", "bad"),
        ("not known", "watch"),
        ("cannot break", "good"),
    ):
        other = msgspec.structs.replace(one, verdict=verdict, size=None)
        assert (format_size(other), status_of(other)) == (verdict, status)


@pytest.mark.parametrize(
    ("question", "size", "status"),
    [
        ("price rise", "1.35", "watch"),
        ("price rise", "1.36", "neutral"),
        ("quality drop", "0.05", "watch"),
        ("quality drop", "0.06", "neutral"),
        ("outage", "24", "watch"),
        ("outage", "25", "neutral"),
    ],
)
def test_what_an_ordinary_shock_breaks_is_on_watch(question, size, status) -> None:
    one = BreakingPoint(
        question=question,
        limit="cap",
        entities=(("vendor", "v"),),
        verdict="breaks",
        size=Decimal(size),
    )
    assert status_of(one) == status


def test_the_nearest_price_rise_is_a_headline(made) -> None:
    (metric,) = reverse_metrics(reverse(made()))
    assert (metric.value, metric.number) == ("+16.7%", pytest.approx(1 / 6))
    assert metric.note == "vendor `acme`, cap of a task class"
    assert reverse_metrics(reverse(made(allocation="", evidence=""))) == ()


def test_a_portfolio_without_limits_says_so() -> None:
    section = reverse_section((), "USD")
    assert [block.text for block in section.blocks if isinstance(block, Paragraph)][-1] == (
        "No limit is declared that a shock could break."
    )

"""The retirement calendar: the method's chances, known dates, notice and tested successors."""

from collections.abc import Callable
from datetime import date

import pytest

from multillm_gov.catalog.lifecycle.lifecycle import notice_policy
from multillm_gov.content import Table, Timeline
from multillm_gov.reporting.stress.retirement import retirement_section
from multillm_gov.risk.portfolio_risk import measure_risk
from multillm_gov.risk.retirement import (
    any_retirement_chance,
    fixed_life_chance,
    forced_migrations,
    median_life,
    model_lives,
    retirement_chance,
    unprepared_models,
)
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.rules.engine.assessment import Assessment

Made = Callable[..., StressContext]
Judged = Callable[..., Assessment]
MEDIAN = 18.1
"""Months: method 4."""


def test_chances_are_those_of_the_method() -> None:
    assert round(retirement_chance(MEDIAN, 12), 4) == 0.3684
    assert retirement_chance(MEDIAN, MEDIAN) == pytest.approx(0.5), "a median is one"
    assert round(fixed_life_chance(MEDIAN, 12), 4) == 0.6630
    assert 1 - (1 - retirement_chance(MEDIAN, 3)) ** 5 == pytest.approx(0.4370, abs=5e-5)
    assert any_retirement_chance(MEDIAN, 3, 5) == pytest.approx(0.4370, abs=5e-5)
    assert round(any_retirement_chance(MEDIAN, 12, 8), 4) == 0.9747
    assert fixed_life_chance(MEDIAN, 24) == 1


@pytest.mark.parametrize(
    ("provider", "days", "preview"),
    [
        ("openai", 180, 14),
        ("anthropic", 60, None),
        ("azure", 60, None),
        ("bedrock", 45, None),
        ("gemini", None, None),
    ],
)
def test_notice_is_what_each_provider_promises(
    provider: str, days: int | None, preview: int | None
) -> None:
    policy = notice_policy(provider)
    assert policy is not None
    assert (policy.least(preview=False), policy.least(preview=True)) == (days, preview)
    assert policy.said
    assert policy.source
    assert notice_policy("nobody") is None


def test_a_date_counts_as_one_and_no_date_as_a_chance(made: Made) -> None:
    """acme/x goes on 2027-01-14, seven weeks on; of beta/y and gamma/z no date is known."""
    context = made()
    models = model_lives(context)
    assert [one.model for one in models] == ["acme/x", "beta/y", "gamma/z"]
    for months in (12, 24):
        forced = forced_migrations(models, months, MEDIAN)
        assert forced.certain == 1
        assert forced.assumed == pytest.approx(2 * retirement_chance(MEDIAN, months))
        assert forced.expected == pytest.approx(1 + forced.assumed)
        assert forced.any_assumed == pytest.approx(any_retirement_chance(MEDIAN, months, 2))
    assert forced_migrations(models, 1, MEDIAN).certain == 0
    assert forced_migrations((), 12, MEDIAN).expected == 0


def test_slack_is_the_time_left_less_the_migration(made: Made) -> None:
    """51 days are left, and a move takes 90."""
    found = model_lives(made())[0]
    assert (found.retirement, found.runway, found.slack) == (date(2027, 1, 14), 51, -39)
    assert (found.routed, found.standby, found.source) == (("articles",), (), "announcement")
    assert found.successor is not None
    assert (found.successor.model, found.tested) == ("acme/x2", ())
    assert model_lives(made({"govern.yaml": "migration_lead_days: 30\n"}))[0].slack == 21


def test_a_tested_successor_is_told_per_task_class(made: Made) -> None:
    proof = (
        "records: [{task_class: articles, model: acme/x2, date: 2026-11-01, sample_size: 600, "
        "score: 0.9}]\n"
    )
    context = made({"evidence/e.yaml": proof})
    assert model_lives(context)[0].tested == ("articles",)
    assert "acme/x" not in {one.model for one in unprepared_models(model_lives(context))}
    assert "acme/x" in {one.model for one in unprepared_models(model_lives(made()))}


def test_notice_shorter_than_the_migration_needs_a_successor_first(
    made: Made, catalog: str
) -> None:
    """Anthropic's 60 days leave -30 of 90; OpenAI's 180 leave +90 (method 4)."""
    declared = catalog.replace("provider: beta,", "provider: anthropic,").replace(
        "provider: gamma,", "provider: openai,"
    )
    by_name = {one.model: one for one in model_lives(made({"catalog/models.yaml": declared}))}
    assert (by_name["beta/y"].notice_days, by_name["beta/y"].notice_slack) == (60, -30)
    assert (by_name["gamma/z"].notice_days, by_name["gamma/z"].notice_slack) == (180, 90)
    assert [one.model for one in unprepared_models(by_name.values())] == ["acme/x", "beta/y"]


def test_a_declared_median_is_no_assumption(made: Made) -> None:
    assert median_life(made()) == (MEDIAN, True)
    assert median_life(made({"govern.yaml": "risk: {retirement_median_months: 24}\n"})) == (
        24,
        False,
    )


def test_the_section_shows_dates_and_forced_migrations(judged: Judged) -> None:
    section = retirement_section(measure_risk(judged().state, (), whole=False))
    tables = [block for block in section.blocks if isinstance(block, Table)]
    forced = [[cell.text for cell in row] for row in tables[0].rows]
    assert forced == [
        ["12 months", "1", "0.7", "1.7", "60.1%"],
        ["24 months", "1", "1.2", "2.2", "84.1%"],
    ]
    assert "assumed" in tables[0].columns[2].title
    assert [cell.text for cell in tables[1].rows[0]] == [
        "acme/x", "2027-01-14", "−39 days", "not known", "acme/x2 (declared)", "0 of 1",
    ]  # fmt: skip
    [calendar] = [block for block in section.blocks if isinstance(block, Timeline)]
    assert (calendar.start, calendar.end) == ("2026-11-24", "2028-11-24")
    empty = measure_risk(judged({"allocations/a.yaml": ""}).state, (), whole=False)
    assert "No model is used" in str(retirement_section(empty).blocks)

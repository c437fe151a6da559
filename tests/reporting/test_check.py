"""What a check tells, from real files judged by the real book."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.finding import Severity
from multillm_gov.report import Metric
from multillm_gov.reporting.check.report import report_check
from multillm_gov.reporting.shared.headline import headline, with_before
from multillm_gov.reporting.shared.tables import status_above, status_below
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.state.loading import load_state

AS_OF = date(2026, 11, 24)
PRICES = {
    "openai/gpt-5": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 0.000002,
        "output_cost_per_token": 0.00001,
        "max_input_tokens": 400000,
        "max_output_tokens": 100000,
        "deprecation_date": "2027-05-23",
    },
    "anthropic/claude-sonnet-4-6": {
        "litellm_provider": "anthropic",
        "mode": "chat",
        "input_cost_per_token": 0.000002,
        "output_cost_per_token": 0.00001,
        "max_input_tokens": 200000,
        "max_output_tokens": 64000,
    },
}
ALLOCATION = """\
owner: growth
task_classes:
  articles:
    route:
      - {model: openai/gpt-5, weight: 60}
      - {model: anthropic/claude-sonnet-4-6, weight: 40}
    cost_of_wrong_model: {value_at_stake: 30000}
    demand: {requests: 100000, input_tokens: 1000, output_tokens: 100}
    spend_cap: {monthly: 320}
  scoring:
    route: [{model: openai/gpt-5}]
    fallbacks: [anthropic/claude-sonnet-4-6]
    cost_of_wrong_model: {value_at_stake: 10000}
    demand: {requests: 100000, input_tokens: 450, output_tokens: 10}
    spend_cap: {monthly: 120}
"""
Judge = Callable[..., Assessment]


@pytest.fixture
def judged() -> Judge:
    def build(
        settings: str = "", allocation: str = ALLOCATION, prices: dict[str, object] | None = None
    ) -> Assessment:
        files = [
            SourceFile("allocations/a.yaml", allocation.encode()),
            *([SourceFile("govern.yaml", settings.encode())] if settings else []),
        ]
        data = json.dumps(PRICES if prices is None else prices).encode()
        return assess(
            load_state(
                files, as_of=AS_OF, price_map=lambda: PriceMap("1.0", data), revision="ab" * 20
            )
        )

    return build


def _metric(assessment: Assessment, name: str) -> Metric:
    return next(metric for metric in headline(assessment.state) if metric.id == name)


def test_the_three_headline_figures_come_first(judged: Judge) -> None:
    names = [metric.id for metric in headline(judged().state)]
    assert names[:3] == [
        "forecast-spend",
        "largest-vendor-of-spend",
        "independent-fallback",
    ]
    assert len(names) == len(set(names))


def test_spend_is_judged_against_the_sum_of_caps(judged: Judge) -> None:
    """300 for the articles (100,000 x (1,000 x 2e-6 + 100 x 1e-5)) and 100 for the scoring, of
    440."""
    spend = _metric(judged(), "forecast-spend")
    assert (spend.value, spend.number) == ("400 USD", 400.0)
    assert spend.limit == "at most 440 USD (sum of caps)"
    assert spend.status == "watch", "400 is above nine tenths of 440"


def test_spend_is_judged_against_the_boards_ceiling_first(judged: Judge) -> None:
    spend = _metric(judged("appetite: {max_monthly_spend: 399}\n"), "forecast-spend")
    assert (spend.limit, spend.status) == ("at most 399 USD", "bad")


def test_without_a_cap_on_each_task_class_spend_is_not_judged(judged: Judge) -> None:
    spend = _metric(
        judged(allocation=ALLOCATION.replace("    spend_cap: {monthly: 120}\n", "")),
        "forecast-spend",
    )
    assert (spend.limit, spend.status, spend.note) == ("", "neutral", "no ceiling is declared")


def test_a_total_that_leaves_something_out_is_never_good(judged: Judge) -> None:
    allocation = ALLOCATION.replace("[{model: openai/gpt-5}]", "[{model: nobody/knows}]")
    spend = _metric(judged("appetite: {max_monthly_spend: 10000}\n", allocation), "forecast-spend")
    assert (spend.value, spend.status) == ("at least 300 USD", "neutral")
    assert spend.note == "without scoring, whose cost is not known"


def test_a_total_without_an_exchange_rate_is_never_good(judged: Judge) -> None:
    ceiling = "appetite: {max_monthly_spend: 10000}\n"
    spend = _metric(judged(f"currency: EUR\n{ceiling}"), "forecast-spend")
    assert (spend.value, spend.status, spend.number) == ("not known", "neutral", None)
    assert spend.note.endswith("no exchange rate to EUR is declared")
    known = judged(f"currency: EUR\nexchange: {{usd_per_unit: 1, as_of: 2026-11-01}}\n{ceiling}")
    assert (_metric(known, "forecast-spend").status, _metric(known, "forecast-spend").note) == (
        "good",
        "",
    )


def test_the_largest_vendor_is_named(judged: Judge) -> None:
    """OpenAI: 180 of the articles' 300 and all 100 of the scoring."""
    vendor = _metric(judged(), "largest-vendor-of-spend")
    assert vendor.value == "openai 70.0%"
    assert vendor.number == pytest.approx(0.7)
    assert (vendor.limit, vendor.status) == ("at most 60.0%", "bad")
    assert (
        _metric(
            judged("appetite: {max_vendor_share_of_spend: 0.8}\n"), "largest-vendor-of-spend"
        ).status
        == "good"
    )


def test_value_without_a_fallback_elsewhere_is_bad(judged: Judge) -> None:
    """Only the scoring's 10,000 of 40,000 can have a fallback, and its cloud is what the catalog
    knows of it."""
    value = _metric(judged(), "independent-fallback")
    assert value.number in {0.0, 0.25}
    assert (value.limit, value.status) == ("at least 70.0%", "bad")


def test_the_effective_number_of_vendors(judged: Judge) -> None:
    vendors = _metric(judged(), "effective-vendors")
    assert vendors.number == pytest.approx(1 / (0.7**2 + 0.3**2))
    assert (vendors.value, vendors.limit, vendors.status) == ("1.7", "at least 1.8", "bad")


def test_slack_before_the_nearest_retirement(judged: Judge) -> None:
    """180 days to 2027-05-23, less 90 to migrate; the other model's date is not known, so it is not
    good."""
    slack = _metric(judged(), "retirement-slack")
    assert (slack.value, slack.number, slack.status) == ("90 days", 90.0, "watch")
    assert slack.note == "openai/gpt-5 is the first; no date is known for 1 of 2 routed models"
    late = _metric(judged("migration_lead_days: 181\n"), "retirement-slack")
    assert (late.number, late.status) == (-1.0, "bad")


def test_an_empty_portfolio_has_figures_that_judge_nothing() -> None:
    assessment = assess(load_state([], as_of=AS_OF, price_map=lambda: PriceMap("1.0", b"{}")))
    assert {metric.status for metric in headline(assessment.state)} == {"neutral"}
    report = report_check(assessment, Severity.ERROR)
    assert report.verdict.exit_code == 0
    assert dict(report.checked) == {"files": 0, "task classes": 0, "policies": 0, "models": 0}


def test_with_before_pairs_by_name(judged: Judge) -> None:
    then, now = (
        headline(judged().state),
        headline(judged("appetite: {max_monthly_spend: 399}\n").state),
    )
    paired = with_before(then[:1], now)
    assert paired[0].before == "400 USD"
    assert {metric.before for metric in paired[1:]} == {""}


@pytest.mark.parametrize(
    ("number", "status"),
    [(0.0, "good"), (0.54, "good"), (0.55, "watch"), (0.6, "watch"), (0.61, "bad")],
)
def test_the_band_below_a_ceiling(number: float, status: str) -> None:
    assert status_below(number, 0.6) == status


@pytest.mark.parametrize(
    ("number", "status"),
    [(0.69, "bad"), (0.7, "watch"), (0.76, "watch"), (0.78, "good"), (1.0, "good")],
)
def test_the_band_above_a_floor(number: float, status: str) -> None:
    assert status_above(number, 0.7, best=1) == status


def test_the_best_possible_is_good_even_near_its_floor() -> None:
    assert status_above(1.0, 1.0, best=1) == "good"


@given(st.floats(0, 10), st.floats(0, 10))
def test_outside_the_limit_is_bad_and_nothing_else_is(number: float, limit: float) -> None:
    assert (status_below(number, limit) == "bad") == (number > limit)
    assert (status_above(number, limit) == "bad") == (number < limit)


def test_a_check_counts_what_it_looked_at_and_owns_the_verdict(judged: Judge) -> None:
    assessment = judged("organization: Example GmbH\n")
    report = report_check(assessment, Severity.ERROR)
    assert (report.kind, report.organization, report.as_of) == (
        "check",
        "Example GmbH",
        "2026-11-24",
    )
    assert dict(report.checked) == {"files": 2, "task classes": 2, "policies": 0, "models": 2}
    assert report.findings == assessment.findings
    assert report.summary.startswith("2 task classes in 2 files: ")
    assert report.verdict.counts_with_waived in report.summary
    assert report_check(assessment, None).verdict.exit_code == 0
    assert report_check(assessment, Severity.NOTE).verdict.exit_code == 1, (
        "scoring and articles break standing rules"
    )


def test_each_finding_has_its_rules_note(judged: Judge) -> None:
    report = report_check(judged(), Severity.ERROR)
    assert report.findings
    assert [note.id for note in report.rules] == sorted(
        {finding.rule for finding in report.findings}
    )
    assert all(note.title and note.why and note.remediation for note in report.rules)


def test_a_broken_file_is_counted_and_hides_no_figure(judged: Judge) -> None:
    files = [
        SourceFile("allocations/a.yaml", ALLOCATION.encode()),
        SourceFile("allocations/b.yaml", b"a: [\n"),
    ]
    data = json.dumps(PRICES).encode()
    report = report_check(
        assess(load_state(files, as_of=AS_OF, price_map=lambda: PriceMap("1.0", data))),
        Severity.ERROR,
    )
    assert dict(report.checked)["files"] == 2
    assert report.headline[0].value == "400 USD"
    assert any(finding.location.path == "allocations/b.yaml" for finding in report.findings)
    assert report.verdict.exit_code == 1


def test_provenance_says_commit_day_tool_and_prices(judged: Judge) -> None:
    provenance = dict(report_check(judged(), None).provenance)
    assert provenance["commit"] == "ab" * 20
    assert provenance["as of"] == "2026-11-24"
    assert provenance["govern"]
    assert provenance["LiteLLM"] == "1.0"
    assert len(provenance["price map (SHA-256)"]) == 64
    assert provenance["catalog lock (SHA-256)"].startswith("none")

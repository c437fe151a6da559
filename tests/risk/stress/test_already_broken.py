"""What is broken without any shock is a row of its own, and makes no scenario look better."""

from collections.abc import Callable

import pytest

from multillm_gov.reporting.stress.comparison import comparison_section
from multillm_gov.reporting.stress.report import report_stress, whole_sections
from multillm_gov.risk.portfolio_risk import PortfolioRisk, measure_risk
from multillm_gov.risk.stress.scenario_book import built_in
from multillm_gov.rules.engine.assessment import Assessment

Judged = Callable[..., Assessment]


@pytest.fixture
def measured(judged: Judged, allocation: str, catalog: str) -> Callable[..., PortfolioRisk]:
    """The risk of the acme portfolio with texts of its files replaced."""

    def build(*changes: tuple[str, str]) -> PortfolioRisk:
        texts = {"allocations/a.yaml": allocation, "catalog/models.yaml": catalog}
        for old, new in changes:
            assert any(old in text for text in texts.values()), old
            texts = {path: text.replace(old, new) for path, text in texts.items()}
        return measure_risk(judged(texts).state, built_in(), years=0)

    return build


def _lines(before: PortfolioRisk, after: PortfolioRisk) -> str:
    return str(comparison_section(before, after, None).blocks)


def test_a_cap_that_is_broken_already_is_not_an_improvement(measured) -> None:
    before = measured()
    after = measured(("monthly: 7000", "monthly: 5000"))
    assert not before.already_broken
    (breach,) = after.already_broken
    assert (breach.what, breach.subject, breach.figure, breach.limit) == (
        "monthly cap",
        "articles",
        6_000,
        5_000,
    )
    old, new = (
        {result.name for result in risk.results if result.breaks_cap} for risk in (before, after)
    )
    assert old - new, "a scenario cannot break the cap once more"
    lines = _lines(before, after)
    assert "Limits already broken without a shock" in lines
    assert "No better, since limits are broken already" in lines
    assert "No longer" not in lines
    metric = {
        one.id: one for one in report_stress(after, whole_sections(after), base=before).headline
    }["already-broken"]
    assert (metric.value, metric.before, metric.status) == ("1", "0", "bad")


def test_a_retired_route_is_a_present_loss_and_no_outage(measured) -> None:
    retired = ("date: 2027-01-14", "date: 2026-11-01")
    before, after = measured(), measured(retired)
    assert before.retired_loss == 0
    (breach,) = after.already_broken
    # articles, 100 USD an hour: the failover was never drilled, so half of it is answered.
    assert (breach.what, breach.subject, breach.model) == ("unanswered", "articles", "acme/x")
    assert float(breach.figure) == pytest.approx(0.5)
    assert after.retired_loss == pytest.approx(0.5 * 100 * 8_760)
    outages = after.expected_loss - after.retired_loss
    assert 0 < outages < before.expected_loss * 2
    assert [model.model for model in after.retirements.already_retired] == ["acme/x"]
    for forced in after.retirements.forced:
        assert forced.certain == 0, "a fact is no forecast"
    assert after.retirements.unprepared == tuple(
        model for model in after.retirements.unprepared if model.model != "acme/x"
    )
    text = str(whole_sections(after))
    assert "retired since 2026-11-01" in text
    assert "no outage is in that figure" in text

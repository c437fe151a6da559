"""The register of limits: one record a limit, one judgment a figure, the same in every command."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from multillm_gov.portfolio.settings import Appetite, LimitKey
from multillm_gov.register import LimitRecord
from multillm_gov.reporting.check.report import report_check
from multillm_gov.reporting.shared.headline import metric_of
from multillm_gov.reporting.stress.report import report_stress
from multillm_gov.risk.limits.appetite import appetite_limits
from multillm_gov.risk.limits.judging import SHIPPED, judge_above, judge_below
from multillm_gov.risk.limits.register import compared, register_of
from multillm_gov.risk.portfolio_risk import PortfolioRisk, measure_board_risk
from multillm_gov.risk.stress.scenario_book import scenarios_of
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.policy_limits import SHIPPED_POLICIES, policy_limits
from portfolios import ACME_ALLOCATION, ACME_CATALOG, assessed, replaced, retiring

STARTER = Path(__file__).parents[3] / "multillm_gov" / "workflows" / "starter" / "govern.yaml"
FILES = {"allocations/a.yaml": ACME_ALLOCATION, "catalog/models.yaml": ACME_CATALOG}


def judged(settings: str = "", **files: str) -> Assessment:
    changed = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
    return assessed({**FILES, "govern.yaml": settings, **changed})


def risk_of(assessment: Assessment) -> PortfolioRisk:
    return measure_board_risk(assessment.state, scenarios_of(assessment.state.scenarios))


def record(records: tuple[LimitRecord, ...], name: str) -> LimitRecord:
    return next(one for one in records if one.id == name)


def test_every_limit_of_the_settings_is_in_the_register() -> None:
    keys = {one.key.rpartition(".")[2] for one in register_of(risk_of(judged()))}
    declared = set(Appetite.__struct_fields__) - {"max_monthly_spend"}
    assert declared <= keys
    with_ceiling = register_of(risk_of(judged("appetite: {max_monthly_spend: 1}\n")))
    assert {one.key.rpartition(".")[2] for one in with_ceiling} >= set(LimitKey.__args__)


def test_values_and_headroom_in_the_limits_own_unit() -> None:
    records = register_of(risk_of(judged("appetite: {max_monthly_spend: 12500}\n")))
    spend = record(records, "forecast-spend")
    assert (spend.value, spend.headroom, spend.judgment) == (10_000, 2_500, "within")
    largest = record(records, "largest-vendor-of-spend")
    assert largest.subject == ("vendor", "acme")
    assert largest.headroom == pytest.approx(0.0)
    fallback = record(records, "independent-fallback")
    assert fallback.headroom == pytest.approx(73 / 116.8 - 0.7)
    assert fallback.facts["proved"] == 0.0


@pytest.mark.parametrize(
    ("warn_at", "judgment"), [("0.55", "warning"), ("0.61", "within"), (None, "within")]
)
def test_the_declared_early_warning_counts(warn_at: str | None, judgment: str) -> None:
    terms = f"limits: {{max_vendor_share_of_spend: {{warn_at: {warn_at}}}}}\n" if warn_at else ""
    settings = f"appetite: {{max_vendor_share_of_spend: 0.7}}\n{terms}"
    one = record(appetite_limits(judged(settings).state), "largest-vendor-of-spend")
    assert (one.judgment, one.warn_at) == (judgment, None if warn_at is None else one.warn_at)


def test_a_limit_is_as_shipped_until_it_is_edited_or_adopted() -> None:
    shipped = yaml.safe_load(STARTER.read_text())["appetite"]
    assert {name: float(value) for name, value in SHIPPED.items()} == shipped
    text = f"appetite: {{max_vendor_share_of_spend: {shipped['max_vendor_share_of_spend']}}}\n"
    adopted = (
        "limits: {max_vendor_share_of_spend: {set_by: Board, set_on: 2026-03-01, owner: CRO}}\n"
    )
    for settings, expected in (
        ("", True),
        (text, True),
        (text + adopted, False),
        ("appetite: {max_vendor_share_of_spend: 0.55}\n", False),
    ):
        one = record(appetite_limits(judged(settings).state), "largest-vendor-of-spend")
        assert one.shipped is expected, settings
    one = record(appetite_limits(judged(text + adopted).state), "largest-vendor-of-spend")
    assert (one.owner, one.set_by, one.set_on) == ("CRO", "Board", date(2026, 3, 1))


def test_the_starters_policies_count_as_shipped_until_their_limits_are_edited() -> None:
    policies = STARTER.parent / "policies" / "portfolio.yaml"
    written = yaml.safe_load(policies.read_text())["policies"]
    limits = {
        (name, key): Decimal(str(value))
        for name, policy in written.items()
        for key, value in policy.items()
        if key.startswith(("max_", "min_"))
    }
    assert limits == SHIPPED_POLICIES
    for limit, expected in (("0.50", True), ("0.55", False)):
        text = f"policies: {{vendor-concentration: {{rule: concentration, max_share: {limit}}}}}\n"
        (one,) = (
            record
            for record in policy_limits(judged(policies__p=text))
            if record.key == "policies.vendor-concentration.max_share"
        )
        assert one.shipped is expected


def test_a_limit_that_moved_keeps_the_one_before() -> None:
    then = appetite_limits(judged("appetite: {max_vendor_share_of_spend: 0.5}\n").state)
    now = appetite_limits(judged("appetite: {max_vendor_share_of_spend: 0.7}\n").state)
    one = record(compared(then, now), "largest-vendor-of-spend")
    assert (float(one.limit or 0), float(one.limit_before or 0)) == (0.7, 0.5)
    assert one.loosened
    assert one.judgment_before == "outside"
    back = record(compared(now, then), "largest-vendor-of-spend")
    assert not back.loosened
    assert record(compared(then, then), "largest-vendor-of-spend").limit_before is None


def test_a_retired_model_is_a_fact_of_its_own() -> None:
    catalog = retiring(ACME_CATALOG, "beta/y").replace("2027-01-14", "2026-07-14")
    one = record(appetite_limits(judged(catalog__models=catalog).state), "retired-models")
    assert (one.value, one.judgment) == (1, "outside")
    assert one.facts == {"value_at_stake": 73_000, "since": "2026-07-14"}
    assert record(appetite_limits(judged().state), "retired-models").judgment == "within"


def test_what_is_not_known_is_not_judged() -> None:
    unknown = replaced(ACME_ALLOCATION, ("route: [{model: gamma/z}]", "route: [{model: no/one}]"))
    for one in appetite_limits(judged(allocations__a=unknown).state):
        if one.id in {"largest-vendor-of-spend", "effective-vendors", "price-shock"}:
            assert (one.value, one.judgment, one.status) == (None, "not judged", "neutral")
            assert one.reason
            assert one.headroom is None


def test_nothing_declared_judges_nothing() -> None:
    empty = assessed({"govern.yaml": "organization: None\n"})
    records = register_of(risk_of(empty))
    assert {one.judgment for one in records} == {"not judged"}
    assert all(one.reason for one in records)


def test_check_stress_and_register_show_the_same_figures() -> None:
    catalog = retiring(ACME_CATALOG, "beta/y")
    assessment = judged("appetite: {max_monthly_spend: 9000}\n", catalog__models=catalog)
    risk = risk_of(assessment)
    expected = {one.id: metric_of(one, assessment.state.figures) for one in register_of(risk)}
    check = report_check(assessment, fail_on=None)
    stress = report_stress(risk, ())
    shown: list[Any] = [*check.headline, *stress.headline]
    compared_ids = [metric for metric in shown if metric.id in expected]
    assert len(compared_ids) == len(expected)
    for metric in compared_ids:
        other = expected[metric.id]
        assert (metric.value, metric.limit, metric.status, metric.number) == (
            other.value,
            other.limit,
            other.status,
            other.number,
        )


@given(st.floats(0, 1e9), st.floats(0.01, 1e9))
def test_judgments_mirror_each_other(value: float, limit: float) -> None:
    assert (judge_below(value, limit) == "outside") == (value > limit)
    assert (judge_above(value, limit) == "outside") == (value < limit)
    assert judge_below(limit, limit) == "warning"
    assert judge_above(limit, limit, best=limit) == "within"


def test_status_of_a_record_is_never_green_when_not_judged() -> None:
    one = appetite_limits(judged().state)[0]
    assert replace(one, judgment="not judged").status == "neutral"

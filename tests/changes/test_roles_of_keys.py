"""Every key of every governed file is a safeguard with a direction, a fact or neutral; a key that
is added later is in none of them, and fails here."""

from fnmatch import fnmatchcase

import msgspec
import pytest

from multillm_gov.changes.change import Direction
from multillm_gov.changes.routing import LONGEST, _percentiles_direction
from multillm_gov.changes.safeguards import SAFEGUARDS
from multillm_gov.changes.settings import _TIGHTER, compare_settings
from multillm_gov.portfolio.demand import Demand
from multillm_gov.portfolio.settings import Settings
from multillm_gov.workflows.schema import schema_names, schema_of

SAFEGUARD, FACT, NEUTRAL = "safeguard", "fact", "neutral"
ROLES = {
    "settings": {
        SAFEGUARD: """appetite.* fail_on owners migration_lead_days waiver_notice_days people.*
            spend_change.*.*.amount spend_change.*.*.share limits.*.warn_at
            limits.*.owner limits.*.set_by risk.max_outage_loss_share
            risk.max_cost_at_risk_share""",
        FACT: """currency exchange.* usage.* optimization.contracts.* risk.providers.*
            risk.clouds.* risk.vendors.* risk.dependencies.* risk.common_cause.* risk.coverage.*
            risk.outage_sigma risk.demand_variation risk.demand_common_share risk.price_shocks.*
            risk.retirement_median_months risk.peak_factor optimization.evaluation_per_move
            optimization.migration_per_move""",
        NEUTRAL: """organization limits.*.set_on pack.* fiscal_year_starts brand.* default_branch
            optimization.months optimization.min_share optimization.max_models""",
    },
    "allocation": {
        SAFEGUARD: """task_classes.*.spend_cap.* task_classes.*.quality.floor
            task_classes.*.latency.* task_classes.*.needs.* task_classes.*.prompt_digest
            task_classes.*.output_schema task_classes.*.answer.* task_classes.*.data.*
            task_classes.*.owner owner task_classes.*.review.every_months task_classes.*.fallbacks
            task_classes.*.tags task_classes.*.cost_of_wrong_model.value_at_stake
            task_classes.*.demand.p99_input_tokens task_classes.*.demand.max_output_tokens""",
        FACT: "task_classes.*.demand.* task_classes.*.route.* task_classes.*.mode moved.*",
        NEUTRAL: """task_classes.*.title task_classes.*.purpose task_classes.*.selection_criteria
            task_classes.*.cost_of_wrong_model.effect task_classes.*.prompt
            task_classes.*.normalize task_classes.*.review.last""",
    },
    "policy": {
        SAFEGUARD: """policies.*.rule policies.*.enforcement policies.*.applies_to.*
            policies.*.approvers waivers.policy waivers.subject waivers.expires
            waivers.approved_by approvals.*""",
        NEUTRAL: """policies.*.title policies.*.because policies.*.controls waivers.reason
            waivers.ticket""",
    },
    # What is declared of models and companies is a fact: GOV710 says which one changed, and
    # `check --base` judges the change by those of the base as well.
    "catalog": {FACT: "models.* providers.* clouds.* vendors.*"},
    # Measurements and records: written by commands or exports, never a limit.
    "evals": {FACT: "*"},
    "evidence": {FACT: "*"},
    "incidents": {FACT: "*"},
    "usage": {FACT: "*"},
    # Questions somebody asks of a portfolio: nothing that runs is held to them.
    "scenario": {NEUTRAL: "*"},
    "policy-test": {NEUTRAL: "*"},
}
"""By kind of file: keys as paths, names that people choose as ``*``."""


def _leaves(node, schema, path=(), inside=()):
    if reference := node.get("$ref"):
        if reference in inside:
            return
        node, inside = schema["$defs"][reference.rpartition("/")[2]], (*inside, reference)
    parts = [part for part in node.get("anyOf", []) if part.get("type") != "null"]
    if parts:
        for part in parts:
            yield from _leaves(part, schema, path, inside)
        return
    if node.get("items"):
        yield from _leaves(node["items"], schema, path, inside)
        return
    inner = dict(node.get("properties", {}))
    if isinstance(node.get("additionalProperties"), dict):
        names = node.get("propertyNames", {}).get("enum")
        for name in names or ["*"]:
            inner.setdefault(name, node["additionalProperties"])
    if not inner:
        yield ".".join(path)
    for name, value in inner.items():
        yield from _leaves(value, schema, (*path, name), inside)


def leaves(name):
    return sorted({leaf for leaf in _leaves(schema_of(name), schema_of(name)) if leaf})


def roles(name, leaf):
    """Its roles; the first that lists it as a path of its own wins over a wildcard."""
    found = [
        (role, pattern)
        for role, patterns in ROLES[name].items()
        for pattern in patterns.split()
        if fnmatchcase(leaf, pattern)
    ]
    exact = max((len(pattern) for _, pattern in found), default=0)
    return {role for role, pattern in found if len(pattern) == exact}


def test_every_kind_of_file_is_covered():
    assert set(schema_names()) == set(ROLES)


@pytest.mark.parametrize("name", sorted(ROLES))
def test_every_key_has_one_role(name):
    keys = leaves(name)
    assert keys
    assert {leaf: found for leaf in keys if len(found := roles(name, leaf)) != 1} == {}


@pytest.mark.parametrize("name", sorted(ROLES))
def test_no_role_speaks_of_a_key_that_is_gone(name):
    patterns = [one for patterns in ROLES[name].values() for one in patterns.split()]
    assert [one for one in patterns if not any(fnmatchcase(k, one) for k in leaves(name))] == []


def test_what_the_comparison_judges_is_what_is_called_a_safeguard():
    judged = {
        f"task_classes.*.{trait.aspect}"
        for trait in SAFEGUARDS
        if trait.judge.__name__ != "neither"
    }
    judged |= {f"task_classes.*.demand.{name}" for name in LONGEST}
    named = {leaf for leaf in leaves("allocation") if roles("allocation", leaf) == {SAFEGUARD}}
    assert judged == named - {"owner", "task_classes.*.fallbacks"}
    for leaf in leaves("settings"):
        if leaf.partition(".")[0] in {"limits", "risk", "spend_change"}:
            key = leaf.replace("limits.*", "limits.max_monthly_spend")
            is_judged = any(fnmatchcase(key, pattern) for pattern in _TIGHTER)
            assert is_judged is (roles("settings", leaf) == {SAFEGUARD}), leaf


TIGHT = {
    "waiver_notice_days": 30,
    "migration_lead_days": 90,
    "fail_on": "warning",
    "owners": ["growth"],
    "people": {"cfo": ["cfo@example.com"]},
    "limits": {
        "max_monthly_spend": {"warn_at": 800, "owner": "cfo", "set_by": "board"},
        "min_effective_vendors": {"warn_at": 2.5},
    },
    "risk": {"max_outage_loss_share": 0.1, "max_cost_at_risk_share": 0.1},
    "spend_change": {"increase": {"failure": {"amount": 100, "share": 0.1}}},
    "appetite": {"max_monthly_spend": 1000, "min_effective_vendors": 2},
}
LOOSE = {
    "waiver_notice_days": 3,
    "migration_lead_days": 9,
    "fail_on": "error",
    "owners": ["growth", "sales"],
    "people": {"cfo": ["cfo@example.com", "intern@example.com"]},
    "limits": {
        "max_monthly_spend": {"warn_at": 900},
        "min_effective_vendors": {"warn_at": 2.1},
    },
    "risk": {"max_outage_loss_share": 0.2, "max_cost_at_risk_share": 0.2},
    "spend_change": {"increase": {"failure": {"amount": 200, "share": 0.2}}},
    "appetite": {"max_monthly_spend": 2000, "min_effective_vendors": 1},
}


def test_every_loosened_setting_is_told_with_both_values():
    tight, loose = (
        msgspec.convert(each, Settings, dec_hook=lambda kind, value: kind(str(value)))
        for each in (TIGHT, LOOSE)
    )
    there, back = list(compare_settings(tight, loose)), list(compare_settings(loose, tight))
    assert {change.direction for change in there} == {Direction.LOOSENED}
    assert {change.direction for change in back} == {Direction.TIGHTENED}
    assert len(there) == len(back) == 17 - 2
    for change in there:
        gone = change.aspect.endswith((".owner", ".set_by"))
        assert change.before, change.aspect
        assert change.after or gone, change.aspect


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tags: [customer-facing, brand]", "tags: [brand]"),
        ("value_at_stake: 45000", "value_at_stake: 5"),
        (", value_at_stake: 45000", ""),
        ("output_tokens: 500}", "output_tokens: 500, p99_input_tokens: 90}"),
        ("output_tokens: 500}", "output_tokens: 500, max_output_tokens: 900}"),
    ],
)
def test_what_policies_select_and_judge_by_is_told_as_loosened(edited, old, new):
    there = edited((old, new)).changes
    is_addition = "p99" in new or "max_output" in new
    (change,) = [one for one in there if one.direction is not Direction.CHANGED and one.aspect]
    assert change.direction is (Direction.TIGHTENED if is_addition else Direction.LOOSENED)
    assert change.before


def test_a_dropped_or_lower_longest_request_is_loosened():
    long, short, none = (
        Demand(requests=5, p99_input_tokens=p99, max_output_tokens=9) for p99 in (90, 9, None)
    )
    for old, new, direction in (
        (long, short, Direction.LOOSENED),
        (long, none, Direction.LOOSENED),
        (none, short, Direction.TIGHTENED),
        (long, long, Direction.CHANGED),
    ):
        assert _percentiles_direction(old, new) is direction

"""The digest an approval is bound to: one for all spellings of one content, another for every other
content."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.portfolio.loading import load_portfolio
from multillm_gov.rules.engine.approvals import Contents
from multillm_gov.rules.engine.registry import parameters_type

KEYS = {
    "route": st.lists(
        st.fixed_dictionaries({"model": st.sampled_from(["a", "b"])}), min_size=1, max_size=2
    ),
    "fallbacks": st.lists(st.sampled_from(["a", "b", "c"]), max_size=2),
    "purpose": st.sampled_from(["", "x"]),
    "mode": st.sampled_from(["chat", "embedding"]),
    "spend_cap": st.fixed_dictionaries(
        {}, optional={"monthly": st.sampled_from([1, 1.0, 1.5, 100])}
    ),
    "cost_of_wrong_model": st.fixed_dictionaries(
        {}, optional={"value_at_stake": st.sampled_from([7, 7.0, 8])}
    ),
    "data": st.fixed_dictionaries(
        {}, optional={"classification": st.sampled_from(["internal", "public"])}
    ),
    "tags": st.lists(st.sampled_from(["x", "y"]), max_size=2),
    "owner": st.sampled_from(["desk", "sales"]),
    "quality": st.fixed_dictionaries({"floor": st.sampled_from([0.5, 0.8])}),
}
DEFAULTS = {
    "fallbacks": [],
    "purpose": "",
    "mode": "chat",
    "spend_cap": {},
    "cost_of_wrong_model": {},
    "data": {},
    "tags": [],
    "owner": "desk",
}
declarations = st.fixed_dictionaries(
    {"route": KEYS["route"]}, optional={k: v for k, v in KEYS.items() if k != "route"}
)


def contents(**files):
    documents = {}
    for name, text in files.items():
        path = f"{name}/x.yaml"
        documents[path], flaws = read_document(SourceFile(path, text.encode()))
        assert not flaws
    portfolio, flaws = load_portfolio(documents)
    assert not flaws
    return Contents(portfolio, documents, parameters_type)


def digest(declared, *, owner="desk", shuffle=None, flow=None):
    keys = list(declared) if shuffle is None else sorted(declared, key=shuffle)
    data = {"owner": owner, "task_classes": {"triage": {key: declared[key] for key in keys}}}
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=flow)
    return contents(allocations=text).digest("task_class:triage")


def meaning(declared):
    """What a declaration says, defaults written out."""
    full = {**DEFAULTS, **declared}
    if full["data"].get("classification") == "internal":
        full["data"] = {}
    return full


@given(declarations, declarations)
def test_equal_content_has_one_digest_and_other_content_another(one, other):
    assert (digest(one) == digest(other)) == (meaning(one) == meaning(other))


@given(declarations, st.randoms(use_true_random=False))
def test_layout_order_of_keys_and_written_defaults_do_not_count(declared, random):
    order = {key: random.random() for key in KEYS}
    expected = digest(declared)
    assert digest(declared, shuffle=order.__getitem__, flow=True) == expected
    assert digest({**DEFAULTS, **declared}) == expected
    assert expected.startswith("sha256:")


def test_the_effective_owner_counts_wherever_it_is_written():
    route = {"route": [{"model": "a"}]}
    assert digest(route) == digest({**route, "owner": "desk"}, owner="sales")
    assert digest(route) != digest(route, owner="sales")


def test_a_review_changes_nothing_that_was_approved_but_its_interval_does():
    def reviewed(last, months):
        return digest({"route": [{"model": "a"}], "review": {"last": last, "every_months": months}})

    assert reviewed("2026-01-01", 3) == reviewed("2026-10-01", 3)
    assert reviewed("2026-01-01", 3) != reviewed("2026-01-01", 6)


def test_a_policy_is_known_by_what_it_asks():
    def policy(text):
        return contents(policies=f"policies: {{p: {text}}}\n").digest("policy:p")

    plain = policy("{rule: review-overdue, every_months: 3}")
    assert (
        policy("{every_months: 3, rule: GOV701, enforcement: soft-mandatory, controls: []}")
        == plain
    )
    assert policy("{rule: review-overdue, every_months: 6}") != plain
    assert policy("{rule: review-overdue}") != plain
    assert policy("{rule: review-overdue, every_months: 3, approvers: [cfo]}") != plain
    assert (
        policy("{rule: review-overdue, every_months: 3, applies_to: {except: {owners: [x]}}}")
        != plain
    )
    assert policy("{rule: concentration, max_share: 0.50}") == policy(
        "{rule: GOV301, max_share: 0.5}"
    )
    assert policy("{rule: no-such-rule, limit: 1}") != policy("{rule: no-such-rule, limit: 2}")
    assert policy("{rule: review-overdue, every_months: none}") != policy(
        "{rule: review-overdue, every_months: some}"
    )


def test_nothing_is_approved_of_what_is_not_there():
    assert contents(allocations="task_classes: {}\n").digest("task_class:triage") == ""

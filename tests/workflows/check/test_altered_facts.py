"""What fails honestly fails as well where the same change alters the facts it is judged by."""

from collections.abc import Mapping
from datetime import date

import pytest

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.finding import Severity
from multillm_gov.reporting.check.report import report_check
from multillm_gov.reporting.diff.report import report_diff
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.state.loading import load_state
from multillm_gov.workflows.comparing import compare_assessments, judge_by_base
from multillm_gov.workflows.policy_change_gate import FACTS_LEAD, LEAD, with_used
from portfolios import AS_OF, REPOSITORY_ALLOCATION, custom_catalog, replaced

ALLOCATION, CATALOG, POLICY = "allocations/a.yaml", "catalog/models.yaml", "policies/p.yaml"
SETTINGS = "govern.yaml"
MINI = """\
  custom/mini:
    mode: chat
    usd_per_million_tokens: {input: 4, output: 4}
    max_input_tokens: 200000
    max_output_tokens: 8000
    exposure: {family: alpha, vendor: alpha, provider: alpha, cloud: alpha-cloud, jurisdiction: US}
    regions: [US]
"""
BASE = {
    ALLOCATION: replaced(
        REPOSITORY_ALLOCATION,
        ("monthly: 2000}", "monthly: 2000}\n    cost_of_wrong_model: {value_at_stake: 6000}"),
        (
            "    route: [{model: custom/beta}]",
            "    cost_of_wrong_model: {value_at_stake: 3000}\n    route: [{model: custom/beta}]",
        ),
    ),
    CATALOG: custom_catalog((("alpha", 6), ("beta", 4), ("gamma", 2))) + MINI,
    SETTINGS: "organization: Example\n",
    POLICY: """\
policies:
  spread: {rule: concentration, level: vendor, weigh_by: spend, max_share: 0.82}
  value: {rule: concentration, level: vendor, weigh_by: value_at_stake, max_share: 0.75}
  caps: {rule: forecast-over-cap, enforcement: hard-mandatory}
  reserve:
    rule: fallback-missing
    applies_to: {owners: [growth]}
""",
}
"""USD 630 + 180 for `writing`, 336 for `scoring`: 55% of spend with vendor alpha."""
TO_MINI = ("    route: [{model: custom/beta}]", "    route: [{model: custom/mini}]")
"""Then alpha has 84% of spend, and 80% of the value at stake."""
MORE = ("{requests: 400000,", "{requests: 1600000,")
"""Then `scoring` costs 1,344 USD; its cap is 1,000."""
NO_FALLBACK = (
    "    fallbacks: [custom/gamma]\n    demand: {requests: 4",
    "    demand: {requests: 4",
)
TO_ALPHA = (
    REPOSITORY_ALLOCATION[REPOSITORY_ALLOCATION.index("    route: [{model: custom/beta}]") :],
    """\
    route: [{model: custom/alpha}]
    fallbacks: [custom/gamma]
    demand: {requests: 400000, input_tokens: 200, output_tokens: 10}
    spend_cap: {monthly: 450}
    review: {last: 2026-11-01, every_months: 3}
""",
)
"""Costs 504 USD; its new cap is 450."""


def relabelled(vendor: str) -> tuple[str, str]:
    return MINI, MINI.replace("vendor: alpha,", f'vendor: "{vendor}",')


HONEST: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "vendor": ("GOV301", {ALLOCATION: TO_MINI}),
    "cap": ("GOV401", {ALLOCATION: MORE}),
    "fallback": ("GOV201", {ALLOCATION: NO_FALLBACK}),
    "dear": ("GOV401", {ALLOCATION: TO_ALPHA}),
}
NEW_NAME = """\
  custom/other:
    base: custom/mini
    exposure: {family: other, vendor: other, provider: other, cloud: other-cloud, jurisdiction: US}
"""
CHEATS: dict[str, tuple[str, dict[str, tuple[str, str] | str]]] = {
    "a known model relabeled": ("vendor", {CATALOG: relabelled("alpha-2")}),
    "an invisible joiner in the vendor": ("vendor", {CATALOG: relabelled("alpha\\u200d")}),
    "a new name over a known base": (
        "vendor",
        {ALLOCATION: (TO_MINI[0], TO_MINI[1].replace("mini", "other")), CATALOG: NEW_NAME},
    ),
    "a new name over a known base, twice removed": (
        "vendor",
        {
            ALLOCATION: (TO_MINI[0], TO_MINI[1].replace("mini", "third")),
            CATALOG: NEW_NAME + "  custom/third: {base: custom/other}\n",
        },
    ),
    "less demand": ("dear", {ALLOCATION: ("{requests: 400000,", "{requests: 4000,")}),
    "a faked price": ("cap", {CATALOG: ("input: 4, output: 4", "input: 1, output: 1")}),
    "another currency": (
        "cap",
        {SETTINGS: "currency: KWD\nexchange: {usd_per_unit: 3.25, as_of: 2026-11-20}\n"},
    ),
    "another owner": (
        "fallback",
        {ALLOCATION: ("  scoring:\n", "  scoring:\n    owner: nobody\n")},
    ),
}
SWAPS = {
    "rule": ("rule: concentration, level: vendor, weigh_by: spend, max_share: 0.82",
             "rule: cap-missing"),
    "level": ("level: vendor, weigh_by: spend", "level: model, weigh_by: spend"),
    "weigh_by": ("level: vendor, weigh_by: spend", "level: vendor, weigh_by: value_at_stake"),
}  # fmt: skip


def changed(*edits: Mapping[str, tuple[str, str] | str]) -> dict[str, str]:
    """The base with texts replaced; a text alone is added at the end of its file."""
    files = dict(BASE)
    for edit in edits:
        for path, change in edit.items():
            files[path] = (
                files[path] + change if isinstance(change, str) else replaced(files[path], change)
            )
    return files


def state(texts: Mapping[str, str], base: Assessment | None = None, real: bool = False):
    files = [SourceFile(path, text.encode()) for path, text in texts.items()]
    price_map = read_price_map if real else (lambda: PriceMap("1.0", b"{}"))
    known = base.state if base else None
    loaded = load_state(files, as_of=AS_OF, price_map=price_map, revision="0" * 40, known=known)
    return assess(loaded, base=known)


def verdicts(before: Assessment, after: Assessment):
    """What `check --base` and `diff` conclude, and the findings by the base."""
    comparison = compare_assessments(before.state, after.state)
    judged = judge_by_base(before.state, after, comparison)
    whole = with_used(before, after, comparison)
    checked = report_check(whole, Severity.ERROR).verdict
    differed = report_diff(before, whole, comparison, Severity.ERROR, judged)
    return checked.exit_code, differed.verdict.exit_code, [f for f in whole.findings if f.under]


@pytest.fixture(scope="module")
def before() -> Assessment:
    held = state(BASE)
    assert not [f for f in held.findings if f.severity is Severity.ERROR], held.findings
    return held


@pytest.mark.parametrize("name", HONEST)
def test_the_honest_change_fails(before, name):
    rule, edit = HONEST[name]
    after = state(changed(edit), before)
    assert rule in {f.rule for f in after.findings if f.severity is Severity.ERROR}
    assert verdicts(before, after)[:2] == (1, 1)


@pytest.mark.parametrize("name", CHEATS)
def test_altering_the_facts_as_well_fails_too(before, name):
    honest, edit = CHEATS[name]
    rule, route = HONEST[honest]
    edits = [edit] if "custom" in str(edit.get(ALLOCATION)) else [route, edit]
    after = state(changed(*edits), before)
    assert not [f for f in after.findings if f.severity is Severity.ERROR and f.rule == rule], (
        "by its own facts it passes"
    )
    checked, differed, found = verdicts(before, after)
    assert (checked, differed) == (1, 1)
    hidden = [f for f in found if f.rule == rule and f.severity is Severity.ERROR]
    assert hidden
    assert all(f.message.startswith(FACTS_LEAD) for f in hidden)
    assert "in a change of its own first" in hidden[0].remedy


def test_a_task_class_worth_less_hides_nothing(before):
    """80% of the value goes to alpha; its author calls it worth 1 USD."""
    edit = {ALLOCATION: ("value_at_stake: 3000", "value_at_stake: 1")}
    cheaper = {POLICY: ("max_share: 0.82}", "max_share: 0.99}")}
    first = state(changed(cheaper))
    after = state(changed(cheaper, {ALLOCATION: TO_MINI}, edit), first)
    checked, differed, found = verdicts(first, after)
    assert (checked, differed) == (1, 1)
    assert [(f.policy, "value at stake" in f.message) for f in found if f.rule == "GOV301"] == [
        ("value", True)
    ]


@pytest.mark.parametrize("swap", SWAPS)
def test_a_swapped_policy_gives_one_verdict(before, swap):
    after = state(changed({ALLOCATION: TO_MINI}, {POLICY: SWAPS[swap]}), before)
    assert not [f for f in after.findings if f.policy == "spread"]
    checked, differed, found = verdicts(before, after)
    assert (checked, differed) == (1, 1)
    assert [f.message.startswith(LEAD) for f in found if f.policy == "spread"] == [True]


@pytest.mark.parametrize(
    "edit",
    [
        {CATALOG: ("input: 2, output: 2", "input: 1, output: 1")},
        {ALLOCATION: ("{requests: 400000,", "{requests: 500000,")},
        {ALLOCATION: ("value_at_stake: 3000", "value_at_stake: 1")},
        {ALLOCATION: ("  scoring:\n", "  scoring:\n    owner: nobody\n")},
        {SETTINGS: "currency: KWD\nexchange: {usd_per_unit: 3.25, as_of: 2026-11-20}\n"},
        {CATALOG: "providers:\n  beta: {discount: 0.1}\n"},
    ],
)
def test_altered_facts_alone_pass(before, edit):
    assert verdicts(before, state(changed(edit), before)) == (0, 0, [])


def test_a_renamed_task_class_stays_in_the_scope_of_the_base(before):
    scoped = {POLICY: ("{owners: [growth]}", "{task_classes: [scoring]}")}
    first = state(changed(scoped))
    renamed = {ALLOCATION: ("  scoring:\n", "  scores:\n")}
    after = state(changed(scoped, {ALLOCATION: NO_FALLBACK}, renamed), first)
    checked, differed, found = verdicts(first, after)
    assert (checked, differed) == (1, 1)
    assert [(f.rule, f.subject) for f in found if f.policy == "reserve"] == [("GOV201", "scores")]


def test_a_known_vendor_cannot_be_split_in_two():
    """With the shipped catalog: `gpt-5.4-mini` said to be another vendor's than OpenAI's."""
    files = {
        ALLOCATION: """\
owner: growth
task_classes:
  writing:
    route: [{model: openai/gpt-5.4, weight: 60}, {model: anthropic/claude-haiku-4-5, weight: 40}]
    demand: {requests: 100000, input_tokens: 1000, output_tokens: 500}
""",
        POLICY: "policies:\n  spread: {rule: concentration, level: vendor, weigh_by: requests, "
        "max_share: 0.7}\n",
    }
    first = state(files, real=True)
    route = ("anthropic/claude-haiku-4-5", "openai/gpt-5.4-mini")
    moved = files | {ALLOCATION: replaced(files[ALLOCATION], route)}
    assert verdicts(first, state(moved, first, real=True))[:2] == (1, 1)
    label = "models:\n  openai/gpt-5.4-mini: {exposure: {vendor: openai-2}}\n"
    relabeled = moved | {"catalog/models.yaml": label}
    checked, differed, found = verdicts(first, state(relabeled, first, real=True))
    assert (checked, differed) == (1, 1)
    assert any(f.rule == "GOV301" and f.message.startswith(FACTS_LEAD) for f in found)


def test_a_discount_that_nobody_gave_does_not_keep_a_cap():
    files = {
        ALLOCATION: """\
owner: growth
task_classes:
  writing:
    route: [{model: anthropic/claude-haiku-4-5}]
    demand: {requests: 100000, input_tokens: 1000, output_tokens: 500}
    spend_cap: {monthly: 500}
"""
    }
    first = state(files, real=True)
    more = files | {
        ALLOCATION: replaced(files[ALLOCATION], ("requests: 100000", "requests: 300000"))
    }
    assert verdicts(first, state(more, first, real=True))[:2] == (1, 1)
    for faked in (
        "providers:\n  anthropic: {discount: 0.9}\n",
        "models:\n  anthropic/claude-haiku-4-5: {discount: 0.9}\n",
        "models:\n  anthropic/claude-haiku-4-5: {usd_per_million_tokens: {input: 0.1}}\n",
    ):
        cheap = more | {"catalog/models.yaml": faked}
        after = state(cheap, first, real=True)
        assert "GOV401" not in {f.rule for f in after.findings}
        checked, differed, found = verdicts(first, after)
        assert (checked, differed) == (1, 1)
        assert any(f.rule == "GOV401" and f.message.startswith(FACTS_LEAD) for f in found)


def test_a_new_model_counts_with_its_own_facts(before):
    """Nothing was known of it, so nothing is altered."""
    new = custom_catalog([("delta", 1)]).removeprefix("models:\n")
    route = {ALLOCATION: (TO_MINI[0], TO_MINI[1].replace("mini", "delta"))}
    assert verdicts(before, state(changed({CATALOG: new}, route), before))[2] == []
    assert date(2026, 11, 24) == AS_OF


def test_taking_out_the_policy_about_loosening_does_not_let_loosening_pass():
    guarded = {POLICY: "  agreed: {rule: policy-loosened, enforcement: hard-mandatory}\n"}
    first = state(changed(guarded))
    after = state(changed({POLICY: ("max_share: 0.82}", "max_share: 0.99}")}), first)
    checked, differed, found = verdicts(first, after)
    assert (checked, differed) == (1, 1)
    assert {f.subject for f in found if f.policy == "agreed"} == {"spread", "agreed"}

"""One edit of the YAML, one change: kind, subject, direction, both values as a reader sees them."""

import pytest
from msgspec.structs import replace

from multillm_gov.changes.change import ChangeKind, Direction
from multillm_gov.changes.compare import compare
from multillm_gov.changes.direction import RuleFacts
from multillm_gov.documents.document import SourceFile
from multillm_gov.portfolio.prompts import read_prompt
from multillm_gov.rules.engine.defaults import rule_facts

LOOSENED, TIGHTENED, CHANGED = Direction.LOOSENED, Direction.TIGHTENED, Direction.CHANGED

EDITS = [
    ("monthly: 2000", "monthly: 9000", ChangeKind.SPEND_CAP, LOOSENED, "2,000 USD", "9,000 USD"),
    ("monthly: 2000", "monthly: 1500", ChangeKind.SPEND_CAP, TIGHTENED, "2,000 USD", "1,500 USD"),
    ("monthly: 2000, ", "", ChangeKind.SPEND_CAP, LOOSENED, "2,000 USD", ""),
    (
        "per_request: 0.05",
        "per_request: 0.01",
        ChangeKind.SPEND_CAP,
        TIGHTENED,
        "0.05 USD",
        "0.01 USD",
    ),
    (
        "spend_cap: {monthly: 500}",
        "spend_cap: {monthly: 500, per_request: 1}",
        ChangeKind.SPEND_CAP,
        TIGHTENED,
        "",
        "1.00 USD",
    ),
    ("floor: 0.80", "floor: 0.7", ChangeKind.QUALITY_FLOOR, LOOSENED, "0.8", "0.7"),
    ("floor: 0.80", "floor: 0.9", ChangeKind.QUALITY_FLOOR, TIGHTENED, "0.8", "0.9"),
    ("        quality: {floor: 0.80}\n", "", ChangeKind.QUALITY_FLOOR, LOOSENED, "0.8", ""),
    ("p95_seconds: 8", "p95_seconds: 20", ChangeKind.LATENCY, LOOSENED, "8 s", "20 s"),
    ("p95_seconds: 8", "p95_seconds: 2", ChangeKind.LATENCY, TIGHTENED, "8 s", "2 s"),
    (
        "classification: confidential",
        "classification: public",
        ChangeKind.CLASSIFICATION,
        LOOSENED,
        "confidential",
        "public",
    ),
    (
        "classification: confidential",
        "classification: restricted",
        ChangeKind.CLASSIFICATION,
        TIGHTENED,
        "confidential",
        "restricted",
    ),
    ("residency: [EU, US]", "residency: [EU]", ChangeKind.RESIDENCY, TIGHTENED, "EU, US", "EU"),
    (
        "residency: [EU, US]",
        "residency: [EU, US, CN]",
        ChangeKind.RESIDENCY,
        LOOSENED,
        "EU, US",
        ("CN, EU, US"),
    ),
    ("residency: [EU, US]", "residency: []", ChangeKind.RESIDENCY, LOOSENED, "EU, US", ""),
    (
        "residency: [EU, US]",
        "residency: [EU, CN]",
        ChangeKind.RESIDENCY,
        CHANGED,
        "EU, US",
        "CN, EU",
    ),
    (
        "capabilities: [vision, reasoning]",
        "capabilities: [vision]",
        ChangeKind.NEEDS,
        LOOSENED,
        "reasoning, vision",
        "vision",
    ),
    (
        "[vision, reasoning]}",
        ("[vision, reasoning], context_tokens: 5000}"),
        ChangeKind.NEEDS,
        TIGHTENED,
        "",
        "5,000 tokens",
    ),
    (
        "prompts/writing.md",
        "prompts/other.md",
        ChangeKind.PROMPT,
        CHANGED,
        "prompts/writing.md",
        "prompts/other.md",
    ),
    (
        "prompts/writing.md\n",
        f"prompts/writing.md\n        prompt_digest: sha256:{'ab' * 32}\n",
        ChangeKind.PROMPT_PIN,
        TIGHTENED,
        "",
        "sha256:abababababab…",
    ),
    (
        "p95_seconds: 8",
        "p95_seconds: 8, timeout_seconds: 3",
        ChangeKind.LATENCY,
        TIGHTENED,
        "",
        "3 s",
    ),
    (
        ("        output_schema: schemas/writing.json\n"),
        "",
        ChangeKind.OUTPUT_SCHEMA,
        LOOSENED,
        "schemas/writing.json",
        "",
    ),
    (
        "schemas/writing.json\n",
        "schemas/writing.json\n        normalize: [strip-fences, coerce]\n",
        ChangeKind.OUTPUT_SCHEMA,
        CHANGED,
        "",
        "strip-fences, coerce",
    ),
    (
        "schemas/writing.json\n",
        "schemas/writing.json\n        answer: {language: en}\n",
        ChangeKind.ANSWER,
        TIGHTENED,
        "",
        "en",
    ),
    (
        "schemas/writing.json\n",
        "schemas/writing.json\n        answer: {min_characters: 200}\n",
        ChangeKind.ANSWER,
        TIGHTENED,
        "",
        "200 characters",
    ),
    (
        "schemas/writing.json\n",
        "schemas/writing.json\n        answer: {max_characters: 9000}\n",
        ChangeKind.ANSWER,
        TIGHTENED,
        "",
        "9,000 characters",
    ),
    (
        "value_at_stake: 45000",
        "value_at_stake: 4500",
        ChangeKind.VALUE_AT_STAKE,
        LOOSENED,
        "45,000 USD",
        "4,500 USD",
    ),
    ("effect: rework", "effect: lost trust", ChangeKind.TEXT, CHANGED, "rework", "lost trust"),
    (
        "every_months: 3",
        "every_months: 12",
        ChangeKind.REVIEW,
        LOOSENED,
        "every 3 months",
        ("every 12 months"),
    ),
    (
        "every_months: 3",
        "every_months: 1",
        ChangeKind.REVIEW,
        TIGHTENED,
        "every 3 months",
        "every month",
    ),
    (
        "last: 2026-10-01",
        "last: 2026-11-01",
        ChangeKind.REVIEW,
        CHANGED,
        "2026-10-01",
        "2026-11-01",
    ),
    ("purpose: Lead scores", "purpose: Scores", ChangeKind.TEXT, CHANGED, "Lead scores", "Scores"),
    (
        "brand]",
        "brand, legal]",
        ChangeKind.TAGS,
        TIGHTENED,
        "brand, customer-facing",
        ("brand, customer-facing, legal"),
    ),
    (
        "weight: 70}\n          - {model: beta/large, weight: 30}",
        "weight: 60}\n          - {model: beta/large, weight: 40}",
        ChangeKind.WEIGHTS,
        CHANGED,
        "alpha/large 70.0%, beta/large 30.0%",
        ("alpha/large 60.0%, beta/large 40.0%"),
    ),
    (
        "[{model: beta/large}]",
        "[{model: gamma/large}]",
        ChangeKind.ROUTE,
        CHANGED,
        "beta/large",
        "gamma/large",
    ),
    (
        "requests: 400000",
        "requests: 500000",
        ChangeKind.DEMAND,
        CHANGED,
        "400,000 requests",
        ("500,000 requests"),
    ),
    (
        "input_tokens: 200,",
        "input_tokens: 200, cached_input_share: 0.5,",
        ChangeKind.DEMAND,
        CHANGED,
        "cached input share 0",
        "cached input share 0.5",
    ),
    (
        "[gamma/large, alpha/small]",
        "[alpha/small]",
        ChangeKind.FALLBACK_REMOVED,
        LOOSENED,
        "gamma/large",
        "",
    ),
    (
        "fallbacks: [alpha/small]",
        "fallbacks: [alpha/small, gamma/large]",
        ChangeKind.FALLBACK_ADDED,
        TIGHTENED,
        "",
        "gamma/large",
    ),
    (
        "[gamma/large, alpha/small]",
        "[alpha/small, gamma/large]",
        ChangeKind.FALLBACKS_REORDERED,
        CHANGED,
        "gamma/large → alpha/small",
        "alpha/small → gamma/large",
    ),
    ("max_share: 0.50", "max_share: 0.65", ChangeKind.POLICY_PARAMETER, LOOSENED, "0.5", "0.65"),
    ("max_share: 0.50", "max_share: 0.4", ChangeKind.POLICY_PARAMETER, TIGHTENED, "0.5", "0.4"),
    ("        max_share: 0.50\n", "", ChangeKind.POLICY_PARAMETER, LOOSENED, "0.5", ""),
    (
        "min_effective_number: 2",
        "min_effective_number: 1.5",
        ChangeKind.POLICY_PARAMETER,
        LOOSENED,
        "2",
        "1.5",
    ),
    (
        "min_effective_number: 2",
        "min_effective_number: 3",
        ChangeKind.POLICY_PARAMETER,
        TIGHTENED,
        "2",
        "3",
    ),
    ("level: vendor", "level: cloud", ChangeKind.POLICY_PARAMETER, CHANGED, "vendor", "cloud"),
    (
        "levels: [vendor, cloud]",
        "levels: [vendor]",
        ChangeKind.POLICY_PARAMETER,
        LOOSENED,
        "[vendor, cloud]",
        "[vendor]",
    ),
    (
        "enforcement: hard-mandatory",
        "enforcement: advisory",
        ChangeKind.POLICY_ENFORCEMENT,
        LOOSENED,
        "hard-mandatory",
        "advisory",
    ),
    (
        "        enforcement: hard-mandatory\n",
        "",
        ChangeKind.POLICY_ENFORCEMENT,
        LOOSENED,
        "hard-mandatory",
        "soft-mandatory",
    ),
    (
        "rule: concentration",
        "rule: spend-cap-missing",
        ChangeKind.POLICY_RULE,
        CHANGED,
        "concentration",
        "spend-cap-missing",
    ),
    (
        "because: Board resolution",
        "because: Board minutes",
        ChangeKind.POLICY_TEXT,
        CHANGED,
        "Board resolution",
        "Board minutes",
    ),
    (
        "{tags: [customer-facing]}",
        "{tags: [customer-facing, brand]}",
        ChangeKind.POLICY_SCOPE,
        TIGHTENED,
        "tags customer-facing",
        "tags brand, customer-facing",
    ),
    (
        "{tags: [customer-facing]}",
        ("{tags: [customer-facing], owners: [growth]}"),
        ChangeKind.POLICY_SCOPE,
        LOOSENED,
        "tags customer-facing",
        "owners growth; tags customer-facing",
    ),
    (
        "{tags: [customer-facing]}",
        "{owners: [growth]}",
        ChangeKind.POLICY_SCOPE,
        CHANGED,
        "tags customer-facing",
        "owners growth",
    ),
    (
        "expires: 2026-12-31",
        "expires: 2027-01-31",
        ChangeKind.WAIVER_TERM,
        LOOSENED,
        "2026-12-31",
        "2027-01-31",
    ),
    (
        "expires: 2026-12-31",
        "expires: 2026-11-30",
        ChangeKind.WAIVER_TERM,
        TIGHTENED,
        "2026-12-31",
        "2026-11-30",
    ),
    ("approved_by: cfo", "approved_by: coo", ChangeKind.WAIVER_TEXT, CHANGED, "cfo", "coo"),
    (
        "max_vendor_share_of_spend: 0.60",
        "max_vendor_share_of_spend: 0.9",
        ChangeKind.APPETITE,
        LOOSENED,
        "60.0%",
        "90.0%",
    ),
    (
        "max_monthly_spend: 5000",
        "max_monthly_spend: 4000",
        ChangeKind.APPETITE,
        TIGHTENED,
        "5,000 USD",
        "4,000 USD",
    ),
    (", max_monthly_spend: 5000", "", ChangeKind.APPETITE, LOOSENED, "5,000 USD", ""),
    (
        "0.60, max",
        "0.60, min_effective_vendors: 1.2, max",
        ChangeKind.APPETITE,
        LOOSENED,
        "1.8",
        "1.2",
    ),
    ("fail_on: error", "fail_on: never", ChangeKind.SETTING, LOOSENED, "error", "never"),
    ("fail_on: error", "fail_on: warning", ChangeKind.SETTING, TIGHTENED, "error", "warning"),
    ("fail_on: error", "migration_lead_days: 30", ChangeKind.SETTING, LOOSENED, "90", "30"),
    (
        "organization: Example",
        "organization: Other",
        ChangeKind.SETTING,
        CHANGED,
        "Example",
        "Other",
    ),
]


@pytest.mark.parametrize(("old", "new", "kind", "direction", "before", "after"), EDITS)
def test_one_edit_is_one_change(edited, old, new, kind, direction, before, after):
    comparison = edited((old, new))
    assert [(c.kind, c.direction, c.before, c.after) for c in comparison.changes] == [
        (kind, direction, before, after)
    ]


@pytest.mark.parametrize(("old", "new", "kind", "direction", "before", "after"), EDITS)
def test_reading_it_backwards_turns_it_around(
    edited, state, files, old, new, kind, direction, before, after
):
    from multillm_gov.changes.compare import compare

    changed = {path: text.replace(old, new) for path, text in files.items()}
    (change,) = compare(state(changed), state(files), rule_facts).changes
    assert (change.direction, change.before, change.after) == (direction.opposite, after, before)


def test_owner_of_a_file_reaches_every_task_class_in_it(edited):
    comparison = edited(("owner: growth", "owner: sales"))
    assert {(c.kind, c.subject, c.before, c.after) for c in comparison.changes} == {
        (ChangeKind.OWNER, "writing", "growth", "sales"),
        (ChangeKind.OWNER, "scoring", "growth", "sales"),
    }


def test_an_owner_taken_away_loosens(edited):
    comparison = edited(("    owner: growth\n", ""))
    assert {c.direction for c in comparison.changes} == {LOOSENED}


def test_a_removed_policy_loosens_and_an_added_one_tightens(edited, files):
    policy = files["policies/p.yaml"]
    start, end = policy.index("      customer-facing-fallbacks:"), policy.index("    waivers:")
    (change,) = edited((policy[start:end], "")).changes
    assert (change.kind, change.subject, change.direction) == (
        ChangeKind.POLICY_REMOVED,
        "customer-facing-fallbacks",
        LOOSENED,
    )
    assert change.before == "soft-mandatory fallback-not-independent: levels [vendor, cloud]"
    assert change.place_before is not None
    assert change.place_after is None


def test_a_renamed_policy_keeps_its_waivers(edited):
    old = "- {policy: vendor-concentration,"
    comparison = edited(
        (old, "- {policy: spread,"), ("      vendor-concentration:", "      spread:")
    )
    assert [(c.kind, c.before, c.after) for c in comparison.changes] == [
        (ChangeKind.POLICY_RENAMED, "vendor-concentration", "spread")
    ]


def test_a_waiver_left_behind_by_a_rename_no_longer_holds(edited):
    comparison = edited(("      vendor-concentration:", "      spread:"))
    kinds = {(c.kind, c.subject) for c in comparison.changes}
    assert (ChangeKind.WAIVER_REMOVED, "spread / writing") in kinds


def test_a_waiver_granted_loosens(edited):
    (change,) = edited(
        (
            "    waivers:\n",
            (
                "    waivers:\n      "
                "- {policy: GOV301, subject: scoring, reason: r, approved_by: cto, expires: "
                "2027-02-01}\n"
            ),
        )
    ).changes
    assert (change.kind, change.direction, change.subject) == (
        ChangeKind.WAIVER_ADDED,
        LOOSENED,
        "GOV301 / scoring",
    )
    assert change.after == "until 2027-02-01, approved by cto: r"


def test_an_added_task_class_brings_its_forecast_and_says_what_it_is(edited):
    text = """      drafting:
        route: [{model: gamma/large}]
        demand: {requests: 1000000, input_tokens: 100, output_tokens: 50}
        cost_of_wrong_model: {value_at_stake: 900}
"""
    comparison = edited(("      scoring:\n", text + "      scoring:\n"))
    (change,) = comparison.changes
    assert (change.kind, change.subject) == (ChangeKind.TASK_CLASS_ADDED, "drafting")
    assert change.after == "gamma/large; no fallback, 900 USD a month at stake"
    assert change.spend_effect == 300
    assert comparison.spend.delta == 300
    assert comparison.spend.added == 300


def test_an_added_task_class_without_output_has_no_known_forecast(edited):
    """A chat model bills its output: what it costs is not known until that is declared."""
    text = """      drafting:
        route: [{model: gamma/large}]
        demand: {requests: 1000000, input_tokens: 100}
"""
    comparison = edited(("      scoring:\n", text + "      scoring:\n"))
    (change,) = comparison.changes
    assert (change.kind, change.spend_effect) == (ChangeKind.TASK_CLASS_ADDED, None)
    assert comparison.spend.unpriced_after == ("drafting",)


def test_leaving_a_policy_by_dropping_its_tag_is_called_out(edited):
    second, first = edited(("[customer-facing, brand]", "[brand]")).changes
    assert (first.kind, first.subject, first.direction) == (
        ChangeKind.COVERAGE,
        "customer-facing-fallbacks",
        LOOSENED,
    )
    assert (first.before, first.after) == ("writing", "")
    assert first.note == "they no longer match: tags customer-facing"
    assert first.place_after.pointer == ("task_classes", "writing")
    assert (second.kind, second.direction) == (ChangeKind.TAGS, LOOSENED)


def test_entering_a_policy_tightens(edited):
    changes = edited(("purpose: Lead scores", "tags: [customer-facing]")).changes
    assert [(c.direction, c.before, c.after) for c in changes if c.kind is ChangeKind.COVERAGE] == [
        (TIGHTENED, "", "scoring")
    ]


def test_too_many_policies_to_look_into_are_said(edited, monkeypatch):
    from multillm_gov.changes import coverage

    monkeypatch.setattr(coverage, "MOST_PAIRS", 0)
    (change,) = [
        c
        for c in edited(("[customer-facing, brand]", "[brand]")).changes
        if c.kind is ChangeKind.COVERAGE
    ]
    assert "not looked into" in change.note


def test_rule_defaults_decide_where_a_limit_is_left_out(state, files):
    from multillm_gov.changes.compare import compare

    def rules(name):
        return RuleFacts(
            name="concentration", defaults={"max_share": 0.4}, tighter={"max_share": "lower"}
        )

    text = files["policies/p.yaml"].replace("        max_share: 0.50\n", "")
    before, after = state(files), state({**files, "policies/p.yaml": text})
    (change,) = compare(before, after, rules).changes
    assert (change.direction, change.after) == (TIGHTENED, "0.4 (the rule's default)")
    bare = RuleFacts(name="concentration", tighter={"max_share": "lower"})
    (change,) = compare(before, after, lambda _: bare).changes
    assert change.direction is LOOSENED


def test_a_rule_by_id_and_by_name_is_the_same_rule(edited, state, files):
    from multillm_gov.changes.compare import compare

    text = files["policies/p.yaml"].replace("rule: concentration", "rule: GOV301")
    changes = compare(
        state(files),
        state({**files, "policies/p.yaml": text}),
        lambda name: RuleFacts(name="concentration" if name == "GOV301" else name),
    )
    assert changes.changes == ()


def test_another_text_in_the_same_prompt_file_is_a_change(state):
    before, after = state(), state()
    files = [
        SourceFile("prompts/writing.md", text)
        for text in (b"---\nversion: 3\n---\nWrite it.\n", b"Write it well.\n")
    ]
    was, now = (read_prompt(file)[0] for file in files)
    old, new = (
        replace(one, prompts={"prompts/writing.md": prompt})
        for one, prompt in ((before, was), (after, now))
    )
    (change,) = compare(old, new).changes
    assert (change.kind, change.subject, change.direction) == (
        ChangeKind.PROMPT_TEXT,
        "writing",
        CHANGED,
    )
    assert change.before.startswith("version 3, sha256:")
    assert change.after == f"{now.digest[:19]}…"
    assert compare(old, old).changes == ()

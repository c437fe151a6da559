"""Rules on evidence, data terms and exit plans: remedies applied to the letter, and identities that
last."""

import re
from typing import Any

import pytest

A, E, P, C = "allocations/a.yaml", "evidence/e.yaml", "policies/p.yaml", "catalog/c.yaml"
ALLOCATION = """\
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
    quality: {floor: 0.9}
    prompt: prompts/triage.md
    data: {classification: restricted}
    cost_of_wrong_model: {value_at_stake: 45000}
"""


def _record(
    model: str = "claude-haiku-4-5", size: int = 540, score: str = "0.95", **more: object
) -> str:
    told = "".join(f", {key}: {value}" for key, value in more.items())
    fixed = (
        f"task_class: triage, model: {model}, date: 2026-11-02, sample_size: {size}, score: {score}"
    )
    return f"  - {{{fixed}{told}}}\n"


def _of(state: Any, rule: str) -> list[Any]:
    return [finding for finding in state.findings if finding.rule == rule]


@pytest.mark.parametrize(("score", "size"), [("0.91", 300), ("0.93", 100), ("0.999", 5)])
def test_so_many_cases_as_the_remedy_says_prove_the_floor(
    assessed: Any, score: str, size: int
) -> None:
    policy = "policies:\n  proof: {rule: quality-not-proved, fallbacks: false}\n"
    files = {A: ALLOCATION, P: policy, "prompts/triage.md": "Sort.\n"}
    (found,) = _of(assessed({**files, E: f"records:\n{_record(size=size, score=score)}"}), "GOV506")
    needed = re.search(r"\(([\d,]+) at this score", found.remedy)
    assert needed is not None
    enough = int(needed[1].replace(",", ""))
    assert (
        _of(assessed({**files, E: f"records:\n{_record(size=enough + 1, score=score)}"}), "GOV506")
        == []
    )
    assert (
        _of(assessed({**files, E: f"records:\n{_record(size=enough - 1, score=score)}"}), "GOV506")
        != []
    )


def test_the_digest_in_the_remedy_is_the_one_to_write(assessed: Any) -> None:
    files = {A: ALLOCATION, "prompts/triage.md": "Sort the ticket.\n"}
    stale = f'"sha256:{"0" * 64}"'
    (found,) = _of(assessed({**files, E: f"records:\n{_record(prompt=stale)}"}), "GOV507")
    digest = re.search(r"`(sha256:[0-9a-f]{64})`", found.remedy)
    assert digest is not None
    assert _of(assessed({**files, E: f"records:\n{_record(prompt=digest[1])}"}), "GOV507") == []


def test_a_prompt_of_any_bytes_has_a_digest(assessed: Any) -> None:
    files = {A: ALLOCATION, E: f"records:\n{_record(prompt=f'sha256:{chr(48) * 64}')}"}
    for content in (b"\xff\xfe\x00not text", b""):
        assert len(_of(assessed({**files, "prompts/triage.md": content}), "GOV507")) == 1
    assert _of(assessed(files), "GOV507") == []  # a prompt that does not exist is another rule's


def test_terms_written_as_the_remedy_says_end_the_finding(assessed: Any) -> None:
    policy = "policies:\n  terms: {rule: provider-terms-missing, max_retention_days: 0}\n"
    files = {
        A: ALLOCATION,
        P: policy,
        C: "providers:\n  openai: {retention_days: 7, trains_on_inputs: true}\n",
    }
    found = next(one for one in _of(assessed(files), "GOV603") if one.subject == "provider:openai")
    written = re.search(r"`(providers: .*\}\})`", found.remedy)
    assert written is not None
    mended = assessed({**files, C: f"{written[1]}\n"})
    assert [one.subject for one in _of(mended, "GOV603")] == ["provider:anthropic"]


def test_an_exit_plan_written_as_the_remedy_says_ends_the_finding(assessed: Any) -> None:
    policy = "policies:\n  exit: {rule: exit-plan-missing, weigh_by: value_at_stake}\n"
    files = {A: ALLOCATION, P: policy}
    (found,) = _of(assessed(files), "GOV704")
    written = re.search(r"`(vendors: .*\}\})`", found.remedy)
    assert written is not None
    entry = written[1].replace("tested: …", "tested: 2026-09-01").replace("[…]", "[openai]")
    assert _of(assessed({**files, C: f"{entry}\n"}), "GOV704") == []


def test_one_identity_per_task_class_whatever_is_missing(assessed: Any) -> None:
    (both,) = _of(assessed({A: ALLOCATION}), "GOV501")
    (one,) = _of(assessed({A: ALLOCATION, E: f"records:\n{_record()}"}), "GOV501")
    assert both.message != one.message
    assert both.fingerprint == one.fingerprint
    assert len(both.related) == 2
    assert len(one.related) == 1


def test_many_places_and_policies_read_the_evidence_once(
    assessed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from multillm_gov.rules import quality_evidence

    asked: list[str] = []
    real = quality_evidence._newest

    def counted(case: Any, records: Any, telling: str) -> Any:
        asked.append(telling)
        return real(case, records, telling)

    monkeypatch.setattr(quality_evidence, "_newest", counted)
    route = ", ".join("{model: claude-haiku-4-5, weight: 2}" for _ in range(50))
    allocation = ALLOCATION.replace("{model: claude-haiku-4-5}", route)
    policies = "policies:\n" + "".join(
        f"  p{number}: {{rule: quality-not-proved}}\n" for number in range(30)
    )
    records = "records:\n" + "".join(_record(origin="vendor") for _ in range(50))
    state = assessed({A: allocation, E: records, P: policies, "prompts/triage.md": "Sort.\n"})
    assert len(_of(state, "GOV506")) == 1_001
    assert len(asked) <= 2 * 3  # two models; any field, the answer time, the tone


def test_a_score_that_does_not_count_is_not_there_for_other_rules(assessed: Any) -> None:
    """An advisory policy does not fail the gate by itself; the floor without a result still is."""
    files = {A: ALLOCATION, "prompts/triage.md": "Sort.\n"}
    policy = "policies:\n  proven: {rule: evidence-introduced, run: true, enforcement: advisory}\n"
    written = {E: f"records:\n{_record()}"}
    measured = {E: f"records:\n{_record(run='ci-7')}"}

    def without_result(**more: str) -> str:
        found = _of(assessed({**files, **more}), "GOV501")
        return " ".join(one.message for one in found)

    assert "claude-haiku-4-5" not in without_result(**written)
    assert "claude-haiku-4-5" not in without_result(**measured, **{P: policy})
    assert "claude-haiku-4-5" in without_result(**written, **{P: policy})


def test_a_failure_counts_whoever_wrote_it(assessed: Any) -> None:
    """Else a failed drill could be taken out of the count by deleting its run."""
    files = {A: ALLOCATION, "prompts/triage.md": "Sort.\n"}
    policy = "policies:\n  proven: {rule: evidence-introduced, run: true}\n"
    policy += "  drilled: {rule: failover-not-drilled}\n"
    drill = "drills:\n  - {task_class: triage, date: 2026-11-02, result: %s}\n"
    assert len(_of(assessed({**files, E: drill % "fails", P: policy}), "GOV210")) == 1
    survived = assessed({**files, E: drill % "survives", P: policy})
    assert _of(survived, "GOV210") == []
    counted = assessed({**files, E: drill % "survives, run: ci-7", P: policy})
    assert _of(counted, "GOV209") == []
    assert len(_of(survived, "GOV209")) == 1, "a drill that does not count was not done"

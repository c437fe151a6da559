"""A secret in a governed file appears in no output of any command's report, whichever rule speaks
of its line."""

import random
import string
from collections.abc import Iterator

import msgspec
import pytest

from multillm_gov.changes.compare import compare
from multillm_gov.finding import Severity
from multillm_gov.rendering.renderers import formats, is_binary, renderer
from multillm_gov.report import Report
from multillm_gov.reporting.check.report import report_check
from multillm_gov.reporting.diff.report import report_diff
from portfolios import packed

_RANDOM = random.Random(11)


def _key(prefix: str, length: int) -> str:
    return prefix + "".join(_RANDOM.choices(string.ascii_letters + string.digits, k=length))


MODEL = _key("sk-ant-" + "api03-", 95)
OWNER = _key("gs" + "k_", 52)
PURPOSE = _key("sk-" + "proj-", 120)
TASK = _key("sk-" + "or-v1-", 64)
WAIVER = _key("xai-", 80)
PASSWORD = "Tr0ub4dor-and-3"  # noqa: S105 - of a comic
PEM = [_key("", 64) for _ in range(3)]
SECRETS = (MODEL, OWNER, PURPOSE, TASK, WAIVER, PASSWORD, *PEM)


@pytest.fixture
def planted() -> dict[str, str]:
    """Secrets where messages repeat what is written: names, values of the wrong type, keys nobody
    knows."""
    pem = "\n".join(f"          {line}" for line in PEM)
    return {
        "govern.yaml": f"organization: {OWNER}\ncolor: {WAIVER}\n",
        "allocations/a.yaml": f"""\
owner: {OWNER}
task_classes:
  {TASK}:
    purpose: {PURPOSE}
    route: [{{model: {MODEL}}}]
    demand: {{requests: {PURPOSE}}}
  triage:
    purpose: "{PURPOSE}"
    route: [{{model: claude-haiku-4-5, weight: 60}}, {{model: {MODEL}, weight: 30}}]
    spend_cap: {{monthly: 1}}
    demand: {{requests: 1000000, input_tokens: 9000}}
    cost_of_wrong_model: {{value_at_stake: 5, effect: {PURPOSE}}}
""",
        "allocations/b.yaml": f"""\
task_classes:
  broken:
    purpose: |
          -----BEGIN RSA PRIVATE KEY-----
{pem}
          -----END RSA PRIVATE KEY-----
    {PEM[0]}: 1
    route: [{{model: {PEM[1]}}}
""",
        "policies/p.yaml": f"""\
policies:
  capped: {{rule: {TASK}, because: "postgres://app:{PASSWORD}@db/x"}}
waivers:
  - {{policy: {TASK}, subject: triage, reason: {WAIVER}, approved_by: {WAIVER}, expires: 2027-01-31}}
""",  # noqa: E501
        "prompts/p.md": f"Connect to postgres://app:{PASSWORD}@db/x with password: {PASSWORD}\n",
    }


def _reports(assessed, planted: dict[str, str]) -> Iterator[Report]:
    after = assessed(planted)
    plain = {path: text.replace(PURPOSE, "Mails") for path, text in planted.items()}
    before = assessed({path: text for path, text in plain.items() if path != "allocations/b.yaml"})
    assert [finding for finding in after.findings if finding.rule == "GOV011"]
    yield report_check(after, Severity.ERROR)
    for one, other in ((before, after), (after, before)):
        comparison = compare(one.state, other.state)
        yield report_diff(one, other, comparison, Severity.ERROR)
        for audience in ("board", "engineering", "audit"):
            yield packed(other, one, audience)


def test_no_report_repeats_a_secret(assessed, planted: dict[str, str]) -> None:
    for report in _reports(assessed, planted):
        text = msgspec.json.encode(report).decode()
        for secret in SECRETS:
            for start in range(len(secret) - 11):
                assert secret[start : start + 12] not in text, report.kind


@pytest.mark.parametrize("name", [name for name in formats() if not is_binary(name)])
def test_no_format_repeats_a_secret(name: str, assessed, planted: dict[str, str]) -> None:
    for report in _reports(assessed, planted):
        data = renderer(name)(report).decode()
        assert not [secret for secret in SECRETS if secret in data or secret[:20] in data]


def test_findings_of_other_rules_do_not_either(assessed, planted: dict[str, str]) -> None:
    findings = assessed(planted).findings
    assert {finding.rule for finding in findings} >= {
        "GOV001",
        "GOV003",
        "GOV006",
        "GOV011",
        "GOV101",
    }
    text = repr(findings)
    assert not [secret for secret in SECRETS if secret in text or secret[:12] in text]
    (pem,) = [
        one
        for one in findings
        if one.rule == "GOV011" and one.location.path == "allocations/b.yaml"
    ]
    assert pem.message == "the file contains a private key"


def test_a_secret_switches_no_other_rule_off(assessed) -> None:
    files = {
        "allocations/a.yaml": "task_classes:\n  a:\n    prompt: prompts/none.md\n    purpose: "
        f"{MODEL}\n"
        "    route: [{model: claude-haiku-4-5}]\n",
    }
    assert {"GOV006", "GOV011", "GOV702"} <= {finding.rule for finding in assessed(files).findings}


def test_what_is_known_of_another_state_is_not_searched_again(
    assessed, planted: dict[str, str], price_map, monkeypatch
) -> None:
    from multillm_gov.documents.document import SourceFile
    from multillm_gov.rules.engine.assessment import assess
    from multillm_gov.state import loading

    state = assessed(planted)
    seen: list[str] = []
    real = loading.find_secrets

    def spy(files):
        kept = list(files)
        seen.extend(file.path for file in kept)
        return real(kept)

    monkeypatch.setattr(loading, "find_secrets", spy)
    files = [SourceFile(path, text.encode()) for path, text in sorted(planted.items())]
    files[-1] = SourceFile("prompts/p.md", b"nothing")
    again = assess(
        loading.load_state(
            files, as_of=state.state.as_of, price_map=lambda: price_map, known=state.state
        )
    )
    assert seen == ["prompts/p.md"]
    assert [one.subject for one in again.state.secrets] == [
        one.subject for one in state.state.secrets if one.path != "prompts/p.md"
    ]

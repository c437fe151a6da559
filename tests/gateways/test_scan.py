"""``govern scan``: models at call sites that no task class governs, and little else."""

import datetime as dt
from pathlib import Path

import pytest

from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import SourceError
from multillm_gov.finding import Severity
from multillm_gov.gateways.model_names import find_model_names
from multillm_gov.workflows.gateway.scanning import scan

DAY = dt.date(2026, 11, 24)


def names(text: str, path: str = "a.py") -> list[tuple[str, int]]:
    found = find_model_names(SourceFile(path, text.encode()))
    return [(each.name, each.location.line) for each in found]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", 'client.chat.completions.create(model="gpt-4o", x=1)', ["gpt-4o"]),
        ("a.py", 'MODEL = "claude-sonnet-4-5"', ["claude-sonnet-4-5"]),
        ("a.py", 'llm = ChatOpenAI("gpt-4.1-mini")', ["gpt-4.1-mini"]),
        ("a.py", "kwargs = {'model_id': 'anthropic.claude-3-haiku-20240307-v1:0'}",
         ["anthropic.claude-3-haiku-20240307-v1:0"]),
        ("a.ts", "generateText({ model: openai('gpt-4o'), prompt })", ["gpt-4o"]),
        ("a.ts", "const m = genAI.getGenerativeModel({ model: `gemini-2.5-flash` })",
         ["gemini-2.5-flash"]),
        ("a.yaml", "model: mistral-large-latest  # main", ["mistral-large-latest"]),
        ("a.json", '{"default_model": "openai/gpt-4o"}', ["openai/gpt-4o"]),
        (".env", "OPENAI_MODEL=gpt-4o-mini", ["gpt-4o-mini"]),
        ("a.py", "# gpt-4o is good\nname = 'gpt-4o fan club'\ndata_model = 'customer'", []),
        ("a.py", "model = get_model()\nmodel = 'resnet50'\nmodel = User", []),
        ("a.py", "text = 'we use claude-3-opus for this'", []),
    ],
)  # fmt: skip
def test_names_are_found_at_call_sites_alone(path: str, text: str, expected: list[str]) -> None:
    assert [name for name, _ in names(text, path)] == expected


def test_what_is_governed_is_not_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, text in {
        "govern.yaml": "organization: Example\n",
        "allocations/a.yaml": "owner: x\ntask_classes:\n  triage: {route: [{model: gpt-4.1}]}\n",
        "src/app.py": 'ask(model="openai/gpt-4.1")\nask(model="triage")\n'
        'ask(model="gpt-4o-2024-05-13")\nask(model="qwen-own-7")\n'
        'ask(model="gpt-4.1-mini")\nask(model="text-embedding-3-small")\nask(model="tts-1")\n',
        "src/.hidden/app.py": 'ask(model="gpt-4o")\n',
        "node_modules/app.js": 'ask({model: "gpt-4o"})\n',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    report = scan([], as_of=DAY)
    assert [(str(one.location), one.severity) for one in report.findings] == [
        ("src/app.py:3:12", Severity.ERROR),
        *((f"src/app.py:{line}:12", Severity.WARNING) for line in (4, 5, 6, 7)),
    ]
    assert "was retired on" in report.findings[0].message
    assert "the catalog does not know it" in report.findings[1].message
    prices = [one.message.rpartition("; ")[2] for one in report.findings[2:]]
    assert prices == [
        "costs 0.4 USD in and 1.6 USD out a million tokens",
        "costs 0.02 USD in a million tokens",
        "it is not billed by tokens",
    ]
    with pytest.raises(SourceError):
        scan([Path("absent")], as_of=DAY)


def test_long_lines_and_bytes_that_are_no_text_take_no_time() -> None:
    text = 'model = "' + "a-" * 500_000 + '"\n' + "model=" * 50_000 + "\n" + 'model="gpt-4o"\n'
    assert names(text) == [("gpt-4o", 3)]
    assert names("model: " * 280) == []
    assert not list(find_model_names(SourceFile("a.py", b"\xff\xfe model")))

"""100 findings on real files, drawn over all rules, each held against LiteLLM one by one.

The list keeps rule, file, line, message, and the evidence: what LiteLLM 1.110.2 (or its proxy of
1.108.0) did with these very lines, or what its source says. A message that changes has to be
checked anew. What a router can say of a finding, it says of all of them, in the last test.
"""

import asyncio
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from multillm_gov.finding import Finding
from multillm_gov.workflows.gateway.lint import lint_files

SAMPLE = Path(__file__).parents[2] / "data" / "lint_sample.json"
DAY = dt.date(2026, 11, 24)


def test_the_findings_that_were_checked_are_still_made(corpus: Path) -> None:
    sample = json.loads(SAMPLE.read_bytes())
    assert len({(rule, path, line, message) for rule, path, line, message, _ in sample}) == 100
    assert all(evidence for *_, evidence in sample)
    paths = sorted({corpus / path for _, path, *_ in sample})
    report = lint_files(paths, as_of=DAY, folder=corpus)
    found: dict[tuple[str, str, int], list[str]] = {}
    for one in report.findings:
        key = (one.rule, one.location.path, one.location.line)
        found.setdefault(key, []).append(one.message)
    for rule, path, line, message, _ in sample:
        made = found.get((rule, path, line), [])
        assert any(each.startswith(message) for each in made), (rule, path, line, made)


@pytest.fixture(scope="module")
def deployments(corpus: Path) -> list[tuple[Finding, dict[str, Any]]]:
    """Findings about one deployment, each with its entry of `model_list`."""
    paths = sorted((corpus / "litellm_configs").rglob("*.yaml*"))
    paths += sorted((corpus / "litellm_official").rglob("*.yaml*"))
    found = []
    entries: dict[str, Any] = {}
    for one in lint_files(paths, as_of=DAY, folder=corpus).findings:
        if one.rule not in {"GOV807", "GOV861", "GOV863"}:
            continue
        path = one.location.path
        if path not in entries:
            entries[path] = yaml.safe_load((corpus / path).read_bytes()).get("model_list")
        if entries[path]:  # else the chart of another program holds the configuration
            number = int(one.subject.rpartition("#")[2]) - 1
            found.append((one, entries[path][number]))
    return found


def _resolved(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item) for item in value]
    reference = isinstance(value, str) and value.startswith("os.environ/")
    return "https://own.example.org" if reference else value


@pytest.mark.litellm
@pytest.mark.filterwarnings("ignore")
def test_the_router_agrees_with_every_finding_on_a_deployment(deployments, monkeypatch) -> None:
    """GOV807: dropped, or refused. GOV861: charged as written. GOV863: counted as 0 USD."""
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    monkeypatch.setenv("LITELLM_ENVIRONMENT", "production")
    litellm = pytest.importorskip("litellm")
    litellm.suppress_debug_info = True

    def router(entries: list[dict[str, Any]]) -> Any:
        return litellm.Router(model_list=entries, num_retries=0, ignore_invalid_deployments=True)

    async def costs(entries: list[dict[str, Any]]) -> list[float]:
        found = []
        for entry in entries:
            # One router each: a price is kept for its model's name.
            asked, name = router([entry]), entry["model_name"]
            if (entry.get("model_info") or {}).get("mode") == "embedding":
                reply = await asked.aembedding(model=name, input=["hi"])
            else:
                messages = [{"role": "user", "content": "hi"}]
                reply = await asked.acompletion(model=name, messages=messages)
            found.append(float(reply._hidden_params["response_cost"]))
        return found

    assert len(deployments) > 80
    priced: dict[str, dict[str, Any]] = {}
    for finding, written in deployments:
        entry = _resolved(written)
        if finding.rule == "GOV807":
            try:
                assert not router([entry]).get_model_list(), finding
            except KeyError:
                assert "does not start" in finding.message
            continue
        answers = {"mock_response": "hello", "mock_timeout": None, "api_key": "none"}
        entry["litellm_params"] |= answers
        (entry.get("model_info") or {}).pop("id", None)  # files share ids
        key = f"{finding.rule} {finding.message}"
        priced[key] = {**entry, "model_name": f"asked-{len(priced)}"}
    assert {key[:6] for key in priced} == {"GOV861", "GOV863"}
    for key, usd in zip(priced, asyncio.run(costs(list(priced.values()))), strict=True):
        assert (usd > 0.01) if key.startswith("GOV861") else (usd == 0), key

"""``govern drill --url PROXY --budget`` against servers that refuse, refuse too late, or never.

`tests/gateway` drills the real proxy.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from multillm_gov.errors import UnableError, UsageError
from multillm_gov.gateways.wanted import Target
from multillm_gov.providers import gateway_budget
from multillm_gov.report import Report
from multillm_gov.workflows.evaluation.budget_drill import drill_budgets
from multillm_gov.workflows.gateways.export import export

DAY = date(2026, 11, 24)
KEY = {"LITELLM_MASTER_KEY": "sk-drilled"}
ALLOCATION = """\
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    fallbacks: [anthropic/claude-haiku-4-5]
    spend_cap: {monthly: 10}
  free: {route: [{model: gpt-5-mini}]}
"""
ANSWER = {
    "id": "x",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}
    ],
}


@contextmanager
def proxy(*, refuses_after: int, mocked: bool = True, status: int = 429) -> Iterator[str]:
    """A server that answers for 1 USD each, so often."""
    left = [refuses_after]

    class Handler(BaseHTTPRequestHandler):
        def _send(self, code: int, data: object, **headers: str) -> None:
            body = json.dumps(data).encode()
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            parameters = {"model": "gpt-5-mini", **({"mock_response": "A"} if mocked else {})}
            entry = {"model_name": "triage", "litellm_params": parameters, "model_info": {}}
            self._send(200, {"data": [entry]} if self.path == "/model/info" else {})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            left[0] -= 1
            if left[0] >= 0:
                self._send(200, ANSWER, x_litellm_response_cost="1.0")
            else:
                text = "crossed budget" if status == 429 else "sk-drilled is broken"
                self._send(status, {"error": {"message": text}})

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(gateway_budget, "_SETTLING_SECONDS", 0)
    for path, text in {
        "govern.yaml": "organization: Example\n",
        "allocations/a.yaml": ALLOCATION,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def drilled(root: Path, url: str, most: int = 60) -> Report:
    return drill_budgets(url, frozenset(), as_of=DAY, root=root, most=most, environment=KEY)


def test_a_budget_that_refuses_in_time_is_no_finding(root: Path) -> None:
    """The cap, once more for the fallback, and what was under way."""
    for calls in (10, 20, 23):
        with proxy(refuses_after=calls) as url:
            report = drilled(root, url)
        assert report.findings == ()
        assert f"refused after {calls} calls" in str(report.sections)


@pytest.mark.parametrize(
    ("calls", "most", "words"),
    [
        (24, 60, "24 calls for 24 USD were answered"),
        (99, 60, "60 calls for 60 USD were answered"),
        (99, 5, "5 calls did not spend it; they cost 5 USD"),
    ],
)
def test_a_budget_that_refuses_late_or_never_is_an_error(
    root: Path, calls: int, most: int, words: str
) -> None:
    with proxy(refuses_after=calls) as url:
        report = drilled(root, url, most)
    (finding,) = report.findings
    assert f"`triage` may spend 10.00 USD a month; {words}" in finding.message
    assert (finding.rule, str(finding.location)) == ("DRF201", "allocations/a.yaml:4:5")
    assert report.verdict.exit_code == 1


def test_what_is_no_refusal_for_a_budget_proves_nothing(root: Path) -> None:
    with proxy(refuses_after=3, status=500) as url:
        (finding,) = drilled(root, url).findings
    assert "a call failed before the budget was spent" in finding.message
    assert "sk-drilled" not in finding.message


def test_no_provider_is_called_and_no_unknown_task_class_drilled(root: Path) -> None:
    with proxy(refuses_after=9, mocked=False) as url:
        with pytest.raises(UnableError, match="would call a provider"):
            drilled(root, url)
        with pytest.raises(UsageError, match="`free`"):
            drill_budgets(url, frozenset({"free"}), as_of=DAY, root=root, environment=KEY)


def test_a_mocked_export_answers_by_itself_within_its_budget(root: Path) -> None:
    text = export("litellm", as_of=DAY, root=root, target=Target(mocked=True)).data.decode()
    assert text.count("mock_response: A drill.") == 3
    assert "max_budget: 10\n" in text
    assert "no model is called" in " ".join(text.replace("#", "").split())
    assert "mock" not in export("litellm", as_of=DAY, root=root).data.decode()

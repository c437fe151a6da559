"""How much of a portfolio is read: a stated bound, and a finding where it is reached."""

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.portfolio.loading import load_portfolio


def _document(path: str, first: int, count: int):
    lines = ["task_classes:"]
    lines += [
        f"  t{number:03}: {{route: [{{model: a}}, {{model: b}}], fallbacks: [c, d]}}"
        for number in range(first, first + count)
    ]
    return read_document(SourceFile(path, "\n".join(lines).encode()))[0]


def test_routes_and_fallbacks_have_a_bound_that_is_reported_once(monkeypatch):
    monkeypatch.setattr("multillm_gov.portfolio.loading.MOST_MODEL_USES", 40)
    documents = {
        "allocations/a.yaml": _document("allocations/a.yaml", 0, 8),
        "allocations/b.yaml": _document("allocations/b.yaml", 8, 8),
    }
    portfolio, (flaw,) = load_portfolio(documents)
    assert [task.name for task in portfolio.task_classes] == [f"t{n:03}" for n in range(10)]
    assert flaw.kind == "unreadable-file"
    assert (flaw.location.path, flaw.location.line) == ("allocations/b.yaml", 4)
    assert "no task class from here on is read" in flaw.message
    monkeypatch.setattr("multillm_gov.portfolio.loading.MOST_MODEL_USES", 64)
    assert load_portfolio(documents)[1] == ()

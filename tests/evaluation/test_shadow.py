"""Shadow evidence: agreement of given answers with its interval, and what the candidate saves."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from conftest import Govern
from multillm_gov.content import Table
from multillm_gov.errors import SourceError, UnableError, UsageError
from multillm_gov.evaluation.client import Answer, Call, CallFailure
from multillm_gov.evaluation.shadow import Shadowed, compare_shadow, cosine
from multillm_gov.measures.intervals import wilson_interval
from multillm_gov.report import Report
from multillm_gov.workflows.evaluation import shadow as workflow
from multillm_gov.workflows.evaluation.sending import SendingOptions
from multillm_gov.workflows.evaluation.shadow import (
    PlannedShadow,
    ShadowOptions,
    plan_shadowing,
    run_shadowing,
)
from optimization.shop import shop_files
from portfolios import AS_OF


def shadow(file: Path, *, as_of: date, root: Path) -> Report:
    planned = plan_shadowing(ShadowOptions(file=file), as_of=as_of, root=root)
    assert planned.plan.calls == 0
    return run_shadowing(planned).report


def row(mine: str, theirs: str, **more: object) -> dict[str, object]:
    return {
        "task_class": "triage",
        "candidate": "beta/mid",
        "incumbent_answer": mine,
        "candidate_answer": theirs,
        **more,
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in shop_files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_a_thousand_comparisons(root: Path) -> None:
    file = root / "answers.jsonl"
    lines = [row('{"a": 1, "b": "x"}', '{"b": "x ", "a": 1.0}')] * 972
    lines += [row('{"a": 1}', '{"a": 2}')] * 28
    file.write_text("\n".join(map(json.dumps, lines)))
    report = shadow(file, as_of=AS_OF, root=root)
    low, high = wilson_interval(0.972, 1000)
    assert "1,000 comparisons: 6,000 USD a month less at 97.2% agreement" in report.summary
    assert (low, high) == pytest.approx((0.959830, 0.980558), abs=5e-7)
    named = "(95% Wilson score interval: 96.0 to 98.1); verdict: agrees."
    assert f"agreement {named}" in report.summary
    (table,) = (block for block in report.sections[0].blocks if isinstance(block, Table))
    assert table.columns[-1].title == "95% Wilson score interval"
    assert "`beta/mid` in place of `acme/big` for `triage`" in report.summary
    assert report.outcome == "not judged"


def test_every_method_counts_what_it_can() -> None:
    def pair(mine: str, theirs: str, **more: object) -> Shadowed:
        return Shadowed(
            task="t",
            incumbent="a",
            candidate="b",
            incumbent_answer=mine,
            candidate_answer=theirs,
            **more,  # type: ignore[arg-type]
        )

    (found,) = compare_shadow(
        [
            pair("yes", " yes\n", vectors=((1.0, 0.0), (1.0, 0.1)), judged=True),
            pair("yes", "no", vectors=((1.0, 0.0), (0.0, 1.0)), judged=True),
            pair('{"x": [1]}', '{"x":[1.0]}', judged=False),
        ]
    )
    counted = {one.method: (one.agreeing, one.comparisons) for one in found.agreements}
    assert counted == {"exact": (1, 3), "fields": (1, 1), "embedding": (1, 2), "judge": (2, 3)}
    assert found.deciding.method == "judge"  # the only one besides the text that covers all
    assert cosine((1, 0), (1, 0, 0)) == 0
    assert cosine((0, 0), (1, 0)) == 0


def test_a_table_is_read_too(root: Path) -> None:
    file = root / "answers.csv"
    file.write_text(
        "task_class,candidate,incumbent_answer,candidate_answer,judged,incumbent_embedding,"
        'candidate_embedding\ntriage,gamma/small,a,b,true,"[1, 0]","[1, 0]"\n'
    )
    report = shadow(file, as_of=AS_OF, root=root)
    assert "100.0% agreement" in report.summary  # a judge's word, where every answer has one


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        json.dumps({"task_class": "triage"}),
        json.dumps(row("a", "b") | {"task_class": "none"}),
        json.dumps(row("a", "b", judged="perhaps")),
        json.dumps(row("a", "b", incumbent_embedding=5, candidate_embedding=[1])),
    ],
)
def test_files_that_are_none_are_refused(root: Path, text: str) -> None:
    file = root / "answers.jsonl"
    file.write_text(text)
    with pytest.raises(SourceError):
        shadow(file, as_of=AS_OF, root=root)


def asked(root: Path, rows: list[dict[str, object]], **more: object) -> PlannedShadow:
    file = root / "requests.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    sending = SendingOptions(offline=True)
    options = ShadowOptions(file=file, **{"sending": sending, **more})  # type: ignore[arg-type]
    return plan_shadowing(options, as_of=AS_OF, root=root)


def logged(number: int, **more: object) -> dict[str, object]:
    return {"task_class": "triage", "request": f"Sort mail {number}.", **more}


def test_the_budget_is_known_before_anything_is_sent(root: Path) -> None:
    """By hand: a request of 12 bytes and 32 tokens for its template, an answer of at most 1,000.

    beta/mid costs 4 USD per million tokens each way: 1,044 tokens are 0.004176 USD a call.
    """
    rows = [logged(number, candidate="beta/mid", incumbent_answer="a") for number in range(5)]
    planned = asked(root, rows, sending=SendingOptions(max_usd=Decimal("0.02")))
    assert planned.plan.calls == 5
    assert planned.plan.worst_usd == 5 * Decimal("0.004176")
    with pytest.raises(UnableError, match="5 calls may cost"):
        planned.check()
    report = planned.report()
    assert "5 calls cost 0.02088 USD at most" in report.summary
    assert "--max-usd allows 0.02 USD" in report.summary
    judged = asked(root, rows, judge="gamma/small", sending=SendingOptions())
    assert len(judged.plan.judging) == 5
    assert judged.plan.judging_usd > 0
    assert judged.plan.worst_usd == planned.plan.worst_usd + judged.plan.judging_usd
    # The incumbent is asked as well where its answer is not given: acme/big at 10 USD.
    both = asked(root, [logged(1, candidate="beta/mid")], sending=SendingOptions())
    assert both.plan.calls == 2
    assert both.plan.worst_usd == Decimal("0.004176") + Decimal("0.01044")


class _Models:
    """A client whose models answer what a test says."""

    def __init__(self, answer: Callable[[Call], Answer | CallFailure]) -> None:
        self.calls: list[Call] = []
        self._answer = answer

    async def send(self, call: Call) -> Answer | CallFailure:
        self.calls.append(call)
        return self._answer(call)

    async def close(self) -> None:
        pass


def answered(
    planned: PlannedShadow,
    answer: Callable[[Call], Answer | CallFailure],
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Report, list[Call]]:
    client = _Models(answer)
    monkeypatch.setattr(workflow, "run_client", lambda *_: nullcontext(client))
    return run_shadowing(planned).report, client.calls


def test_missing_answers_are_requested_as_logged(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [logged(number, candidate="beta/mid") for number in range(4)]
    rows.append(logged(9, candidate="beta/mid", incumbent_answer="yes", candidate_answer="no"))
    system = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    rows[0] = {"task_class": "triage", "candidate": "beta/mid", "messages": system}

    def answer(call: Call) -> Answer:
        return Answer(
            text="late" if call.model == "beta/mid" and "3." in str(call) else "yes", seconds=1
        )

    report, calls = answered(asked(root, rows), answer, monkeypatch)
    assert sorted(call.model for call in calls) == ["acme/big"] * 4 + ["beta/mid"] * 4
    assert [message.role for message in calls[0].messages] == ["system", "user"]
    low, high = wilson_interval(3 / 5, 5)
    assert "5 comparisons: 6,000 USD a month less at 60.0% agreement" in report.summary
    assert f"interval: {low * 100:.1f} to {high * 100:.1f}); verdict: differs." in report.summary
    assert report.verdict.exit_code == 0


def test_a_judge_decides_where_it_judged_every_pair(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        logged(number, candidate="beta/mid", incumbent_answer="a", candidate_answer=f"b{number}")
        for number in range(100)
    ]

    def answer(call: Call) -> Answer:
        text = call.messages[-1].content
        equal = "b7\n" not in text
        return Answer(text=json.dumps({"reason": "r", "equivalent": equal}), seconds=1)

    planned = asked(root, rows, judge="gamma/small")
    report, calls = answered(planned, answer, monkeypatch)
    assert {call.model for call in calls} == {"gamma/small"}
    assert len(calls) == 100
    assert (
        "at 99.0% agreement (95% Wilson score interval: 94.6 to 99.8); verdict: undecided."
        in report.summary
    )
    (broken, _) = answered(planned, lambda _: Answer(text="perhaps", seconds=1), monkeypatch)
    assert "0.0% agreement" in broken.summary  # the text decides, which never agrees
    assert broken.verdict.exit_code == 3
    (section,) = broken.sections
    assert "100 pairs got no judgment" in str(section)


def test_requests_without_an_answer_are_not_compared(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [logged(number, candidate="beta/mid", incumbent_answer="yes") for number in range(3)]

    def answer(call: Call) -> Answer | CallFailure:
        if "1." in call.messages[0].content:
            return CallFailure(verdict="refused", message="no", seconds=1, may_bill=False)
        return Answer(text="yes", seconds=1)

    report, _ = answered(asked(root, rows), answer, monkeypatch)
    assert "2 comparisons" in report.summary
    assert "1 request got no answer" in str(report.sections)
    assert report.verdict.exit_code == 3


def test_a_judge_of_the_same_vendor_is_refused(root: Path) -> None:
    rows = [logged(1, candidate="beta/mid", incumbent_answer="a", candidate_answer="b")]
    with pytest.raises(UnableError, match="same vendor"):
        asked(root, rows, judge="beta/cheap")
    with pytest.raises(UnableError, match="not known"):
        asked(root, rows, judge="nobody/knows")


def test_a_sample_and_the_candidate_may_be_named_by_the_call(root: Path) -> None:
    rows = [logged(number, incumbent_answer="a", candidate_answer="a") for number in range(50)]
    rows += [{**row, "task_class": "tagging"} for row in rows[:3]]
    planned = asked(root, rows, candidates=("gamma/small",), most_cases=10)
    assert [len(planned.plan.requests), planned.plan.calls] == [13, 0]
    again = asked(root, rows, candidates=("gamma/small",), most_cases=10)
    assert again.plan.requests == planned.plan.requests
    only = asked(root, rows, candidates=("gamma/small",), tasks=frozenset({"tagging"}))
    assert {one.row.task for one in only.plan.requests} == {"tagging"}
    with pytest.raises(UsageError):
        asked(root, rows, candidates=("gamma/small",), tasks=frozenset({"writing"}))
    with pytest.raises(UsageError):
        asked(root, rows, candidates=("gamma/small", "beta/mid"))


def test_the_command_asks_the_offline_server(root: Path, govern: Govern) -> None:
    """The whole way: plan, server, judge; what a server of this machine says is no evidence."""
    file = root / "requests.jsonl"
    rows = [
        logged(number, candidate="openai/gpt-4.1-mini", incumbent="gpt-4.1") for number in (1, 2)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    day = ("--as-of", AS_OF.isoformat())
    plan = govern("bench", "--shadow", file, "--plan", *day, cwd=root)
    assert plan.returncode == 0, plan.stderr
    assert b"4 calls cost" in plan.stdout
    done = govern("bench", "--shadow", file, "--offline", *day, cwd=root)
    assert done.returncode == 0, done.stderr
    text = b" ".join(done.stdout.split())
    assert b"Answers of the offline server: no evidence." in text
    assert b"2 comparisons" in text
    assert b"verdict:" in text
    assert not (root / "evidence" / "bench.yaml").exists()


def test_only_the_incumbents_part_of_a_route_is_saved(root: Path) -> None:
    """60% of 1,000,000 requests go from 10 to 4 USD a thousand; those at gamma stay."""
    allocation = root / "allocations/shop.yaml"
    split = "route: [{model: acme/big, weight: 60}, {model: gamma/small, weight: 40}]  # the"
    old = "route: [{model: acme/big}]  # the"
    assert old in allocation.read_text()
    allocation.write_text(allocation.read_text().replace(old, split))
    file = root / "answers.jsonl"
    file.write_text("\n".join(json.dumps(row("a", "a")) for _ in range(9)))
    report = shadow(file, as_of=AS_OF, root=root)
    assert "9 comparisons: 3,600 USD a month less" in report.summary
    file.write_text("\n".join(json.dumps(row("a", "a", incumbent="old")) for _ in range(9)))
    report = shadow(file, as_of=AS_OF, root=root)
    assert "9 comparisons: what it saves is not known" in report.summary

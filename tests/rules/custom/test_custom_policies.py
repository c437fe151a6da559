"""Custom policies: what does not compile is shown in its text, what cannot be judged never passes,
all is bounded."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.rules.custom import bench
from multillm_gov.rules.expressions import Expression, ExpressionLanguage, Unjudged


def _told(state: Any, rule: str) -> list[str]:
    return [f"{one.location}: {one.message}" for one in state.findings if one.rule == rule]


@pytest.mark.parametrize(
    ("policy", "place", "said"),
    [
        (
            "    assert: task.nmae == 'x'\n",
            "4:13",
            "`task.nmae` cannot be read over `task_class` (did you mean",
        ),
        ("    assert: 'task.name == ''x'' && task.nme'\n", "4:36", "`task.nme` cannot be read"),
        ('    assert: "task.name != \\"\\u0041\\" && bad"\n', "4:41", "`bad` cannot be read"),
        (
            "    assert: |\n      task.name == 'x' &&\n      task.owner == 3\n",
            "6:18",
            "`==` does not",
        ),
        (
            "    assert: >-\n      task.name == 'x'\n      && nobody\n",
            "6:10",
            "`nobody` cannot be read",
        ),
        ("    assert: true\n", "4:13", "expected text, got"),
        (
            "    assert: 'true'\n    when: task.mode\n",
            "5:11",
            "`when`: expected true or false, got string",
        ),
        (
            "    over: model\n    assert: task.name == ''\n",
            "5:13",
            "`task.name` cannot be read over `model`",
        ),
        (
            "    assert: task.route.all(r, r.vendro != '')\n",
            "4:33",
            "element (did you mean `vendor`?)",
        ),
        ("    assert: (1 == 1\n", "4:19", "not an expression"),
        (
            "    assert: task.value_at_stake * 2.0 > 3\n",
            "4:39",
            "`>` does not accept (double, int)",
        ),
        ("    assert: task.name.matches('a')\n", "4:23", "`matches` is not available"),
        (
            "    assert: task.route.map(r, r.model).size() > 0\n",
            "4:24",
            "the `map` macro is not available",
        ),
        ("    assert: task.name + 'a' == 'b'\n", "4:23", "`+` does not accept (string, string)"),
        (
            "    assert: task.tags.exists(t, t in [task.name])\n",
            "4:39",
            "`task` is not allowed in a list: only literals are",
        ),
        ("    assert: '[[1]] == [[1]]'\n", "4:15", "lists inside lists"),
        ("    assert: '{1: 2} == {1: 2}'\n", "4:14", "maps cannot be built"),
        (
            "    assert: 'google.protobuf.Int64Value{value: 1} == 1'\n",
            "4:40",
            "maps cannot be built",
        ),
        (
            "    assert: task.tags.all(a, task.tags.all(b, task.tags.all(c, true)))\n",
            "4:57",
            "more than 2 nested `all`, `exists` or `filter`",
        ),
        (
            f"    assert: {' && '.join(['true'] * 200)}\n",
            "4:13",
            "1,596 characters; the limit is 1,000",
        ),
        (f"    assert: {'(' * 40}true{')' * 40}\n", "4:13", "nested too deeply"),
    ],
)
def test_a_mistake_is_a_schema_finding_at_its_character(
    policy: str, place: str, said: str, judged: Any, over: Any
) -> None:
    state = judged(over(policy))
    found = _told(state, "GOV003")
    assert found[0].startswith(f"policies/p.yaml:{place}: "), found
    assert said in found[0]
    assert all(
        one.subject == "own" and one.remedy for one in state.findings if one.rule == "GOV003"
    )
    assert _told(state, "GOV901") == [], "a policy that cannot be read judges nothing"


@pytest.mark.parametrize("enforcement", ["advisory", "soft-mandatory"])
def test_a_mistake_is_an_error_whatever_the_policy_enforces(
    enforcement: str, judged: Any, over: Any
) -> None:
    state = judged(over(f"    assert: nobody\n    enforcement: {enforcement}\n"))
    assert [one.severity.label for one in state.findings if one.rule == "GOV003"] == ["error"]


@pytest.mark.parametrize(
    ("policy", "task", "said"),
    [
        ("measures.spend_per_month < 5", "route: [{model: gpt-5-mini}]", "No matching overloads"),
        ("task.fallbacks[0].vendor == 'x'", "route: [{model: gpt-5-mini}]", "Index error"),
        ("task.route[0].vendro == 'x'", "route: [{model: gpt-5-mini}]", "Key not found"),
        (
            "task.value_at_stake",
            "route: [{model: gpt-5-mini}], cost_of_wrong_model: {value_at_stake: 5}",
            "neither true nor",
        ),
        ("1 / 0 > 1", "route: [{model: gpt-5-mini}]", "divide by zero"),
        (
            "task.tags.size() > 0",
            f"route: [{{model: m}}], tags: [{', '.join(f't{n}' for n in range(51))}]",
            "51 entries",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_a_finding_of_the_policy(
    policy: str, task: str, said: str, judged: Any, over: Any
) -> None:
    (found,) = _told(judged(over(f"    assert: {policy}\n", task)), "GOV901")
    assert "cannot be judged by `own`" in found
    assert said in found
    (guarded,) = _told(judged(over(f"    assert: 'false'\n    when: {policy}\n", task)), "GOV901")
    assert "cannot be judged" in guarded, "a guard that fails lets nothing pass"


def test_an_error_is_a_truthy_value_to_the_engine_and_still_no_truth() -> None:
    """The trap: `.value()` of an error is its text."""
    language = ExpressionLanguage({"x": "dyn"})
    compiled = language.compile("x > 3")
    assert isinstance(compiled, Expression)
    assert bool(compiled._compiled.eval(language.activation({"x": None})).value()) is True
    assert isinstance(compiled.holds(language.activation({"x": None})), Unjudged)
    assert compiled.holds(language.activation({"x": 4.0})) is True
    assert compiled.holds(language.activation({"x": 1})) is False
    assert isinstance(compiled.holds(language.activation({})), Unjudged)


def test_iterations_are_bounded_by_the_engine() -> None:
    language = ExpressionLanguage({"l": "list<int>"})
    compiled = language.compile("l.all(a, l.all(b, a + b >= 0))")
    assert isinstance(compiled, Expression)
    started = time.process_time()
    found = compiled.holds(language.activation({"l": list(range(1_000))}))
    assert isinstance(found, Unjudged)
    assert "budget" in found.message
    assert time.process_time() - started < 20


@pytest.mark.parametrize(("limit", "value"), [("MOST_EVALUATIONS", 3), ("MOST_SECONDS", -1.0)])
def test_a_budget_that_is_spent_fails_the_policy(
    limit: str, value: float, judged: Any, over: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, limit, value)
    tasks = "".join(f"  t{n}: {{route: [{{model: gpt-5-mini}}]}}\n" for n in range(5))
    files = {
        **over("    assert: 'true'\n    enforcement: advisory\n"),
        "allocations/a.yaml": f"owner: o\ntask_classes:\n{tasks}",
    }
    found = [one for one in judged(files).findings if one.rule == "GOV901"]
    assert [(str(one.location), one.severity.label) for one in found] == [
        ("policies/p.yaml:2:3", "warning")
    ]
    assert "not fully judged" in found[0].message


def test_custom_policies_are_bounded_in_number(judged: Any, over: Any) -> None:
    policies = "policies:\n" + "".join(
        f"  p{n:03}: {{rule: custom, assert: 'true'}}\n" for n in range(103)
    )
    found = [
        one
        for one in judged({**over(""), "policies/p.yaml": policies}).findings
        if one.rule == "GOV901"
    ]
    assert [one.subject for one in found] == ["p100", "p101", "p102"]
    assert all("only 100 custom policies are judged" in one.message for one in found)


def test_subjects_are_worked_out_once_for_all_policies(
    judged: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    real = bench.ExpressionLanguage.activation
    monkeypatch.setattr(
        bench.ExpressionLanguage,
        "activation",
        lambda self, values: made.append(values["task.name"]) or real(self, values),
    )
    tasks = "".join(f"  t{n}: {{route: [{{model: gpt-5-mini}}]}}\n" for n in range(7))
    policies = "policies:\n" + "".join(
        f"  p{n}: {{rule: custom, assert: \"task.name != ''\"}}\n" for n in range(9)
    )
    judged({"allocations/a.yaml": f"owner: o\ntask_classes:\n{tasks}", "policies/p.yaml": policies})
    assert sorted(made) == [f"t{n}" for n in range(7)]


def test_forty_policies_cost_little_over_many_task_classes(judged: Any) -> None:
    """About five microseconds an evaluation; the bound leaves room for a busy machine."""
    tasks = "".join(
        f"  t{n}: {{route: [{{model: gpt-5-mini}}], demand: {{requests: {n + 1}}}, tags: [a, b]}}\n"
        for n in range(1_000)
    )
    policies = "policies:\n" + "".join(
        f"  p{n}: {{rule: custom, assert: \"task.demand.requests > {n} || 'a' in task.tags\"}}\n"
        for n in range(40)
    )
    started = time.process_time()
    state = judged(
        {"allocations/a.yaml": f"owner: o\ntask_classes:\n{tasks}", "policies/p.yaml": policies}
    )
    assert time.process_time() - started < 10
    assert _told(state, "GOV901") == []


def test_hostile_names_are_only_text(judged: Any, over: Any) -> None:
    files = over(
        "    assert: \"!task.owner.contains('|')\"\n",
        "route: [{model: gpt-5-mini}], owner: \"x' || true || '\"",
    )
    assert "is false" in _told(judged(files), "GOV901")[0]


_WITHOUT = """\
import sys
sys.modules["cel_expr_python"] = None
from multillm_gov.__main__ import main
sys.exit(main(["check"]))
"""


def test_without_the_extra_a_custom_policy_cannot_be_judged(tmp_path: Path, over: Any) -> None:
    for path, text in over("    assert: 'true'\n").items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "pip install 'multillm-gov[cel]'" in done.stderr
    assert done.stdout == ""


def test_without_a_custom_policy_the_engine_is_not_asked_for(tmp_path: Path, over: Any) -> None:
    for path, text in {**over(""), "policies/p.yaml": "policies: {}\n"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ},
    )
    assert done.returncode in {0, 1}, done.stderr

"""Shadow evidence: agreement of given answers with its interval, and what the candidate saves."""

import json
from pathlib import Path

import pytest

from multillm_gov.errors import SourceError
from multillm_gov.evaluation.shadow import Shadowed, compare_shadow, cosine
from multillm_gov.measures.intervals import wilson_interval
from multillm_gov.workflows.evaluation.shadow import shadow
from optimization.shop import shop_files
from portfolios import AS_OF


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
    assert f"({low:.1%} to {high:.1%})" in report.summary
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

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.evidence.results import read_results, result_formats

DATA = Path(__file__).parent / "data"
"""What promptfoo 0.121.20 and Inspect 0.3 wrote about echoing models; parts that are not read were
cut out."""


def test_formats_are_found_by_presence():
    assert result_formats() == ("csv", "inspect", "jsonl", "promptfoo")
    with pytest.raises(UsageError, match="no format"):
        read_results(b"", "xml")


def test_promptfoo_tells_cases_by_test_and_models_by_label():
    found = read_results((DATA / "promptfoo.json").read_bytes(), "promptfoo")
    assert [(one.model, one.case, one.outcome, one.score) for one in found] == [
        ("echo", "test 1", "accepted", 1.0),
        ("second", "test 1", "accepted", 1.0),
        ("echo", "test 2", "rejected", 0.0),
        ("second", "test 2", "rejected", 0.0),
    ]
    assert found[0].seconds == 0.01
    assert found[0].usd is None


def test_an_error_of_promptfoo_is_no_wrong_answer():
    data = (
        (DATA / "promptfoo.json").read_bytes().replace(b'"failureReason": 1', b'"failureReason": 2')
    )
    assert [one.outcome for one in read_results(data, "promptfoo")] == [
        "accepted",
        "accepted",
        "unknown",
        "unknown",
    ]


def test_inspect_takes_the_headline_scorer():
    found = read_results((DATA / "inspect.json").read_bytes(), "inspect")
    assert [(one.model, one.case, one.outcome) for one in found] == [
        ("mockllm/model", "c0", "accepted"),
        ("mockllm/model", "c1", "rejected"),
        ("mockllm/model", "c2", "rejected"),
    ]
    assert all(one.seconds > 0 for one in found)
    other = (
        (DATA / "inspect.json").read_bytes().replace(b'"score": "match"', b'"score": "includes"')
    )
    assert [one.outcome for one in read_results(other, "inspect")] == [
        "accepted",
        "rejected",
        "accepted",
    ]


def test_a_sample_with_an_error_shows_nothing():
    data = (
        b'{"eval": {"model": "m"}, "samples": [{"id": 1, "scores": {"a": {"value": "C"}}, '
        b'"error": {"message": "x"}}]}'
    )
    assert read_results(data, "inspect")[0].outcome == "unknown"


def test_rows_and_lines_say_the_same():
    table = b"model,case,accepted,score,seconds,usd,task_class,note\nm,1,yes,,1.5,0.01,triage,x\nm,2,,0.25,,,,\n"  # noqa: E501
    lines = (
        b'{"model": "m", "case": 1, "accepted": true, "seconds": 1.5, "usd": 0.01, "task_class": '
        b'"triage"}\n\n'
        b'{"model": "m", "case": 2, "score": 0.25}\n'
    )
    assert read_results(table, "csv") == read_results(lines, "jsonl")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("csv", b"model,case\n", "row 1 names no column `accepted` or `score`"),
        (
            "csv",
            b"model,case,score\nm,1,2\n",
            "row 2, column `score`: '2' is not a number from 0 to 1",
        ),
        ("csv", b"model,case,score\nm,1,nan\n", "row 2, column `score`"),
        ("csv", b"model,case,accepted\nm,1,maybe\n", "row 2, column `accepted`"),
        ("csv", b"model,case,score\n,1,1\n", "row 2 has no `model`"),
        ("csv", b"\xff", "byte 0 is not UTF-8"),
        ("jsonl", b"[]", "line 1 is not a mapping"),
        ("jsonl", b'{"model": "m"}\n{', "line 1 has no `case`|line 2"),
        ("jsonl", b"[" * 100_000, "line 1 is not JSON"),
        ("promptfoo", b'{"results": []}', "results"),
        ("promptfoo", b"[" * 100_000, "promptfoo"),
        ("inspect", b'{"eval": {"model": "m"}}', "no samples"),
        ("inspect", b'{"eval": {"model": 1}}', r"eval\.model"),
    ],
)
def test_faults_are_told_with_their_place(name, data, told):
    with pytest.raises(SourceError, match=told):
        read_results(data, name)


@given(st.sampled_from(["csv", "inspect", "jsonl", "promptfoo"]), st.binary(max_size=300))
def test_whatever_stands_in_a_file_it_is_read_or_refused(name, data):
    with suppress(SourceError):
        assert all(
            one.outcome in {"accepted", "rejected", "unknown"} for one in read_results(data, name)
        )

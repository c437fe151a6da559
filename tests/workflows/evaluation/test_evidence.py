"""Recording: the history only grows, the view holds the newest of each subject, and both can be
read back."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.shape import convert
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import OutputError, SourceError
from multillm_gov.evidence.drill_record import DrillRecord, FaultResult
from multillm_gov.evidence.record import CheckResult, EvidenceFile, EvidenceRecord, ProbeRecord
from multillm_gov.evidence.writing import encode_line, encode_view, merge
from multillm_gov.units import Amount, Positive, Share
from multillm_gov.workflows.evaluation.evidence import record_evidence

DIGEST = "sha256:" + "ab" * 32


def probe(task="triage", model="openai/gpt-5.4", day="2026-11-20", verdict="pass", **given):
    return ProbeRecord(
        task_class=task,
        model=model,
        kind="answer",
        date=date.fromisoformat(day),
        verdict=verdict,
        calls=3,
        **given,
    )


def result(day="2026-11-20", score="0.93"):
    return EvidenceRecord(
        task_class="triage",
        model="m",
        date=date.fromisoformat(day),
        sample_size=540,
        score=Share(score),
    )


def read_back(data: bytes) -> EvidenceFile:
    document, flaws = read_document(SourceFile("evidence/current.json", data))
    assert flaws == ()
    file, flaws = convert(document, (), EvidenceFile)
    assert flaws == ()
    return file


FULL = EvidenceFile(
    records=(result(),),
    drills=(
        DrillRecord(
            task_class="triage",
            date=date(2026, 11, 20),
            result="degraded",
            seconds_to_recover=Positive("1.25"),
            chain=("a", "b"),
            faults=(FaultResult(fault="stream-cut", result="fails", seconds=Amount("0.5")),),
            coverage=Share("0.875"),
        ),
    ),
    probes=(
        probe(
            checks=(
                CheckResult(
                    name="latency", verdict="inconclusive", detail="1 of 3 answers slower than 2 s"
                ),
                CheckResult(name="contract", verdict="pass"),
            ),
            answers=3,
            served_models=("gpt-5.4-2026-03-05",),
            normalizers=("strip-fences",),
            p50_seconds=Positive("0.812"),
            usd=Amount("0.000012345"),
            rank_stability=Decimal("0.998"),
            task=DIGEST,
            versions={"govern": "0.1.0", "litellm": "1.109.1"},
        ),
    ),
)


def test_a_view_reads_back_as_it_was_written():
    assert read_back(encode_view(FULL)) == FULL
    assert read_back(encode_view(EvidenceFile())) == EvidenceFile()


def test_words_of_checks_that_passed_are_in_the_history_alone(tmp_path: Path):
    passed = CheckResult(name="contract", verdict="pass", detail="3 of 3")
    record_evidence(tmp_path, probes=[probe(checks=(passed,))])
    (kept,) = read_back((tmp_path / "evidence/current.json").read_bytes()).probes
    assert [(check.name, check.verdict, check.detail) for check in kept.checks] == [
        ("contract", "pass", "")
    ]
    assert b"3 of 3" in (tmp_path / "evidence/history/2026-11.jsonl").read_bytes()


def test_equal_evidence_is_equal_bytes_whatever_order_it_came_in():
    one, two = probe("a"), probe("b")
    assert encode_view(merge(EvidenceFile(), probes=(one, two))) == encode_view(
        merge(EvidenceFile(), probes=(two, one))
    )


days = st.sampled_from(["2026-11-18", "2026-11-19", "2026-11-20"])
probes = st.lists(st.builds(probe, st.sampled_from("ab"), st.sampled_from("xy"), days), max_size=12)


@given(probes, probes)
def test_the_view_holds_the_newest_of_each_subject(before, after):
    view = merge(merge(EvidenceFile(), probes=before), probes=after)
    assert {(one.task_class, one.model, one.kind): one.date for one in view.probes} == {
        (one.task_class, one.model, one.kind): max(
            each.date
            for each in (*before, *after)
            if (each.task_class, each.model) == (one.task_class, one.model)
        )
        for one in (*before, *after)
    }
    assert len(view.probes) == len({(one.task_class, one.model) for one in (*before, *after)})
    assert merge(view) == view


def test_of_one_day_the_one_handed_in_counts():
    view = merge(
        merge(EvidenceFile(), probes=[probe(verdict="contract")]), probes=[probe(verdict="pass")]
    )
    assert [one.verdict for one in view.probes] == ["pass"]


@pytest.mark.parametrize(
    "verdict", ["credentials", "unreachable", "provider-fault", "inconclusive", "timeout"]
)
def test_what_showed_nothing_never_takes_the_place_of_a_proof(verdict):
    proved = merge(EvidenceFile(), probes=[probe(day="2026-11-01")])
    after = merge(proved, probes=[probe(day="2026-11-20", verdict=verdict)])
    assert [(one.verdict, one.date.day) for one in after.probes] == [("pass", 1)]
    assert [
        one.verdict for one in merge(EvidenceFile(), probes=[probe(verdict=verdict)]).probes
    ] == [verdict]
    again = merge(
        merge(EvidenceFile(), probes=[probe(day="2026-11-20", verdict=verdict)]),
        probes=[probe(day="2026-11-01")],
    )
    assert [one.verdict for one in again.probes] == ["pass"], (
        "an older proof says more than a newer nothing"
    )


def test_an_older_one_never_replaces_a_newer():
    view = merge(
        EvidenceFile(records=(result("2026-11-20"),)), records=[result("2026-10-01", "0.5")]
    )
    assert [str(one.score) for one in view.records] == ["0.93"]


def test_the_history_keeps_every_entry_in_its_month(tmp_path: Path):
    record_evidence(tmp_path, probes=[probe(day="2026-10-31"), probe(day="2026-11-01")])
    before = (tmp_path / "evidence/history/2026-11.jsonl").read_bytes()
    record_evidence(
        tmp_path, records=[result()], probes=[probe(day="2026-11-01", verdict="latency")]
    )
    after = (tmp_path / "evidence/history/2026-11.jsonl").read_bytes()
    assert after.startswith(before)
    lines = [json.loads(line) for line in after.splitlines()]
    kinds = [next(key for key in line if key != "previous") for line in lines]
    assert kinds == ["probe", "record", "probe"]
    assert len((tmp_path / "evidence/history/2026-10.jsonl").read_bytes().splitlines()) == 1
    view = read_back((tmp_path / "evidence/current.json").read_bytes())
    assert [one.verdict for one in view.probes] == ["latency"]
    assert len(view.records) == 1


def test_a_torn_line_stays_by_itself(tmp_path: Path):
    record_evidence(tmp_path, probes=[probe()])
    path = tmp_path / "evidence/history/2026-11.jsonl"
    torn = path.read_bytes()[:-20]
    path.write_bytes(torn)
    record_evidence(tmp_path, probes=[probe(verdict="latency")])
    first, second = path.read_bytes().splitlines()
    assert first == torn
    assert json.loads(second)["probe"]["verdict"] == "latency"


def test_a_view_that_cannot_be_read_is_left_alone(tmp_path: Path):
    (tmp_path / "evidence").mkdir()
    path = tmp_path / "evidence/current.json"
    path.write_text('{"probes": [{"task_class": 3}]}')
    with pytest.raises(SourceError, match="cannot be read as evidence"):
        record_evidence(tmp_path, probes=[probe()])
    assert path.read_text() == '{"probes": [{"task_class": 3}]}'
    assert not list((tmp_path / "evidence/history").iterdir())


@pytest.mark.parametrize("link", ["evidence", "evidence/history", "evidence/current.json"])
def test_no_link_is_written_through(tmp_path: Path, link: str):
    outside = tmp_path / "outside"
    outside.mkdir()
    target = outside
    if link.endswith(".json"):
        target = outside / "file"
        target.write_text("{}")
    root = tmp_path / "root"
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(target)
    with pytest.raises(OutputError, match="symbolic link"):
        record_evidence(root, probes=[probe()])
    assert [path.name for path in outside.iterdir()] in ([], ["file"])


def test_a_line_of_the_history_is_one_line():
    line = encode_line(
        probe(checks=(CheckResult(name="a", verdict="contract", detail="two\nlines\u2028\x85"),))
    )
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line)["probe"]["checks"][0]["detail"] == "two\nlines\ufffd\ufffd"


@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=40))
def test_whatever_a_provider_calls_itself_can_be_read_back(name):
    file = EvidenceFile(probes=(probe(served_models=(name,)),))
    (found,) = read_back(encode_view(file)).probes[0].served_models
    assert len(found) == len(name)
    for read, written in zip(found, name, strict=True):
        assert read == written or read == "\N{REPLACEMENT CHARACTER}"
    assert json.loads(encode_line(file.probes[0]))["probe"]["served_models"] == [found]
